/* SPDX-License-Identifier: MIT */
/* Reads, prints and writes every message of the protocol, through the public calls. */
#include "tests/message.h"

#include "base/error.h"
#include "proto/error_body.h"
#include "proto/frame.h"
#include "tests/failalloc.h"
#include "tests/guard.h"
#include "tests/test.h"

#define TEXT(t) (int)(t).len, (t).data ? (t).data : ""

static void print_bytes(struct cd_buffer *text, cql_blob bytes)
{
	cd_text_hex(text, (struct cd_span){ bytes.data, bytes.len });
}

static void print_texts(struct cd_buffer *text, cql_texts list)
{
	for (uint16_t i = 0; i < list.count; i++)
		cd_text_add(text, "%s%.*s", i ? "," : "", TEXT(list.at[i]));
}

static void print_prefix(struct cd_buffer *text, const cql_message *m)
{
	char uuid[CQL_UUID_TEXT_SIZE];

	if (m->has_tracing_id)
		cd_text_add(text, "trace=%s ", cql_uuid_format(m->tracing_id, uuid));
	if (m->has_warnings) {
		cd_text_add(text, "warnings=[");
		print_texts(text, m->warnings);
		cd_text_add(text, "] ");
	}
	if (!m->has_payload)
		return;
	cd_text_add(text, "payload=[");
	for (uint16_t i = 0; i < m->payload_count; i++) {
		cd_text_add(text, "%s%.*s:", i ? "," : "", TEXT(m->payload[i].key));
		print_bytes(text, m->payload[i].value);
	}
	cd_text_add(text, "] ");
}

/* ---- requests ------------------------------------------------------------------------------- */

static void print_nothing(struct cd_buffer *text, const cql_message *m)
{
	(void)text;
	(void)m;
}

static void print_startup(struct cd_buffer *text, const cql_message *m)
{
	for (uint16_t i = 0; i < m->as.options.count; i++) {
		const cql_option *o = &m->as.options.at[i];
		assert_int_equal(o->value_count, 1);
		cd_text_add(text, "%s%.*s=%.*s", i ? "," : "", TEXT(o->key), TEXT(*o->values));
	}
}

static void print_register(struct cd_buffer *text, const cql_message *m)
{
	print_texts(text, m->as.register_events);
}

static void print_token(struct cd_buffer *text, const cql_message *m)
{
	print_bytes(text, m->as.token);
}

static void print_values(struct cd_buffer *text, const cql_bound *values, uint16_t count)
{
	cd_text_add(text, "[");
	for (uint16_t i = 0; i < count; i++) {
		const cql_bound *v = &values[i];
		cd_text_add(text, "%s%.*s%s", i ? "," : "", TEXT(v->name), v->name.data ? ":" : "");
		if (v->is_unset)
			cd_text_add(text, "unset");
		else
			print_bytes(text, v->value);
	}
	cd_text_add(text, "]");
}

static void print_params(struct cd_buffer *text, const cql_params *p)
{
	cd_text_add(text, " | cl=%s", cql_consistency_name(p->consistency));
	if (p->value_count) {
		cd_text_add(text, " values=");
		print_values(text, p->values, p->value_count);
	}
	if (p->skip_metadata)
		cd_text_add(text, " skip");
	if (p->has_page_rows)
		cd_text_add(text, " page=%d", (int)p->page_rows);
	if (p->paging_state.data) {
		cd_text_add(text, " state=");
		print_bytes(text, p->paging_state);
	}
	if (p->serial_consistency)
		cd_text_add(text, " serial=%s", cql_consistency_name(p->serial_consistency));
	if (p->has_timestamp)
		cd_text_add(text, " ts=%lld", (long long)p->timestamp_us);
	if (p->keyspace.data)
		cd_text_add(text, " ks=%.*s", TEXT(p->keyspace));
	if (p->has_now)
		cd_text_add(text, " now=%d", (int)p->now_in_seconds);
}

static void print_query(struct cd_buffer *text, const cql_message *m)
{
	cd_text_add(text, "%.*s", TEXT(m->as.query.cql));
	print_params(text, &m->as.query.params);
}

static void print_prepare(struct cd_buffer *text, const cql_message *m)
{
	cd_text_add(text, "%.*s", TEXT(m->as.prepare.cql));
	if (m->as.prepare.keyspace.data)
		cd_text_add(text, " ks=%.*s", TEXT(m->as.prepare.keyspace));
}

