/* SPDX-License-Identifier: MIT */
/* Reads, prints and writes every message of the protocol but BATCH. */
#include "tests/message.h"

#include "base/error.h"
#include "proto/request.h"
#include "proto/result.h"
#include "tests/failalloc.h"
#include "tests/guard.h"
#include "tests/test.h"

struct work {
	const cql_envelope *e;
	struct cd_reader r;
	struct cd_arena *arena;
	struct cd_buffer *text;
	struct cd_buffer *again;
	coodie_error *err;
};

#define SPAN(s) (int)(s).len, (s).at ? (const char *)(s).at : ""

static struct cd_span rest(const struct work *w)
{
	return (struct cd_span){ w->r.at, cd_reader_left(&w->r) };
}

static const char *terminated(const struct work *w, struct cd_span s)
{
	return s.at ? cd_arena_strndup(w->arena, (const char *)s.at, s.len) : NULL;
}

/* `count` [string]s with a comma between them. */
static void print_strings(struct cd_buffer *text, struct cd_span list, uint16_t count)
{
	struct cd_reader r = cd_reader_over(list.at, list.len);

	for (uint16_t i = 0; i < count; i++) {
		struct cd_span s = cd_read_string(&r);
		cd_text_add(text, "%s%.*s", i ? "," : "", SPAN(s));
	}
}

static void print_prefix(struct cd_buffer *text, const struct cd_prefix *p)
{
	char uuid[CQL_UUID_TEXT_SIZE];

	if (p->has_tracing_id)
		cd_text_add(text, "trace=%s ", cql_uuid_format(p->tracing_id, uuid));
	if (p->warnings.at) {
		cd_text_add(text, "warnings=[");
		print_strings(text, p->warnings, p->warning_count);
		cd_text_add(text, "] ");
	}
	if (!p->payload.at)
		return;
	struct cd_reader r = cd_reader_over(p->payload.at, p->payload.len);
	cd_text_add(text, "payload=[");
	for (uint16_t i = 0; i < p->payload_count; i++) {
		struct cd_span key = cd_read_string(&r);
		cd_text_add(text, "%s%.*s:", i ? "," : "", SPAN(key));
		cd_text_hex(text, cd_read_bytes(&r));
	}
	cd_text_add(text, "] ");
}

static bool do_prefix(struct work *w)
{
	bool request = cd_opcode_sender(w->e->opcode) == CD_SENDER_CLIENT;
	struct cd_prefix p;

	if (!(request ? cd_read_request_prefix : cd_read_prefix)(&w->r, w->e->flags, &p, w->err))
		return false;
	print_prefix(w->text, &p);
	cd_write_prefix(w->again, &p);
	return true;
}

/* ---- requests ------------------------------------------------------------------------------- */

static bool do_nothing(struct work *w)
{
	(void)w;
	return true;
}

static bool do_startup(struct work *w)
{
	size_t count;
	struct cd_pair *pairs = cd_read_startup(rest(w), w->arena, &count, w->err);

	for (size_t i = 0; pairs && i < count; i++)
		cd_text_add(w->text, "%s%s=%s", i ? "," : "", pairs[i].key, pairs[i].value);
	if (pairs)
		cd_write_startup(w->again, pairs, count);
	return pairs;
}

static bool do_register(struct work *w)
{
	size_t count;
	const char **events = cd_read_register(rest(w), w->arena, &count, w->err);

	for (size_t i = 0; events && i < count; i++)
		cd_text_add(w->text, "%s%s", i ? "," : "", events[i]);
	if (events)
		cd_write_register(w->again, events, count);
	return events;
}

static bool do_token(struct work *w)
{
	struct cd_span token;

	if (!cd_read_auth_token(rest(w), &token, w->err))
		return false;
	cd_text_hex(w->text, token);
	cd_write_auth_token(w->again, token);
	return true;
}

static void print_values(struct cd_buffer *text, const struct cd_statement *st)
{
	cd_text_add(text, " values=[");
	for (uint16_t i = 0; i < st->value_count; i++) {
		const struct cd_bound *v = &st->values[i];
		cd_text_add(text, "%s%.*s%s", i ? "," : "", SPAN(v->name), v->name.at ? ":" : "");
		if (v->unset)
			cd_text_add(text, "unset");
		else
			cd_text_hex(text, v->value);
	}
	cd_text_add(text, "]");
}

