/* SPDX-License-Identifier: MIT */
/* The parser of conditions: every refusal says where in the fragment, what is wrong, and what to
 * write. */
#include "orm/fragment.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/nearest.h"
#include "orm/datum.h"
#include "orm/lexer.h"

struct parser {
	struct cd_model *model;
	const char *what; /* "where", "coodie_order_by": whose fragment it is */
	struct cd_lexer lexer;
	struct cd_token now;
	struct cd_buffer cql;
	struct cd_bind binds[CD_FRAGMENT_MARKERS];
	uint32_t bind_count;
	coodie_error *err;
};

/* "user, where, position 5 ("emial"): ..." */
static bool fail_at(struct parser *p, const struct cd_token *t, const char *format, ...)
	COODIE_PRINTF(3, 4);

static bool fail_at(struct parser *p, const struct cd_token *t, const char *format, ...)
{
	char message[COODIE_ERROR_MESSAGE_SIZE];
	int len = t->len < 24 ? (int)t->len : 24;
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	if (t->kind == CD_TOKEN_END)
		return cd_fail(p->err, COODIE_ERR_QUERY, "%s, %s, at the end: %s", p->model->label,
			       p->what, message);
	return cd_fail(p->err, COODIE_ERR_QUERY, "%s, %s, position %zu (%.*s): %s", p->model->label,
		       p->what, t->at, len, t->text, message);
}

static void advance(struct parser *p)
{
	p->now = cd_lexer_next(&p->lexer);
}

static void put(struct parser *p, const char *text)
{
	cd_buffer_bytes(&p->cql, text, strlen(text));
}

/* ---- names ----------------------------------------------------------------------------------- */

static bool fail_unknown(struct parser *p, const struct cd_token *t)
{
	const char *near = cd_model_nearest(p->model, t->text, t->len);

	if (near)
		return fail_at(p, t, "%s has no such member; did you mean %s?", p->model->label,
			       near);
	return fail_at(p, t, "%s has no such member", p->model->label);
}

/* "na""me": the name with its quotes single again. */
static const struct cd_column *quoted_column(const struct parser *p, const struct cd_token *t)
{
	char name[256];
	size_t len = 0;

	for (size_t i = 0; i < t->len && len < sizeof(name); i++) {
		name[len++] = t->text[i];
		if (t->text[i] == '"')
			i++;
	}
	return cd_model_column(p->model, name, len);
}

static bool is_literal_word(const struct cd_token *t)
{
	return cd_token_is(t, "NULL") || cd_token_is(t, "TRUE") || cd_token_is(t, "FALSE");
}

static bool take_column(struct parser *p, const struct cd_column **out)
{
	const struct cd_column *c = NULL;

	if (p->now.kind == CD_TOKEN_NAME)
		c = cd_model_member(p->model, p->now.text, p->now.len);
	else if (p->now.kind == CD_TOKEN_QUOTED)
		c = quoted_column(p, &p->now);
	else if (p->now.kind == CD_TOKEN_STRING || p->now.kind == CD_TOKEN_NUMBER)
		return fail_at(
			p, &p->now,
			"a literal where a member's name belongs; write `name = ?` and bind the "
			"value");
	else
		return fail_at(p, &p->now, "a member's name belongs here");
	if (!c)
		return fail_unknown(p, &p->now);
	advance(p);
	*out = c;
	return true;
}

/* ---- markers --------------------------------------------------------------------------------- */

static bool take_mark(struct parser *p, const struct cd_column *c, enum cd_bind_kind kind)
{
	if (p->now.kind == CD_TOKEN_STRING || p->now.kind == CD_TOKEN_NUMBER ||
	    is_literal_word(&p->now))
		return fail_at(p, &p->now,
			       "a literal in a condition; write ? and bind it with cql()");
	if (p->now.kind != CD_TOKEN_MARK)
		return fail_at(p, &p->now, "a ? belongs here");
	if (p->bind_count == CD_FRAGMENT_MARKERS)
		return fail_at(p, &p->now, "more than %d markers", CD_FRAGMENT_MARKERS);
	p->binds[p->bind_count++] = (struct cd_bind){ (uint16_t)cd_column_index(p->model, c),
						      (uint8_t)kind };
	put(p, "?");
	advance(p);
	return true;
}

static bool expect(struct parser *p, enum cd_token_kind kind, const char *text)
{
	if (p->now.kind != kind)
		return fail_at(p, &p->now, "a `%s` belongs here", text);
	put(p, text);
	advance(p);
	return true;
}

/* ---- operators ------------------------------------------------------------------------------- */

