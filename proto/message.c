/* SPDX-License-Identifier: MIT */
/* The table of messages, and the two functions that go by it. */
#include "proto/message.h"

#include "base/error.h"
#include "base/cql_arena.h"
#include "proto/error_body.h"
#include "proto/event.h"
#include "proto/framing.h"
#include "proto/prefix.h"
#include "proto/request.h"
#include "proto/response.h"
#include "proto/result.h"

static void read_nothing(struct cd_decoder *d, cql_message *m)
{
	(void)d;
	(void)m;
}

static void write_nothing(struct cd_encoder *w, const cql_message *m)
{
	(void)w;
	(void)m;
}

static const struct {
	cd_read_fn *read;
	cd_write_fn *write;
} messages[CQL_OP_COUNT] = {
	[CQL_OP_ERROR] = { cd_read_error, cd_write_error },
	[CQL_OP_STARTUP] = { cd_read_startup, cd_write_startup },
	[CQL_OP_READY] = { read_nothing, write_nothing },
	[CQL_OP_AUTHENTICATE] = { cd_read_authenticate, cd_write_authenticate },
	[CQL_OP_OPTIONS] = { read_nothing, write_nothing },
	[CQL_OP_SUPPORTED] = { cd_read_supported, cd_write_supported },
	[CQL_OP_QUERY] = { cd_read_query, cd_write_query },
	[CQL_OP_RESULT] = { cd_read_result, cd_write_result },
	[CQL_OP_PREPARE] = { cd_read_prepare, cd_write_prepare },
	[CQL_OP_EXECUTE] = { cd_read_execute, cd_write_execute },
	[CQL_OP_REGISTER] = { cd_read_register, cd_write_register },
	[CQL_OP_EVENT] = { cd_read_event, cd_write_event },
	[CQL_OP_BATCH] = { cd_read_batch, cd_write_batch },
	[CQL_OP_AUTH_CHALLENGE] = { cd_read_token, cd_write_token },
	[CQL_OP_AUTH_RESPONSE] = { cd_read_token, cd_write_token },
	[CQL_OP_AUTH_SUCCESS] = { cd_read_token, cd_write_token },
};

static bool is_known(unsigned opcode)
{
	return opcode < CQL_OP_COUNT && messages[opcode].read;
}

static const cql_terms *find_terms(const cql_terms *given, cql_terms *storage)
{
	if (!given)
		return &cd_terms_default;
	*storage = cd_terms_of(given);
	return storage;
}

/* ---- read ----------------------------------------------------------------------------------- */

bool cd_message_read(const cql_envelope *e, const cql_terms *given, struct cd_arena *arena,
		     cql_message *out, coodie_error *err)
{
	cql_terms terms;
	struct cd_decoder d = {
		.r = cd_reader_over(e->body.data, e->body.len),
		.arena = arena,
		.terms = find_terms(given, &terms),
		.version = e->version,
		.what = cql_opcode_name(e->opcode),
		.err = err,
	};

	if (!is_known(e->opcode))
		return cd_fail(err, COODIE_ERR_PROTOCOL, "opcode 0x%02x is unknown",
			       (unsigned)e->opcode);
	*out = (cql_message){
		.version = e->version, .opcode = e->opcode, .flags = e->flags, .stream = e->stream
	};
	if (e->flags & CD_PREFIX_FLAGS)
		cd_read_prefix(&d, out);
	if (!d.r.failed)
		messages[e->opcode].read(&d, out);
	return cd_decode_end(&d);
}

bool cql_message_read(const cql_envelope *envelope, const cql_terms *terms, cql_arena *arena,
		      cql_message *out, coodie_error *err)
{
	const cql_terms t = cd_terms_of(terms);
	cql_message m;

	cd_clear(err);
	if (envelope->body.len > t.max_body)
		return cd_fail(err, COODIE_ERR_LIMIT, "a message of %zu bytes; the limit is %u",
			       envelope->body.len, (unsigned)t.max_body);
	if (!cd_message_read(envelope, terms, &arena->arena, &m, err))
		return false;
	if (m.opcode == CQL_OP_RESULT && !t.lazy_rows && !cd_result_walk(&m.as.result, err))
		return false;
	*out = m;
	return true;
}

/* ---- written -------------------------------------------------------------------------------- */

bool cd_message_write(struct cd_outbox *out, const cql_message *m, const cql_terms *given,
		      coodie_error *err)
{
	cql_terms terms;
	struct cd_encoder w = {
		.b = &out->bytes,
		.terms = find_terms(given, &terms),
		.version = out->version,
		.what = cql_opcode_name(m->opcode),
		.err = err,
	};

	if (!is_known(m->opcode) || cql_opcode_is_request(m->opcode) != (out->role == CQL_CLIENT))
		return cd_fail(err, COODIE_ERR_INVALID, "opcode: a %s does not send %s (0x%02x)",
			       out->role == CQL_CLIENT ? "client" : "server", w.what,
			       (unsigned)m->opcode);
	size_t mark = cd_outbox_begin(out, cd_message_flags(m), m->stream,
				      (enum cql_opcode)m->opcode);
	cd_write_prefix(&w, m);
	messages[m->opcode].write(&w, m);
	if (!w.told)
		return cd_outbox_end(out, mark, err);
	cd_outbox_abort(out, mark);
	return false;
}

bool cql_message_write(cql_outbox *out, const cql_message *m, const cql_terms *terms,
		       coodie_error *err)
{
	cd_clear(err);
	return cd_framing_set_version(out, m->version, err) &&
	       cd_message_write(&out->out, m, terms, err);
}