static void print_id(struct cd_buffer *text, cql_blob id, cql_blob metadata_id)
{
	print_bytes(text, id);
	if (metadata_id.data) {
		cd_text_add(text, " ");
		print_bytes(text, metadata_id);
	}
}

static void print_execute(struct cd_buffer *text, const cql_message *m)
{
	print_id(text, m->as.execute.id, m->as.execute.metadata_id);
	print_params(text, &m->as.execute.params);
	if (m->as.execute.tablet_version_block)
		cd_text_add(text, " block=0x%02x", m->as.execute.tablet_version_block);
}

static void print_batch(struct cd_buffer *text, const cql_message *m)
{
	static const char *const types[] = { "LOGGED", "UNLOGGED", "COUNTER" };

	cd_text_add(text, "%s", types[m->as.batch.type]);
	for (uint16_t i = 0; i < m->as.batch.item_count; i++) {
		const cql_batch_item *item = &m->as.batch.items[i];
		cd_text_add(text, " {%.*s", TEXT(item->cql));
		if (!item->cql.data)
			print_bytes(text, item->id);
		cd_text_add(text, " ");
		print_values(text, item->values, item->value_count);
		cd_text_add(text, "}");
	}
	print_params(text, &m->as.batch.params);
}

/* ---- responses ------------------------------------------------------------------------------ */

static void print_int(struct cd_buffer *text, const char *name, int32_t value)
{
	if (value != -1)
		cd_text_add(text, " %s=%d", name, (int)value);
}

static void print_reasons(struct cd_buffer *text, const cql_error_message *e)
{
	cd_text_add(text, " [");
	for (int32_t i = 0; i < e->num_failures; i++) {
		const cql_failure *f = &e->failures[i];
		cd_text_add(text, i ? "," : "");
		cd_text_hex(text, (struct cd_span){ f->node.address, f->node.length });
		cd_text_add(text, ":%u", f->code);
	}
	cd_text_add(text, "]");
}

/* What a coodie_error has no room for. */
static void print_names(struct cd_buffer *text, const cql_error_message *e)
{
	cql_text name = e->table.data ? e->table : e->function;

	if (e->contentions)
		cd_text_add(text, " contentions=%u", e->contentions);
	if (e->keyspace.data)
		cd_text_add(text, " ks=%.*s name=%.*s", TEXT(e->keyspace), TEXT(name));
	if (e->function.data) {
		cd_text_add(text, "(");
		print_texts(text, e->arguments);
		cd_text_add(text, ")");
	}
	if (e->unprepared_id.data) {
		cd_text_add(text, " id=");
		print_bytes(text, e->unprepared_id);
	}
}

static void print_server_error(struct cd_buffer *text, const cql_message *m)
{
	const cql_error_message *e = &m->as.error;
	coodie_error said;

	cd_error_of(e, &said);
	assert_int_equal(said.server_code, e->code);
	assert_int_equal(said.code, COODIE_ERR_SERVER);
	cd_text_add(text, "%s", said.message);
	if (said.consistency != -1)
		cd_text_add(text, " cl=%s",
			    cql_consistency_name((cql_consistency)said.consistency));
	print_int(text, "required", said.required);
	print_int(text, "received", said.received);
	print_int(text, "block_for", said.block_for);
	print_int(text, "failures", said.failures);
	if (m->version >= 5 && said.failures != -1)
		print_reasons(text, e);
	print_int(text, "data", said.data_present);
	if (*said.write_type)
		cd_text_add(text, " type=%s", said.write_type);
	print_names(text, e);
	if (e->op_type || e->rejected_by_coordinator)
		cd_text_add(text, " op=%d coordinator=%d", e->op_type, e->rejected_by_coordinator);
}

static void print_authenticate(struct cd_buffer *text, const cql_message *m)
{
	cd_text_add(text, "%.*s", TEXT(m->as.authenticator));
}

static void print_supported(struct cd_buffer *text, const cql_message *m)
{
	for (uint16_t i = 0; i < m->as.options.count; i++) {
		const cql_option *o = &m->as.options.at[i];
		cd_text_add(text, "%s%.*s=[", i ? ";" : "", TEXT(o->key));
		print_texts(text, (cql_texts){ o->values, o->value_count });
		cd_text_add(text, "]");
	}
}