static bool is_collection(const struct cd_column *c)
{
	return c->kind == CQL_KIND_LIST || c->kind == CQL_KIND_SET || c->kind == CQL_KIND_MAP;
}

static bool refuse_multicell(struct parser *p, const struct cd_token *op, const struct cd_column *c)
{
	return fail_at(
		p, op,
		"%s is a %s, which is not compared whole; use CONTAINS%s, or make the column "
		"frozen<%s>",
		c->def.name, c->spelling, c->kind == CQL_KIND_MAP ? " [KEY]" : "", c->spelling);
}

static bool relation_comparison(struct parser *p, const struct cd_token *op,
				const struct cd_column *c)
{
	bool equal = op->len == 1 && *op->text == '=';

	if (c->multicell)
		return refuse_multicell(p, op, c);
	if (!equal && c->kind == CQL_KIND_DURATION)
		return fail_at(p, op, "%s is a duration, and durations have no order; only = works",
			       c->def.name);
	if (!equal && c->kind == CQL_KIND_VECTOR)
		return fail_at(p, op, "%s is a %s, and vectors have no order; only = works",
			       c->def.name, c->spelling);
	put(p, " ");
	cd_buffer_bytes(&p->cql, op->text, op->len);
	put(p, " ");
	return take_mark(p, c, CD_BIND_COLUMN);
}

static bool relation_in(struct parser *p, const struct cd_token *op, const struct cd_column *c)
{
	if (c->multicell)
		return refuse_multicell(p, op, c);
	if (p->now.kind == CD_TOKEN_OPEN)
		return fail_at(p, &p->now,
			       "IN takes one list; write `%s IN ?` and bind CQL_LIST(...)",
			       c->def.name);
	put(p, " IN ");
	return take_mark(p, c, CD_BIND_IN);
}

static bool relation_contains(struct parser *p, const struct cd_token *op,
			      const struct cd_column *c)
{
	bool key = cd_token_is(&p->now, "KEY");

	if (key) {
		advance(p);
		if (c->kind != CQL_KIND_MAP)
			return fail_at(p, op, "CONTAINS KEY is for maps, and %s is a %s",
				       c->def.name, c->spelling);
	} else if (!is_collection(c)) {
		return fail_at(p, op,
			       "CONTAINS is for collections, and %s is a %s; use =", c->def.name,
			       c->spelling);
	}
	put(p, key ? " CONTAINS KEY " : " CONTAINS ");
	return take_mark(p, c, key ? CD_BIND_KEY : CD_BIND_ITEM);
}

static bool relation_like(struct parser *p, const struct cd_token *op, const struct cd_column *c)
{
	if (c->kind != CQL_KIND_TEXT && c->kind != CQL_KIND_ASCII)
		return fail_at(p, op, "LIKE is for text, and %s is a %s; use =", c->def.name,
			       c->spelling);
	put(p, " LIKE ");
	return take_mark(p, c, CD_BIND_COLUMN);
}

static bool relation_is(struct parser *p, const struct cd_token *op, const struct cd_column *c)
{
	return fail_at(p, op,
		       "IS [NOT] NULL is only for materialized views; nothing finds %s by null",
		       c->def.name);
}

static bool relation_not(struct parser *p, const struct cd_token *op, const struct cd_column *c)
{
	return fail_at(p, op, "CQL has no NOT; read %s and skip what does not fit", c->def.name);
}

typedef bool relation_fn(struct parser *p, const struct cd_token *op, const struct cd_column *c);

static const struct {
	char word[12];
	relation_fn *parse;
} relations[] = {
	{ "IN", relation_in }, { "CONTAINS", relation_contains }, { "LIKE", relation_like },
	{ "IS", relation_is }, { "NOT", relation_not },
};

static bool is_not_equal(const struct cd_token *t)
{
	return t->kind == CD_TOKEN_OPERATOR && t->len == 2 &&
	       (*t->text == '!' || t->text[1] == '>');
}

/* The operator of a relation that only comparisons fit: tuples and token(). */
static bool take_comparison(struct parser *p)
{
	if (is_not_equal(&p->now))
		return fail_at(p, &p->now,
			       "CQL has no != in WHERE; use < and >, or skip those rows");
	if (p->now.kind != CD_TOKEN_OPERATOR)
		return fail_at(p, &p->now, "one of = < <= > >= belongs here");
	put(p, " ");
	cd_buffer_bytes(&p->cql, p->now.text, p->now.len);
	put(p, " ");
	advance(p);
	return true;
}

