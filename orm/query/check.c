/* SPDX-License-Identifier: MIT */
/* What does not go together in one query: told before anything is sent. */
#include <string.h>

#include "base/error.h"
#include "orm/query/query.h"

/* ---- order ----------------------------------------------------------------------------------- */

static bool has_one_value(const struct cd_filter *f, uint32_t column)
{
	const struct cd_restriction *r = cd_filter_of(f, column);

	return r && r->kinds & 1u << CD_RELATION_EQUAL;
}

/* The clustering column that belongs at a place: those that = restricts have one value, and may be
 * left out. */
static uint32_t next_place(const struct cd_model *m, const struct cd_filter *f, uint32_t place,
			   const struct cd_column *c)
{
	while (place < m->key_count - m->partition_count &&
	       &m->columns[m->keys[m->partition_count + place]] != c &&
	       has_one_value(f, m->keys[m->partition_count + place]))
		place++;
	return place;
}

/* Rows lie in clustering order on disk: they can be read in that order or in the reverse of it,
 * nothing else. */
static bool check_names(const coodie_query *q, const struct cd_filter *f, coodie_error *err)
{
	const struct cd_model *m = q->place.model;
	uint32_t clustering = m->key_count - m->partition_count, place = 0;
	bool reverse = false;

	for (uint32_t i = 0; i < q->order.count; i++, place++) {
		const struct cd_column *c = &m->columns[q->order.columns[i]];
		bool reversed = q->order.descending[i] != (c->def.order == COODIE_DESC);

		place = next_place(m, f, place, c);
		if (place == clustering || c != &m->columns[m->keys[m->partition_count + place]])
			return cd_fail(
				err, COODIE_ERR_QUERY,
				"%s, coodie_order_by: rows are ordered by the clustering columns "
				"in their order; place %u is %s, not %s",
				m->label, (unsigned)i + 1,
				place < clustering
					? m->columns[m->keys[m->partition_count + place]].def.name
					: "none",
				c->def.name);
		if (i && reversed != reverse)
			return cd_fail(
				err, COODIE_ERR_QUERY,
				"%s, coodie_order_by: %s turns the other way than the columns "
				"before it; write %s, so that all follow the table's order or all "
				"reverse it",
				m->label, c->def.name, q->order.descending[i] ? "ASC" : "DESC");
		reverse = reversed;
	}
	return true;
}

static bool check_order(const coodie_query *q, const struct cd_filter *f, coodie_error *err)
{
	const struct cd_model *m = q->place.model;

	if (!check_names(q, f, err))
		return false;
	if (f->is_key_range)
		return cd_fail(err, COODIE_ERR_QUERY,
			       "%s, coodie_order_by: rows have an order inside their partition "
			       "only; restrict the partition key too: %s by = or IN",
			       m->label, cd_filter_missing(q, f));
	if (f->uses_index)
		return cd_fail(err, COODIE_ERR_QUERY,
			       "%s, coodie_order_by: rows that an index finds have no order; leave "
			       "the condition on the indexed column or the order out",
			       m->label);
	return true;
}

/* Rows of several partitions are put in order by the coordinator, which then gives them in one
 * page. */
static bool check_pages(const coodie_query *q, const struct cd_filter *f, coodie_request *r,
			coodie_error *err)
{
	if (!f->has_key_in)
		return true;
	if (r->page_rows > 0)
		return cd_fail(err, COODIE_ERR_QUERY,
			       "%s, coodie_page_rows: rows of several partitions (IN) in an order "
			       "come in one page; leave the call out, or the order",
			       q->place.model->label);
	r->page_rows = -1;
	return true;
}

/* ---- groups ---------------------------------------------------------------------------------- */

/* Groups are runs of rows as they lie: the first columns of the primary key, where those of one value
 * may be left out. */
static bool check_groups(const coodie_query *q, const struct cd_filter *f, coodie_error *err)
{
	const struct cd_model *m = q->place.model;
	uint32_t place = 0;

	for (uint32_t i = 0; i < q->groups.count; i++, place++) {
		while (place < m->key_count && m->keys[place] != q->groups.columns[i] &&
		       has_one_value(f, m->keys[place]))
			place++;
		if (place == m->key_count || m->keys[place] != q->groups.columns[i])
			return cd_fail(
				err, COODIE_ERR_QUERY,
				"%s, coodie_group_by: groups are by the columns of the primary key "
				"in their order; place %u is %s, not %s",
				m->label, (unsigned)i + 1,
				place < m->key_count ? m->columns[m->keys[place]].def.name : "none",
				m->columns[q->groups.columns[i]].def.name);
	}
	if (q->groups.count && place < m->partition_count)
		return cd_fail(err, COODIE_ERR_QUERY,
			       "%s, coodie_group_by: the whole partition key is grouped by, or "
			       "none of it; add %s",
			       m->label, m->columns[m->keys[place]].def.name);
	return true;
}

