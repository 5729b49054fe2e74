/* SPDX-License-Identifier: MIT */
/* What the schema of the cluster is now, and whether a statement that was being run has changed it. */
#include "migrate/live.h"

#include <string.h>

#include "migrate/ask.h"

/* ---- whether a name is there ----------------------------------------------------------------- */

struct search {
	const char *name;
	bool found;
};

static bool compare_name(coodie_migrator *m, const coodie_cursor *row, void *user,
			 coodie_error *err)
{
	struct search *s = user;
	cql_text text;

	(void)m;
	if (!coodie_cursor_text(row, 0, &text, err))
		return false;
	s->found |= text.len == strlen(s->name) && memcmp(text.data, s->name, text.len) == 0;
	return true;
}

static bool find(coodie_migrator *m, enum mg_cql cql, cql_args args, const char *name, bool *has,
		 coodie_error *err)
{
	struct search s = { .name = name };

	if (!mg_each(m, cql, args, MG_OF_NODE, compare_name, &s, err))
		return false;
	*has = s.found;
	return true;
}

bool mg_live_has_table(coodie_migrator *m, const char *keyspace, const char *table, bool *has,
		       coodie_error *err)
{
	return find(m, MG_TABLE_NAMES, CQL_ARGS(cql(keyspace)), table, has, err);
}

bool mg_live_has_column(coodie_migrator *m, const char *keyspace, const char *table,
			const char *column, bool *has, coodie_error *err)
{
	return find(m, MG_COLUMN_NAMES, CQL_ARGS(cql(keyspace), cql(table)), column, has, err);
}

bool mg_live_has_index(coodie_migrator *m, const char *keyspace, const char *table,
		       const char *index, bool *has, coodie_error *err)
{
	return find(m, MG_INDEXES_OF_TABLE, CQL_ARGS(cql(keyspace), cql(table)), index, has, err);
}

static bool compare_fields(coodie_migrator *m, const coodie_cursor *row, void *user,
			   coodie_error *err)
{
	struct search *s = user;
	cql_list names;
	cql_value item;
	cql_text text;

	(void)m;
	if (!coodie_cursor_list(row, 0, &names, err))
		return false;
	for (cql_iter it = cql_list_iter(names); cql_iter_next(&it, &item);) {
		if (!cql_to_text(item, &text, err))
			return false;
		s->found |= text.len == strlen(s->name) &&
			    memcmp(text.data, s->name, text.len) == 0;
	}
	return true;
}

static bool has_field(coodie_migrator *m, const char *keyspace, const char *type, const char *field,
		      bool *has, coodie_error *err)
{
	struct search s = { .name = field };

	if (!mg_each(m, MG_FIELD_NAMES, CQL_ARGS(cql(keyspace), cql(type)), MG_OF_NODE,
		     compare_fields, &s, err))
		return false;
	*has = s.found;
	return true;
}

/* An index without a name is known by what it is of. A collection's is of its values unless the statement
 * says more. */
static bool same_target(cql_text there, const char *target)
{
	static const char values[] = "values(";
	const size_t begin = sizeof values - 1, len = strlen(target);

	if (there.len == len && memcmp(there.data, target, len) == 0)
		return true;
	return there.len == begin + len + 1 && memcmp(there.data, values, begin) == 0 &&
	       memcmp(there.data + begin, target, len) == 0;
}

static bool compare_target(coodie_migrator *m, const coodie_cursor *row, void *user,
			   coodie_error *err)
{
	struct search *s = user;
	cql_value key, value;
	cql_text name, text;
	cql_map options;

	(void)m;
	if (!coodie_cursor_map(row, 0, &options, err))
		return false;
	for (cql_iter it = cql_map_iter(options); cql_iter_next_pair(&it, &key, &value);) {
		if (!cql_to_text(key, &name, err) || !cql_to_text(value, &text, err))
			return false;
		if (name.len == 6 && memcmp(name.data, "target", 6) == 0)
			s->found |= same_target(text, s->name);
	}
	return true;
}