static void print_change(struct cd_buffer *text, const cql_schema_change *c)
{
	cd_text_add(text, "%.*s %.*s %.*s", TEXT(c->change), TEXT(c->target), TEXT(c->keyspace));
	if (c->name.data)
		cd_text_add(text, " %.*s", TEXT(c->name));
	if (c->target.len > 5 && (*c->target.data == 'F' || *c->target.data == 'A')) {
		cd_text_add(text, "(");
		print_texts(text, c->arguments);
		cd_text_add(text, ")");
	}
}

static void print_event(struct cd_buffer *text, const cql_message *m)
{
	const cql_event *e = &m->as.event;

	cd_text_add(text, "%.*s ", TEXT(e->type));
	if (e->kind == CQL_EVENT_SCHEMA_CHANGE) {
		print_change(text, &e->schema);
	} else if (e->kind == CQL_EVENT_CLIENT_ROUTES_CHANGE) {
		cd_text_add(text, "%.*s [", TEXT(e->change));
		print_texts(text, e->connection_ids);
		cd_text_add(text, "] [");
		print_texts(text, e->host_ids);
		cd_text_add(text, "]");
	} else if (e->kind != CQL_EVENT_OTHER) {
		cd_text_add(text, "%.*s ", TEXT(e->change));
		cd_text_hex(text, (struct cd_span){ e->address.address, e->address.length });
		cd_text_add(text, " port=%d", (int)e->port);
	}
}

/* ---- RESULT --------------------------------------------------------------------------------- */

static void print_columns(struct cd_buffer *text, const cql_column_spec *columns, uint32_t count)
{
	char type[512];

	cd_text_add(text, "{");
	for (uint32_t i = 0; i < count; i++) {
		const cql_column_spec *s = &columns[i];
		cql_type_format(s->type, type, sizeof type);
		cd_text_add(text, "%s%.*s.%.*s.%.*s %s", i ? ", " : "", TEXT(s->keyspace),
			    TEXT(s->table), TEXT(s->name), type);
	}
	cd_text_add(text, "}");
}

static void print_metadata(struct cd_buffer *text, const cql_metadata *m)
{
	if (m->columns)
		print_columns(text, m->columns, m->column_count);
	else
		cd_text_add(text, "none/%u", (unsigned)m->column_count);
	if (m->paging_state.data) {
		cd_text_add(text, " state=");
		print_bytes(text, m->paging_state);
	}
	if (m->new_metadata_id.data) {
		cd_text_add(text, " new=");
		print_bytes(text, m->new_metadata_id);
	}
}

static void print_rows(struct cd_buffer *text, const cql_result *r)
{
	uint32_t count = r->metadata.column_count, rows = 0;
	cql_blob left = r->rows;
	coodie_cell cells[64];
	coodie_error err;

	assert_true(count <= CD_COUNT(cells));
	cd_text_add(text, "rows ");
	print_metadata(text, &r->metadata);
	cd_text_add(text, " ");
	for (; cql_rows_next(&left, cells, count, &err); rows++) {
		for (uint32_t i = 0; i < count; i++) {
			cd_text_add(text, i ? "," : "[");
			cd_text_hex(text, (struct cd_span){ cells[i].data, cells[i].len });
		}
		cd_text_add(text, "]");
	}
	assert_int_equal(err.code, COODIE_OK);
	assert_int_equal(rows, r->row_count);
}

static void print_prepared(struct cd_buffer *text, const cql_result *r)
{
	cd_text_add(text, "prepared ");
	print_id(text, r->id, r->metadata_id);
	cd_text_add(text, " binds=");
	print_columns(text, r->markers.columns, r->markers.column_count);
	cd_text_add(text, " pk=[");
	for (uint16_t i = 0; i < r->markers.key_count; i++)
		cd_text_add(text, "%s%u", i ? "," : "", r->markers.key_indexes[i]);
	cd_text_add(text, "]");
	if (r->markers.extra_flags)
		cd_text_add(text, " extra=0x%x", (unsigned)r->markers.extra_flags);
	cd_text_add(text, " result=");
	print_metadata(text, &r->metadata);
}