/* ---- one row of each partition, neighbours, limits -------------------------------------------- */

static bool refuse(const coodie_query *q, const char *call, const char *why, coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_QUERY, "%s, %s: %s", q->place.model->label, call, why);
}

static bool check_distinct(const coodie_query *q, const struct cd_filter *f, coodie_error *err)
{
	if (f->row_count || f->has_regular)
		return refuse(q, "coodie_distinct",
			      "conditions are on the partition key and static members only", err);
	if (q->per_partition_limit)
		return refuse(q, "coodie_distinct",
			      "a partition is one row; leave coodie_per_partition_limit() out",
			      err);
	return true;
}

static bool check_list(const coodie_query *q, const struct cd_fragment *list, coodie_error *err)
{
	if (q->left_out && !q->distinct)
		return refuse(q, "coodie_select",
			      "the list says what is read; leave coodie_only() and coodie_defer() "
			      "out",
			      err);
	if (list->aggregates && q->per_partition_limit && !q->groups.count)
		return refuse(q, "coodie_select",
			      "a limit of each partition needs groups; call coodie_group_by()",
			      err);
	return true;
}

/* ---- tokens ---------------------------------------------------------------------------------- */

/* What the session speaks; 0 where nobody knows. */
uint8_t cd_query_protocol(const coodie_query *q)
{
	coodie_connection_info info = { .size = sizeof(info) };

	if (!coodie_session_info(q->place.session, &info, NULL))
		return 0;
	return (uint8_t)info.protocol_version;
}

static bool is_paged(enum cd_select_kind kind)
{
	return kind == CD_SELECT_ALL || kind == CD_SELECT_JSON || kind == CD_SELECT_LIST;
}

static bool check_token(coodie_query *q, enum cd_select_kind kind, struct cd_select *s,
			coodie_error *err)
{
	const struct cd_page_token *t = &q->token;
	uint8_t protocol = t->protocol ? cd_query_protocol(q) : 0;

	if (!is_paged(kind))
		return refuse(q, "coodie_after", "this call has no pages to go on with", err);
	if (t->skip && kind != CD_SELECT_ALL)
		return refuse(q, "coodie_after",
			      "the token is of a place inside a page, where only objects go on",
			      err);
	if (t->statement && t->statement != cd_select_hash(s, &q->allocator))
		return refuse(q, "coodie_after",
			      "the token is of another query, or of other values; make the query "
			      "as it was",
			      err);
	if (protocol && protocol != t->protocol)
		return cd_fail(err, COODIE_ERR_QUERY,
			       "%s, coodie_after: the token is of protocol version %u, and the "
			       "session speaks %u; begin again",
			       q->place.model->label, t->protocol, protocol);
	s->request.paging_state = (cql_blob){ t->state.len ? t->state.data : NULL, t->state.len };
	return true;
}

/* COUNT(*) is of rows, however they are read. */
static bool check_count(const coodie_query *q, coodie_error *err)
{
	if (q->groups.count)
		return refuse(q, "coodie_count",
			      "it counts no groups; call coodie_select() with \"count(*)\"", err);
	return !q->distinct ||
	       refuse(q, "coodie_count",
		      "it counts rows, not partitions; count those that coodie_all() or a stream "
		      "reads, or leave coodie_distinct() out",
		      err);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool check_rows(coodie_query *q, const struct cd_filter *f, enum cd_select_kind kind,
		       const struct cd_fragment *list, struct cd_select *s, coodie_error *err)
{
	if (q->order.count && !(check_order(q, f, err) && check_pages(q, f, &s->request, err)))
		return false;
	if (q->has_near && !q->limit && is_paged(kind))
		return refuse(q, "coodie_nearest", "call coodie_limit(): how many are wanted?",
			      err);
	if (q->groups.count && !list)
		return refuse(q, "coodie_group_by", "groups are read by coodie_select()", err);
	return (!q->distinct || check_distinct(q, f, err)) && check_groups(q, f, err) &&
	       (!list || check_list(q, list, err));
}

bool cd_query_check(coodie_query *q, enum cd_select_kind kind, const struct cd_fragment *list,
		    struct cd_select *s, coodie_error *err)
{
	struct cd_filter f;

	if (!cd_query_filter(q, &f, err))
		return false;
	if (!(kind == CD_SELECT_COUNT ? check_count(q, err) : check_rows(q, &f, kind, list, s, err)))
		return false;
	return !q->has_token || check_token(q, kind, s, err);
}