static void print_params(struct cd_buffer *text, const struct cd_statement *st)
{
	const struct cd_query_params *p = &st->params;

	cd_text_add(text, " | cl=%s", cql_consistency_name(p->consistency));
	if (st->value_count)
		print_values(text, st);
	if (p->skip_metadata)
		cd_text_add(text, " skip");
	if (p->page_rows)
		cd_text_add(text, " page=%d", (int)p->page_rows);
	if (p->paging_state.at) {
		cd_text_add(text, " state=");
		cd_text_hex(text, p->paging_state);
	}
	if (p->serial_consistency)
		cd_text_add(text, " serial=%s", cql_consistency_name(p->serial_consistency));
	if (p->has_timestamp)
		cd_text_add(text, " ts=%lld", (long long)p->timestamp_us);
	if (st->keyspace.at)
		cd_text_add(text, " ks=%.*s", SPAN(st->keyspace));
	if (p->has_now)
		cd_text_add(text, " now=%d", (int)p->now_in_seconds);
}

static void write_values(struct work *w, const struct cd_statement *st)
{
	struct cd_query_params p = st->params;

	for (uint16_t i = 0; i < st->value_count; i++) {
		const struct cd_bound *v = &st->values[i];
		if (p.named_values)
			cd_write_string(w->again, (const char *)v->name.at, v->name.len);
		if (v->unset)
			cd_buffer_be32(w->again, UINT32_MAX - 1);
		else
			cd_write_bytes(w->again, v->value.at, v->value.len);
	}
	p.keyspace = terminated(w, st->keyspace);
	cd_write_params_end(w->again, w->e->version, &p);
}

static bool do_query(struct work *w)
{
	struct cd_statement st;

	if (!cd_read_query(rest(w), w->e->version, w->arena, &st, w->err))
		return false;
	cd_text_add(w->text, "%.*s", SPAN(st.cql));
	print_params(w->text, &st);
	struct cd_query_params p = st.params;
	p.keyspace = terminated(w, st.keyspace);
	cd_write_query_begin(w->again, w->e->version, (const char *)st.cql.at, st.cql.len, &p,
			     st.value_count);
	write_values(w, &st);
	return true;
}

static bool do_prepare(struct work *w)
{
	struct cd_statement st;

	if (!cd_read_prepare(rest(w), w->e->version, &st, w->err))
		return false;
	cd_text_add(w->text, "%.*s", SPAN(st.cql));
	if (st.keyspace.at)
		cd_text_add(w->text, " ks=%.*s", SPAN(st.keyspace));
	cd_write_prepare(w->again, w->e->version, (const char *)st.cql.at, st.cql.len,
			 terminated(w, st.keyspace));
	return true;
}

static bool do_execute(struct work *w)
{
	struct cd_statement st;

	if (!cd_read_execute(rest(w), w->e->version, w->arena, &st, w->err))
		return false;
	cd_text_hex(w->text, st.id);
	if (w->e->version >= 5) {
		cd_text_add(w->text, " ");
		cd_text_hex(w->text, st.metadata_id);
	}
	print_params(w->text, &st);
	struct cd_query_params p = st.params;
	p.keyspace = terminated(w, st.keyspace);
	cd_write_execute_begin(w->again, w->e->version, st.id, st.metadata_id, &p, st.value_count);
	write_values(w, &st);
	return true;
}

/* ---- responses ------------------------------------------------------------------------------ */

static void print_int(struct cd_buffer *text, const char *name, int32_t value)
{
	if (value != -1)
		cd_text_add(text, " %s=%d", name, (int)value);
}

static void print_reasons(struct cd_buffer *text, const struct cd_error_body *b)
{
	struct cd_reader r = cd_reader_over(b->reasons.at, b->reasons.len);
	uint8_t address[16], len = 0;

	cd_text_add(text, " [");
	for (int32_t i = 0; i < b->failures && cd_read_inetaddr(&r, address, &len); i++) {
		cd_text_add(text, i ? "," : "");
		cd_text_hex(text, (struct cd_span){ address, len });
		cd_text_add(text, ":%u", cd_reader_be16(&r));
	}
	cd_text_add(text, "]");
}