static bool parse_plain(struct parser *p)
{
	const struct cd_column *c;
	struct cd_token op;

	if (!take_column(p, &c))
		return false;
	op = p->now;
	put(p, c->quoted);
	if (is_not_equal(&op))
		return take_comparison(p);
	if (op.kind == CD_TOKEN_OPERATOR) {
		advance(p);
		return relation_comparison(p, &op, c);
	}
	for (size_t i = 0; i < sizeof(relations) / sizeof(relations[0]); i++) {
		if (cd_token_is(&op, relations[i].word)) {
			advance(p);
			return relations[i].parse(p, &op, c);
		}
	}
	return fail_at(p, &op, "an operator belongs here: = < <= > >= IN CONTAINS LIKE");
}

/* ---- token() and tuples ---------------------------------------------------------------------- */

/* token(a, b): the whole partition key, in its order. */
static bool take_token_columns(struct parser *p)
{
	const struct cd_model *m = p->model;

	put(p, "token");
	if (!expect(p, CD_TOKEN_OPEN, "("))
		return false;
	for (uint32_t i = 0; i < m->partition_count; i++) {
		const struct cd_column *want = &m->columns[m->keys[i]], *c;
		struct cd_token at;

		if (i && !expect(p, CD_TOKEN_COMMA, ","))
			return false;
		put(p, i ? " " : "");
		at = p->now;
		if (!take_column(p, &c))
			return false;
		if (c != want)
			return fail_at(p, &at,
				       "token() takes the whole partition key in its order: here "
				       "belongs %s",
				       want->def.name);
		put(p, c->quoted);
	}
	return expect(p, CD_TOKEN_CLOSE, ")");
}

/* token(?, ?): one marker for each column of the partition key. */
static bool take_token_marks(struct parser *p)
{
	const struct cd_model *m = p->model;

	put(p, "token");
	advance(p);
	if (!expect(p, CD_TOKEN_OPEN, "("))
		return false;
	for (uint32_t i = 0; i < m->partition_count; i++) {
		if (i && !expect(p, CD_TOKEN_COMMA, ","))
			return false;
		put(p, i ? " " : "");
		if (!take_mark(p, &m->columns[m->keys[i]], CD_BIND_COLUMN))
			return false;
	}
	return expect(p, CD_TOKEN_CLOSE, ")");
}

static bool parse_token(struct parser *p)
{
	if (!take_token_columns(p) || !take_comparison(p))
		return false;
	if (cd_token_is(&p->now, "TOKEN"))
		return take_token_marks(p);
	return take_mark(p, &p->model->columns[p->model->keys[0]], CD_BIND_TOKEN);
}

/* (a, b) > (?, ?): clustering columns one after the other. */
static bool take_tuple_columns(struct parser *p, const struct cd_column **columns, uint32_t *count)
{
	const struct cd_model *m = p->model;

	do {
		const struct cd_column *c;
		struct cd_token at;

		put(p, *count ? ", " : "(");
		advance(p);
		at = p->now;
		if (!take_column(p, &c))
			return false;
		if (c->role != CD_ROLE_CLUSTERING)
			return fail_at(
				p, &at,
				"a tuple is of clustering columns, and %s is none; write it by "
				"itself with AND",
				c->def.name);
		if (*count && c->def.clustering_key != columns[*count - 1]->def.clustering_key + 1)
			return fail_at(
				p, &at,
				"the columns of a tuple follow each other as they cluster; after "
				"%s comes no %s",
				columns[*count - 1]->def.name, c->def.name);
		if (*count == m->key_count - m->partition_count)
			return fail_at(p, &at, "the tuple is longer than the clustering key");
		columns[(*count)++] = c;
		put(p, c->quoted);
	} while (p->now.kind == CD_TOKEN_COMMA);
	return expect(p, CD_TOKEN_CLOSE, ")");
}

static bool parse_tuple(struct parser *p)
{
	const struct cd_column *columns[64];
	uint32_t count = 0;

	if (p->model->key_count - p->model->partition_count > 64)
		return fail_at(p, &p->now, "more than 64 clustering columns");
	if (!take_tuple_columns(p, columns, &count))
		return false;
	if (cd_token_is(&p->now, "IN"))
		return fail_at(p, &p->now,
			       "IN over a tuple is not supported; run one query for each");
	if (!take_comparison(p))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (!expect(p, i ? CD_TOKEN_COMMA : CD_TOKEN_OPEN, i ? "," : "("))
			return false;
		put(p, i ? " " : "");
		if (!take_mark(p, columns[i], CD_BIND_COLUMN))
			return false;
	}
	if (p->now.kind == CD_TOKEN_COMMA)
		return fail_at(p, &p->now, "more values than the %u columns of the tuple",
			       (unsigned)count);
	return expect(p, CD_TOKEN_CLOSE, ")");
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool next_is_open(const struct parser *p)
{
	struct cd_lexer ahead = p->lexer;

	return cd_lexer_next(&ahead).kind == CD_TOKEN_OPEN;
}