static void print_result(struct cd_buffer *text, const cql_message *m)
{
	const cql_result *r = &m->as.result;

	switch (r->kind) {
	case COODIE_RESULT_VOID:
		cd_text_add(text, "void");
		break;
	case COODIE_RESULT_ROWS:
		print_rows(text, r);
		break;
	case COODIE_RESULT_SET_KEYSPACE:
		cd_text_add(text, "set_keyspace %.*s", TEXT(r->keyspace));
		break;
	case COODIE_RESULT_PREPARED:
		print_prepared(text, r);
		break;
	case COODIE_RESULT_SCHEMA_CHANGE:
		cd_text_add(text, "schema_change ");
		print_change(text, &r->change);
		break;
	}
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

void cd_message_print(const cql_message *m, struct cd_buffer *text)
{
	static void (*const printers[CQL_OP_COUNT])(struct cd_buffer *, const cql_message *) = {
		[CQL_OP_ERROR] = print_server_error,  [CQL_OP_STARTUP] = print_startup,
		[CQL_OP_READY] = print_nothing,       [CQL_OP_AUTHENTICATE] = print_authenticate,
		[CQL_OP_OPTIONS] = print_nothing,     [CQL_OP_SUPPORTED] = print_supported,
		[CQL_OP_QUERY] = print_query,         [CQL_OP_RESULT] = print_result,
		[CQL_OP_PREPARE] = print_prepare,     [CQL_OP_EXECUTE] = print_execute,
		[CQL_OP_REGISTER] = print_register,   [CQL_OP_EVENT] = print_event,
		[CQL_OP_BATCH] = print_batch,         [CQL_OP_AUTH_CHALLENGE] = print_token,
		[CQL_OP_AUTH_RESPONSE] = print_token, [CQL_OP_AUTH_SUCCESS] = print_token,
	};

	print_prefix(text, m);
	printers[m->opcode](text, m);
}

/* ---- tables --------------------------------------------------------------------------------- */

struct attempt {
	const struct cd_message_row *row;
	cql_envelope envelope;
};

/* Reads a message and writes it again; `again` (may be NULL) gets the bytes. */
static bool read_and_write(const struct attempt *t, const coodie_allocator *a,
			   struct cd_buffer *text, struct cd_buffer *again, coodie_error *err)
{
	bool request = cql_opcode_is_request(t->envelope.opcode), ok = false;
	cql_arena *arena = cql_arena_new(a, err);
	cql_outbox *out = NULL;
	cql_message m;

	if (!arena)
		return false;
	out = cql_outbox_new(request ? CQL_CLIENT : CQL_SERVER, NULL, a, err);
	if (!out)
		goto out;
	ok = cql_message_read(&t->envelope, t->row->terms, arena, &m, err);
	if (ok && text)
		cd_message_print(&m, text);
	if (ok && again) {
		ok = cql_message_write(out, &m, t->row->terms, err);
		cql_blob bytes = cql_outbox_pending(out, ok ? err : NULL);
		cd_buffer_bytes(again, bytes.data, bytes.len);
	}
out:
	cql_outbox_free(out);
	cql_arena_free(arena);
	return ok;
}

static bool with_allocator(const coodie_allocator *a, void *user)
{
	struct cd_buffer again;
	coodie_error err = { 0 };

	cd_buffer_init(&again, NULL, 0);
	bool ok = read_and_write(user, a, NULL, &again, &err);
	assert_true(ok || err.code == COODIE_ERR_NO_MEMORY);
	cd_buffer_deinit(&again);
	return ok;
}

static void check_prefixes(struct cd_guard *g, const struct cd_message_row *row,
			   struct cd_span whole)
{
	for (size_t len = CQL_HEADER_SIZE; len < whole.len; len++) {
		struct cd_span cut = { cd_guard_copy(g, whole.at, len), len };
		struct attempt t = { row, cd_message_envelope(cut) };
		coodie_error err = { 0 };
		if (read_and_write(&t, NULL, NULL, NULL, &err) || err.code != COODIE_ERR_PROTOCOL)
			fail_msg("row \"%s\": %zu bytes of %zu are taken", row->name, len,
				 whole.len);
		CD_CHECK(strstr(err.message, cql_opcode_name(t.envelope.opcode)), err.message);
	}
}

/* The message as it comes out of an inbox that is fed a byte at a time. */
static void check_bytewise(const struct cd_message_row *row, struct cd_span whole)
{
	enum cql_role role = whole.at[0] & 0x80 ? CQL_CLIENT : CQL_SERVER;
	cql_inbox *in = cql_inbox_new(role, NULL, NULL, NULL);
	struct attempt t = { .row = row };
	struct cd_buffer text;
	coodie_error err;

	for (size_t i = 0; i < whole.len; i++) {
		CD_CHECK(cql_inbox_next(in, &t.envelope, &err) == CQL_INBOX_MORE, row->name);
		assert_true(cql_inbox_feed(in, whole.at + i, 1, &err));
	}
	CD_CHECK(cql_inbox_next(in, &t.envelope, &err) == CQL_INBOX_ENVELOPE, row->name);
	cd_buffer_init(&text, NULL, 0);
	CD_CHECK(read_and_write(&t, NULL, &text, NULL, &err), row->name);
	CD_CHECK(cd_text_is(&text, row->name, row->text), row->name);
	cd_buffer_deinit(&text);
	cql_inbox_free(in);
}

/* The message as it comes out of v4 bodies or v5 segments, packed or not. */
static void check_framed(const struct cd_message_row *row, struct cd_span whole,
			 enum cql_compression compression)
{
	enum { PIECE = 7 };
	struct attempt t = { row, cd_message_envelope(whole) };
	unsigned version = t.envelope.version;
	bool request = cql_opcode_is_request(t.envelope.opcode);
	cql_inbox *in = cql_inbox_new(request ? CQL_SERVER : CQL_CLIENT, NULL, NULL, NULL);
	cql_outbox *out = cql_outbox_new(request ? CQL_CLIENT : CQL_SERVER, NULL, NULL, NULL);
	struct cd_buffer text;
	coodie_error err;

	cql_inbox_switch(in, version, compression);
	CD_CHECK(cql_outbox_switch(out, version, compression, &err), row->name);
	CD_CHECK(cql_outbox_put(out, &t.envelope, &err), row->name);
	for (cql_blob left; (left = cql_outbox_pending(out, &err)).len;) {
		size_t len = left.len < PIECE ? left.len : PIECE;
		CD_CHECK(cql_inbox_next(in, &t.envelope, &err) == CQL_INBOX_MORE, row->name);
		assert_true(cql_inbox_feed(in, left.data, len, &err));
		cql_outbox_sent(out, len);
	}
	CD_CHECK(cql_inbox_next(in, &t.envelope, &err) == CQL_INBOX_ENVELOPE, row->name);
	cd_buffer_init(&text, NULL, 0);
	CD_CHECK(read_and_write(&t, NULL, &text, NULL, &err), row->name);
	CD_CHECK(cd_text_is(&text, row->name, row->text), row->name);
	cd_buffer_deinit(&text);
	cql_inbox_free(in);
	cql_outbox_free(out);
}

static void check_row(struct cd_guard *g, const struct cd_message_row *row, bool exact)
{
	struct cd_span whole = cd_unhex(row->hex);
	struct cd_span flush = { cd_guard_copy(g, whole.at, whole.len), whole.len };
	struct attempt t = { row, cd_message_envelope(flush) };
	struct cd_buffer text, again;
	coodie_error err = { 0 };

	cd_buffer_init(&text, NULL, 0);
	cd_buffer_init(&again, NULL, 0);
	if (!read_and_write(&t, NULL, &text, &again, &err))
		fail_msg("row \"%s\": %s", row->name, err.message);
	CD_CHECK(cd_text_is(&text, row->name, row->text), row->name);
	if (exact) {
		CD_CHECK(again.len == whole.len, row->name);
		CD_CHECK(memcmp(again.data, whole.at, whole.len) == 0, row->name);
		check_prefixes(g, row, whole);
		check_bytewise(row, whole);
		check_framed(row, whole, CQL_COMPRESSION_NONE);
		check_framed(row, whole, CQL_COMPRESSION_LZ4);
	}
	t.envelope = cd_message_envelope(whole);
	CD_CHECK(cd_failalloc_each(row->name, with_allocator, &t), row->name);
	cd_buffer_deinit(&text);
	cd_buffer_deinit(&again);
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