/* What a coodie_error has no room for. */
static void print_names(struct cd_buffer *text, const struct cd_error_body *b)
{
	if (b->contentions)
		cd_text_add(text, " contentions=%u", b->contentions);
	if (b->keyspace.at)
		cd_text_add(text, " ks=%.*s name=%.*s", SPAN(b->keyspace), SPAN(b->name));
	if (b->arguments.at) {
		cd_text_add(text, "(");
		print_strings(text, b->arguments, b->argument_count);
		cd_text_add(text, ")");
	}
}

static void print_server_error(struct work *w, const coodie_error *e, const struct cd_error_body *b)
{
	cd_text_add(w->text, "%s", e->message);
	if (e->consistency != -1)
		cd_text_add(w->text, " cl=%s",
			    cql_consistency_name((cql_consistency)e->consistency));
	print_int(w->text, "required", e->required);
	print_int(w->text, "received", e->received);
	print_int(w->text, "block_for", e->block_for);
	print_int(w->text, "failures", e->failures);
	if (w->e->version >= 5 && e->failures != -1)
		print_reasons(w->text, b);
	print_int(w->text, "data", e->data_present);
	if (*e->write_type)
		cd_text_add(w->text, " type=%s", e->write_type);
	print_names(w->text, b);
}

static bool do_error(struct work *w)
{
	struct cd_reader again = w->r;
	struct cd_error_body b;
	struct cd_span id = { NULL, 0 };
	coodie_error e;

	if (!cd_read_error_body(&w->r, w->e->version, &b, w->err)) {
		assert_false(cd_read_error(&again, w->e->version, &e, NULL, NULL));
		return false;
	}
	assert_true(cd_read_error(&again, w->e->version, &e, &id, w->err));
	assert_int_equal(e.server_code, b.code);
	assert_int_equal(e.code, COODIE_ERR_SERVER);
	print_server_error(w, &e, &b);
	if (id.at) {
		cd_text_add(w->text, " id=");
		cd_text_hex(w->text, id);
	}
	cd_write_error_body(w->again, w->e->version, &b);
	return true;
}

static bool do_authenticate(struct work *w)
{
	struct cd_span name;

	if (!cd_read_authenticate(&w->r, &name, w->err))
		return false;
	cd_text_add(w->text, "%.*s", SPAN(name));
	const char *text = terminated(w, name);
	if (!text)
		return cd_no_memory(w->err, "a name");
	cd_write_authenticate(w->again, text);
	return true;
}

static bool do_supported(struct work *w)
{
	struct cd_supported s;

	if (!cd_read_supported(&w->r, w->arena, &s, w->err))
		return false;
	for (uint16_t i = 0; i < s.count; i++) {
		cd_text_add(w->text, "%s%s=[", i ? ";" : "", s.at[i].key);
		for (uint16_t j = 0; j < s.at[i].value_count; j++)
			cd_text_add(w->text, "%s%s", j ? "," : "", s.at[i].values[j]);
		cd_text_add(w->text, "]");
	}
	cd_write_supported(w->again, &s);
	return true;
}

static void print_change(struct cd_buffer *text, const struct cd_schema_change *c)
{
	cd_text_add(text, "%.*s %.*s %.*s", SPAN(c->change), SPAN(c->target), SPAN(c->keyspace));
	if (c->name.at)
		cd_text_add(text, " %.*s", SPAN(c->name));
	if (c->arguments.at) {
		cd_text_add(text, "(");
		print_strings(text, c->arguments, c->argument_count);
		cd_text_add(text, ")");
	}
}

static bool do_event(struct work *w)
{
	struct cd_event e;

	if (!cd_read_event(&w->r, &e, w->err))
		return false;
	cd_text_add(w->text, "%s ", cd_event_name(e.kind));
	if (e.kind == CD_EVENT_SCHEMA_CHANGE) {
		print_change(w->text, &e.schema);
	} else if (e.kind != CD_EVENT_OTHER) {
		cd_text_add(w->text, "%.*s ", SPAN(e.change));
		cd_text_hex(w->text, (struct cd_span){ e.address.address, e.address.length });
		cd_text_add(w->text, " port=%d", (int)e.port);
	}
	cd_write_event(w->again, &e);
	return true;
}

/* ---- RESULT --------------------------------------------------------------------------------- */

static void print_columns(struct cd_buffer *text, const struct cd_columns *c)
{
	char type[512];

	cd_text_add(text, "{");
	for (uint32_t i = 0; i < c->count; i++) {
		const struct cd_column_spec *s = &c->at[i];
		cql_type_format(s->type, type, sizeof type);
		cd_text_add(text, "%s%s.%s.%s %s", i ? ", " : "", s->keyspace, s->table, s->name,
			    type);
	}
	cd_text_add(text, "}");
}