static bool has_index_of(coodie_migrator *m, const char *keyspace, const struct mg_ddl *ddl,
			 bool *has, coodie_error *err)
{
	struct search s = { .name = ddl->target };

	if (!mg_each(m, MG_INDEX_TARGETS, CQL_ARGS(cql(keyspace), cql(ddl->table)), MG_OF_NODE,
		     compare_target, &s, err))
		return false;
	*has = s.found;
	return true;
}

/* ---- verdicts -------------------------------------------------------------------------------- */

static bool has_object(coodie_migrator *m, const char *keyspace, const struct mg_ddl *ddl,
		       bool *has, coodie_error *err)
{
	static const enum mg_cql names[] = {
		[MG_KEYSPACE] = MG_KEYSPACE_NAMES, [MG_TABLE] = MG_TABLE_NAMES,
		[MG_TYPE] = MG_TYPE_NAMES,         [MG_INDEX] = MG_INDEX_NAMES,
		[MG_VIEW] = MG_VIEW_NAMES,
	};

	if (ddl->object == MG_KEYSPACE)
		return find(m, MG_KEYSPACE_NAMES, CQL_ARGS(), ddl->name, has, err);
	if (!ddl->name)
		return has_index_of(m, keyspace, ddl, has, err);
	return find(m, names[ddl->object], CQL_ARGS(cql(keyspace)), ddl->name, has, err);
}

static bool has_part(coodie_migrator *m, const char *keyspace, const struct mg_ddl *ddl,
		     const char *name, bool *has, coodie_error *err)
{
	return ddl->object == MG_TYPE ? has_field(m, keyspace, ddl->name, name, has, err)
				      : mg_live_has_column(m, keyspace, ddl->name, name, has, err);
}

/* Whether one column or field is as the statement leaves it; neither nor: MG_NO_VERDICT. */
static bool judge_part(coodie_migrator *m, const char *keyspace, const struct mg_ddl *ddl,
		       const struct mg_name *part, enum mg_verdict *verdict, coodie_error *err)
{
	bool has, has_new;

	if (!has_part(m, keyspace, ddl, part->name, &has, err))
		return false;
	if (ddl->change != MG_RENAME) {
		*verdict = has == (ddl->change == MG_ADD) ? MG_DONE : MG_NOT_DONE;
		return true;
	}
	if (!has_part(m, keyspace, ddl, part->to, &has_new, err))
		return false;
	*verdict = has == has_new ? MG_NO_VERDICT : has_new ? MG_DONE : MG_NOT_DONE;
	return true;
}

/* A statement does all of its parts or none. */
static bool judge_parts(coodie_migrator *m, const char *keyspace, const struct mg_ddl *ddl,
			enum mg_verdict *verdict, coodie_error *err)
{
	*verdict = MG_NO_VERDICT;
	for (const struct mg_name *p = ddl->parts; p; p = p->next) {
		enum mg_verdict of_part;

		if (!judge_part(m, keyspace, ddl, p, &of_part, err))
			return false;
		if (p == ddl->parts)
			*verdict = of_part;
		else if (of_part != *verdict)
			*verdict = MG_NO_VERDICT;
	}
	return true;
}

bool mg_live_judge(coodie_migrator *m, const struct mg_ddl *ddl, enum mg_verdict *verdict,
		   coodie_error *err)
{
	const char *keyspace = ddl->keyspace ? ddl->keyspace : m->keyspace;
	bool has;

	if (ddl->change != MG_CREATE && ddl->change != MG_DROP)
		return judge_parts(m, keyspace, ddl, verdict, err);
	if (!has_object(m, keyspace, ddl, &has, err))
		return false;
	*verdict = has == (ddl->change == MG_CREATE) ? MG_DONE : MG_NOT_DONE;
	return true;
}