static bool parse_condition(struct parser *p)
{
	if (p->now.kind == CD_TOKEN_OPEN)
		return parse_tuple(p);
	if (cd_token_is(&p->now, "TOKEN") && next_is_open(p)) {
		advance(p);
		return parse_token(p);
	}
	if (cd_token_is(&p->now, "WHERE"))
		return fail_at(p, &p->now, "the fragment begins after WHERE; leave the word out");
	return parse_plain(p);
}

/* What people write after the conditions, and the call that does it. */
static const struct {
	char word[12];
	char fix[72];
} after[] = {
	{ "OR", "CQL has no OR; run two queries, or use IN" },
	{ "ALLOW", "leave it out and call coodie_allow_filtering()" },
	{ "ORDER", "leave it out and call coodie_order_by()" },
	{ "LIMIT", "leave it out and call coodie_limit()" },
	{ "PER", "leave it out and call coodie_per_partition_limit()" },
	{ "GROUP", "GROUP BY is not supported yet" },
	{ "IF", "a condition on the old values belongs to a write, not to a query" },
	{ "USING", "USING belongs to a write, not to a query" },
};

static bool fail_after(struct parser *p)
{
	for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++) {
		if (cd_token_is(&p->now, after[i].word))
			return fail_at(p, &p->now, "%s", after[i].fix);
	}
	if (p->now.kind == CD_TOKEN_MARK)
		return fail_at(p, &p->now, "a ? with no operator before it");
	return fail_at(p, &p->now, "AND or the end belongs here");
}

static bool parse_where(struct parser *p)
{
	advance(p);
	for (;;) {
		if (!parse_condition(p))
			return false;
		if (p->now.kind == CD_TOKEN_END)
			return true;
		if (!cd_token_is(&p->now, "AND"))
			return fail_after(p);
		put(p, " AND ");
		advance(p);
	}
}

static uint64_t hash_text(const char *text)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return h ^ h >> 32;
}

static struct cd_fragment *fragment_new(const struct parser *p, const char *text, uint64_t hash)
{
	size_t binds = p->bind_count * sizeof(struct cd_bind), text_len = strlen(text) + 1;
	struct cd_fragment *f = cd_alloc(&p->model->allocator,
					 sizeof(*f) + binds + text_len + p->cql.len + 1);
	char *at;

	if (!f)
		return NULL;
	f->hash = hash;
	f->bind_count = p->bind_count;
	f->binds = (struct cd_bind *)(void *)(f + 1);
	memcpy(f->binds, p->binds, binds);
	at = (char *)(f + 1) + binds;
	f->text = memcpy(at, text, text_len);
	at += text_len;
	if (p->cql.len)
		memcpy(at, p->cql.data, p->cql.len);
	at[p->cql.len] = '\0';
	f->cql = at;
	return f;
}

static struct cd_fragment *parse(struct cd_model *m, const char *text, uint64_t hash,
				 coodie_error *err)
{
	struct parser p = { .model = m, .what = "where", .lexer = cd_lexer_over(text), .err = err };
	struct cd_fragment *f = NULL;

	cd_buffer_init(&p.cql, &m->allocator, 0);
	if (parse_where(&p)) {
		f = p.cql.failed ? NULL : fragment_new(&p, text, hash);
		if (!f)
			cd_no_memory(err, "a condition");
	}
	cd_buffer_deinit(&p.cql);
	return f;
}

struct cd_fragment *cd_fragment_take(struct cd_model *m, const char *text, coodie_error *err)
{
	uint64_t hash = hash_text(text);
	struct cd_fragment *f = atomic_exchange(&m->fragments[hash % CD_FRAGMENTS], NULL);

	if (f && f->hash == hash && !strcmp(f->text, text))
		return f;
	if (f)
		cd_fragment_give(m, f);
	return parse(m, text, hash, err);
}

void cd_fragment_give(struct cd_model *m, struct cd_fragment *take_f)
{
	cd_release(&m->allocator,
		   atomic_exchange(&m->fragments[take_f->hash % CD_FRAGMENTS], take_f));
}

/* ---- binds ----------------------------------------------------------------------------------- */