static void print_metadata(struct cd_buffer *text, const struct cd_rows_metadata *m)
{
	if (m->has_columns)
		print_columns(text, &m->columns);
	else
		cd_text_add(text, "none/%u", (unsigned)m->columns.count);
	if (m->paging_state.at) {
		cd_text_add(text, " state=");
		cd_text_hex(text, m->paging_state);
	}
	if (m->new_metadata_id.at) {
		cd_text_add(text, " new=");
		cd_text_hex(text, m->new_metadata_id);
	}
}

static bool do_rows(struct work *w, const struct cd_result *res)
{
	uint32_t count = res->metadata.columns.count;
	struct cd_reader r = cd_reader_over(res->rows.at, res->rows.len);
	struct cd_span *cells = cd_arena_take_array(w->arena, count ? count : 1, sizeof *cells);

	if (!cells)
		return cd_no_memory(w->err, "cells");
	cd_text_add(w->text, "rows ");
	print_metadata(w->text, &res->metadata);
	cd_text_add(w->text, " ");
	cd_write_result_rows(w->again, w->e->version, &res->metadata, res->row_count);
	for (uint32_t row = 0; row < res->row_count; row++) {
		if (!cd_row_next(&r, count, cells))
			return cd_fail(w->err, COODIE_ERR_PROTOCOL, "rows cut short");
		for (uint32_t i = 0; i < count; i++) {
			cd_text_add(w->text, i ? "," : "[");
			cd_text_hex(w->text, cells[i]);
			cd_write_bytes(w->again, cells[i].at, cells[i].len);
		}
		cd_text_add(w->text, "]");
	}
	return true;
}

static void do_prepared(struct work *w, const struct cd_prepared_result *p)
{
	cd_text_add(w->text, "prepared ");
	cd_text_hex(w->text, p->id);
	if (w->e->version >= 5) {
		cd_text_add(w->text, " ");
		cd_text_hex(w->text, p->metadata_id);
	}
	cd_text_add(w->text, " binds=");
	print_columns(w->text, &p->binds);
	cd_text_add(w->text, " pk=[");
	for (uint16_t i = 0; i < p->pk_count; i++)
		cd_text_add(w->text, "%s%u", i ? "," : "", p->pk_indexes[i]);
	cd_text_add(w->text, "] result=");
	print_metadata(w->text, &p->result);
	cd_write_result_prepared(w->again, w->e->version, p);
}

static bool do_result(struct work *w)
{
	struct cd_result res;
	const char *keyspace;

	if (!cd_read_result(&w->r, w->e->version, w->arena, CD_TYPE_DEPTH, &res, w->err))
		return false;
	switch (res.kind) {
	case CD_RESULT_VOID:
		cd_text_add(w->text, "void");
		cd_write_result_void(w->again);
		return true;
	case CD_RESULT_ROWS:
		return do_rows(w, &res);
	case CD_RESULT_SET_KEYSPACE:
		keyspace = terminated(w, res.keyspace);
		if (!keyspace)
			return cd_no_memory(w->err, "a name");
		cd_text_add(w->text, "set_keyspace %s", keyspace);
		cd_write_result_set_keyspace(w->again, keyspace);
		return true;
	case CD_RESULT_PREPARED:
		do_prepared(w, &res.prepared);
		return true;
	case CD_RESULT_SCHEMA_CHANGE:
		cd_text_add(w->text, "schema_change ");
		print_change(w->text, &res.change);
		cd_write_result_schema_change(w->again, &res.change);
		return true;
	}
	return false;
}

/* ---- any message ---------------------------------------------------------------------------- */

cql_envelope cd_message_envelope(struct cd_span message)
{
	struct cd_header h = cd_header_read(message.at);

	return (cql_envelope){ h.version & 0x7F,
			       h.flags,
			       h.stream,
			       h.opcode,
			       { message.at + CQL_HEADER_SIZE, message.len - CQL_HEADER_SIZE } };
}

