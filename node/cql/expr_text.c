/* SPDX-License-Identifier: MIT */
/* Expressions as Cassandra's messages show them, and as CQL. */
#include "node/cql/expr_text.h"

#include "node/cql/spelling.h"

enum reader {
	MESSAGE,
	SELECTION, /* operations stay as they were written */
	PARSER     /* it is to be read again */
};

struct spelling {
	struct cd_buffer out;
	enum reader reader;
	const char *keyspace; /* of user types in hints; NULL: as they were written */
};

static void put(struct spelling *b, const char *text)
{
	cd_buffer_text(&b->out, text);
}

static void put_expr(struct spelling *b, const struct nd_expr *e);

static void put_name(struct spelling *b, const char *name)
{
	if (b->reader == PARSER)
		nd_name_put(&b->out, name);
	else
		put(b, name);
}

/* Messages show what is between the quotes as it is. */
static void put_string(struct spelling *b, const struct nd_expr *e)
{
	put(b, "'");
	for (size_t i = 0; i < e->text_len; i++) {
		cd_buffer_u8(&b->out, (uint8_t)e->text[i]);
		if (b->reader == PARSER && e->text[i] == '\'')
			put(b, "'");
	}
	put(b, "'");
}

static void put_items(struct spelling *b, const struct nd_expr *e, const char *open,
		      const char *close)
{
	bool is_map = e->kind == ND_EXPR_MAP;

	put(b, open);
	for (uint32_t i = 0; i < e->count; i++) {
		if (i)
			put(b, is_map && i % 2 ? ": " : ", ");
		if (e->kind == ND_EXPR_UDT) {
			put_name(b, e->names[i]);
			put(b, ": ");
		}
		put_expr(b, e->items[i]);
	}
	put(b, close);
}

static void put_operation(struct spelling *b, const struct nd_expr *e)
{
	static const char *const names[][2] = {
		{ "+", "_add" },    { "-", "_substract" }, { "*", "_multiply" },
		{ "/", "_divide" }, { "%", "_modulo" },
	};
	const char *name = "_negate";

	if (b->reader == SELECTION) {
		if (e->kind == ND_EXPR_BINARY) {
			put_expr(b, e->items[0]);
			put(b, (const char[]){ ' ', e->op, ' ', 0 });
		} else {
			put(b, "-");
		}
		put_expr(b, e->items[e->count - 1]);
		return;
	}
	for (size_t i = 0; e->kind == ND_EXPR_BINARY && i < sizeof names / sizeof names[0]; i++)
		if (names[i][0][0] == e->op)
			name = names[i][1];
	put(b, "system.\"");
	put(b, name);
	put(b, "\"");
	put_items(b, e, "(", ")");
}

static void put_cast(struct spelling *b, const struct nd_expr *e)
{
	char type[512];

	nd_type_format_raw(e->type, b->keyspace, type, sizeof type);
	put(b, e->is_hint ? "(" : "cast(");
	if (!e->is_hint) {
		put_expr(b, e->items[0]);
		put(b, " as ");
	}
	put(b, e->is_varchar ? "varchar" : type);
	put(b, ")");
	if (e->is_hint)
		put_expr(b, e->items[0]);
}

static void put_part(struct spelling *b, const struct nd_expr *e)
{
	put_expr(b, e->items[0]);
	if (e->kind == ND_EXPR_FIELD) {
		put(b, ".");
		put(b, e->name);
		return;
	}
	put(b, "[");
	if (e->items[1])
		put_expr(b, e->items[1]);
	if (e->kind == ND_EXPR_SLICE) {
		put(b, "..");
		if (e->items[2])
			put_expr(b, e->items[2]);
	}
	put(b, "]");
}

/* What looks like a call and is none, to a selection. */
static bool is_word(const struct nd_expr *e)
{
	static const char *const words[] = { "writetime", "maxwritetime", "ttl", "count" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i], e->name) == 0)
			return e->count == (i < 3);
	return false;
}

static void put_call(struct spelling *b, const struct nd_expr *e)
{
	bool is_bare = b->reader == SELECTION && is_word(e);

	if (e->keyspace || (b->reader == SELECTION && !is_bare)) {
		put(b, e->keyspace ? e->keyspace : "system");
		put(b, ".");
	}
	put(b, e->name);
	if (e->count || !is_bare) /* count(*) */
		put_items(b, e, "(", ")");
}

/* The parser has bounded the depth. */
static void put_expr(struct spelling *b, const struct nd_expr *e)
{
	switch (e->kind) {
	case ND_EXPR_NULL:
		put(b, "NULL");
		break;
	case ND_EXPR_MARKER:
		put(b, "?");
		break;
	case ND_EXPR_STRING:
		put_string(b, e);
		break;
	case ND_EXPR_LIST:
		put_items(b, e, "[", "]");
		break;
	case ND_EXPR_SET:
	case ND_EXPR_MAP:
	case ND_EXPR_UDT:
		put_items(b, e, "{", "}");
		break;
	case ND_EXPR_TUPLE:
		put_items(b, e, "(", ")");
		break;
	case ND_EXPR_COLUMN:
		put(b, e->name);
		break;
	case ND_EXPR_FIELD:
	case ND_EXPR_ELEMENT:
	case ND_EXPR_SLICE:
		put_part(b, e);
		break;
	case ND_EXPR_CALL:
		put_call(b, e);
		break;
	case ND_EXPR_CAST:
		put_cast(b, e);
		break;
	case ND_EXPR_BINARY:
	case ND_EXPR_NEGATE:
		put_operation(b, e);
		break;
	default:
		cd_buffer_bytes(&b->out, e->text, e->text_len);
		break;
	}
}

static const char *spell(struct cd_arena *a, const struct nd_expr *e, const char *keyspace,
			 enum reader reader)
{
	struct spelling b = { .reader = reader, .keyspace = keyspace };
	const char *text = NULL;

	/* a message need not repeat a whole statement */
	cd_buffer_init(&b.out, a->allocator, reader == PARSER ? 0 : 64 * 1024);
	put_expr(&b, e);
	if (!b.out.failed || b.out.too_long)
		text = cd_arena_strndup(a, b.out.len ? (const char *)b.out.data : "", b.out.len);
	cd_buffer_deinit(&b.out);
	return text ? text : "";
}

const char *nd_expr_text(struct cd_arena *a, const struct nd_expr *e)
{
	return nd_expr_text_in(a, e, NULL);
}

const char *nd_expr_text_in(struct cd_arena *a, const struct nd_expr *e, const char *keyspace)
{
	return spell(a, e, keyspace, MESSAGE);
}

const char *nd_selected_text(struct cd_arena *a, const struct nd_expr *e, const char *keyspace)
{
	return spell(a, e, keyspace, SELECTION);
}

const char *nd_expr_cql(struct cd_arena *a, const struct nd_expr *e)
{
	return spell(a, e, NULL, PARSER);
}