static bool check_in(cql_value v, const cql_type *type, coodie_error *err)
{
	cql_iter it;
	cql_value item;
	unsigned i = 1;

	if (v.is.tag != CQL_TAG_LIST)
		return cd_fail(err, COODIE_ERR_TYPE, "IN takes one list; bind cql(CQL_LIST(...))");
	it = cql_list_iter((cql_list){ v.as.seq });
	for (; cql_iter_next(&it, &item); i++) {
		if (item.is.tag == CQL_TAG_NULL || item.is.tag == CQL_TAG_UNSET)
			return cd_fail(err, COODIE_ERR_QUERY,
				       "item %u is null, and nothing equals null", i);
		if (!cd_datum_fits(item, type, err)) {
			if (err)
				cd_error_prefix(err, "item %u", i);
			return false;
		}
	}
	return !it.failed ||
	       cd_fail(err, COODIE_ERR_PROTOCOL, "the list is broken after item %u", i - 1);
}

static bool check_token(cql_value v, coodie_error *err)
{
	int64_t token;

	if (v.is.tag != CQL_TAG_ENCODED && !cql_to_int64(v, &token, err)) {
		if (err)
			cd_error_prefix(err, "a token is a bigint, or write token(?)");
		return false;
	}
	return true;
}

static bool check_bind(const struct cd_column *c, enum cd_bind_kind kind, cql_value v,
		       coodie_error *err)
{
	if (v.is.tag == CQL_TAG_NULL)
		return cd_fail(err, COODIE_ERR_QUERY,
			       "null finds nothing in CQL; leave the condition out");
	if (v.is.tag == CQL_TAG_UNSET)
		return cd_fail(err, COODIE_ERR_QUERY,
			       "unset in a condition; leave the condition out");
	switch (kind) {
	case CD_BIND_COLUMN:
		return cd_datum_fits(v, c->type, err);
	case CD_BIND_IN:
		return check_in(v, c->type, err);
	case CD_BIND_ITEM:
		return cd_datum_fits(v, cql_type_at(c->type, c->kind == CQL_KIND_MAP ? 1 : 0), err);
	case CD_BIND_KEY:
		return cd_datum_fits(v, cql_type_at(c->type, 0), err);
	case CD_BIND_TOKEN:
		return check_token(v, err);
	}
	return false;
}

bool cd_fragment_check(const struct cd_model *m, const struct cd_fragment *f, cql_args args,
		       coodie_error *err)
{
	if (args.count != f->bind_count)
		return cd_fail(err, COODIE_ERR_QUERY,
			       "%s, where \"%.80s\": %u ? but %zu values; give CQL_ARGS() one for "
			       "each ?",
			       m->label, f->text, (unsigned)f->bind_count, args.count);
	if (args.count && !args.values)
		return cd_fail(err, COODIE_ERR_QUERY, "%s, where: the array of values is NULL",
			       m->label);
	for (uint32_t i = 0; i < f->bind_count; i++) {
		const struct cd_column *c = &m->columns[f->binds[i].column];

		if (!check_bind(c, (enum cd_bind_kind)f->binds[i].kind, args.values[i], err)) {
			if (err)
				cd_error_prefix(err, "%s, where, value %u for %s (%s)", m->label,
						(unsigned)i + 1, c->def.name, c->spelling);
			return false;
		}
	}
	return true;
}

/* ---- lists of names -------------------------------------------------------------------------- */

static bool add_name(struct parser *p, struct cd_names *out)
{
	struct cd_token at = p->now;
	const struct cd_column *c;

	if (!take_column(p, &c))
		return false;
	for (uint32_t i = 0; i < out->count; i++) {
		if (out->columns[i] == cd_column_index(p->model, c))
			return fail_at(p, &at, "%s is named twice", c->def.name);
	}
	out->columns[out->count] = cd_column_index(p->model, c);
	if (out->descending) {
		out->descending[out->count] = cd_token_is(&p->now, "DESC");
		if (cd_token_is(&p->now, "DESC") || cd_token_is(&p->now, "ASC"))
			advance(p);
	}
	out->count++;
	return true;
}

bool cd_fragment_names(const struct cd_model *m, const char *what, const char *text,
		       struct cd_names *out, coodie_error *err)
{
	struct parser p = { .what = what, .lexer = cd_lexer_over(text), .err = err };

	p.model = (struct cd_model *)
		m; /* only read: the parser writes to the cache of conditions alone */
	out->count = 0;
	for (;;) {
		advance(&p);
		if (!add_name(&p, out))
			return false;
		if (p.now.kind == CD_TOKEN_END)
			return true;
		if (p.now.kind != CD_TOKEN_COMMA)
			return fail_at(&p, &p.now, "a comma or the end belongs here%s",
				       out->descending ? "" : "; only names are listed");
	}
}