bool cd_message_read(const cql_envelope *e, struct cd_arena *a, struct cd_buffer *text,
		     struct cd_buffer *again, coodie_error *err)
{
	static bool (*const readers[CQL_OP_COUNT])(struct work *) = {
		[CQL_OP_ERROR] = do_error,          [CQL_OP_STARTUP] = do_startup,
		[CQL_OP_READY] = do_nothing,        [CQL_OP_AUTHENTICATE] = do_authenticate,
		[CQL_OP_OPTIONS] = do_nothing,      [CQL_OP_SUPPORTED] = do_supported,
		[CQL_OP_QUERY] = do_query,          [CQL_OP_RESULT] = do_result,
		[CQL_OP_PREPARE] = do_prepare,      [CQL_OP_EXECUTE] = do_execute,
		[CQL_OP_REGISTER] = do_register,    [CQL_OP_EVENT] = do_event,
		[CQL_OP_AUTH_CHALLENGE] = do_token, [CQL_OP_AUTH_RESPONSE] = do_token,
		[CQL_OP_AUTH_SUCCESS] = do_token,
	};
	struct work w = { e, cd_reader_over(e->body.data, e->body.len), a, text, again, err };

	return do_prefix(&w) && readers[e->opcode](&w);
}

/* ---- tables --------------------------------------------------------------------------------- */

struct attempt {
	struct cd_arena arena;
	struct cd_buffer text, again;
	coodie_error err;
	bool ok;
};

static void begin(struct attempt *t, const cql_envelope *e, const coodie_allocator *a)
{
	cd_arena_init(&t->arena, a, 1);
	cd_buffer_init(&t->text, NULL, 0);
	cd_buffer_init(&t->again, NULL, 0);
	cd_clear(&t->err);
	t->ok = cd_message_read(e, &t->arena, &t->text, &t->again, &t->err);
}

static void end(struct attempt *t)
{
	cd_buffer_deinit(&t->text);
	cd_buffer_deinit(&t->again);
	cd_arena_deinit(&t->arena);
}

static bool with_allocator(const coodie_allocator *a, void *user)
{
	struct attempt t;

	begin(&t, user, a);
	assert_true(t.ok || t.err.code == COODIE_ERR_NO_MEMORY);
	end(&t);
	return t.ok;
}

static void check_prefixes(struct cd_guard *g, const struct cd_message_row *row,
			   struct cd_span whole)
{
	for (size_t len = CQL_HEADER_SIZE; len < whole.len; len++) {
		struct cd_span cut = { cd_guard_copy(g, whole.at, len), len };
		cql_envelope e = cd_message_envelope(cut);
		struct attempt t;
		begin(&t, &e, NULL);
		if (t.ok || t.err.code != COODIE_ERR_PROTOCOL)
			fail_msg("row \"%s\": %zu bytes of %zu are taken for %.*s", row->name, len,
				 whole.len, (int)t.text.len, (const char *)t.text.data);
		end(&t);
	}
}

static void check_row(struct cd_guard *g, const struct cd_message_row *row, bool exact)
{
	struct cd_span whole = cd_unhex(row->hex);
	cql_envelope e = cd_message_envelope(
		(struct cd_span){ cd_guard_copy(g, whole.at, whole.len), whole.len });
	struct attempt t;

	begin(&t, &e, NULL);
	if (!t.ok)
		fail_msg("row \"%s\": %s", row->name, t.err.message);
	CD_CHECK(cd_text_is(&t.text, row->name, row->text), row->name);
	if (exact) {
		CD_CHECK(t.again.len == e.body.len, row->name);
		CD_CHECK(t.again.len == 0 || memcmp(t.again.data, e.body.data, e.body.len) == 0,
			 row->name);
	}
	end(&t);
	if (exact)
		check_prefixes(g, row, whole);
	cql_envelope kept = cd_message_envelope(whole);
	CD_CHECK(cd_failalloc_each(row->name, with_allocator, &kept), row->name);
	cd_unhex_free(whole);
}

static void check_rows(const struct cd_message_row *rows, size_t count, bool exact)
{
	struct cd_guard g;

	assert_true(cd_guard_init(&g, 65536));
	for (size_t i = 0; i < count; i++)
		check_row(&g, &rows[i], exact);
	cd_guard_deinit(&g);
}

void cd_message_check(const struct cd_message_row *rows, size_t count)
{
	check_rows(rows, count, true);
}

void cd_message_check_tolerated(const struct cd_message_row *rows, size_t count)
{
	check_rows(rows, count, false);
}
