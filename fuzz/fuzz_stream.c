/* SPDX-License-Identifier: MIT */
/* Streams in pieces of any size: the same envelopes and the same end for every way to cut them; and
 * the same envelopes again when an outbox has sent them.
 *
 * Input: a byte of setup, a byte that decides the pieces, the stream. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "fuzz/mend.h"

/* What came out of a stream. */
struct run {
	uint8_t *got; /* headers and bodies, one behind the other */
	size_t len, count;
	enum cql_inbox_status last;
	enum coodie_errc code;
	bool empty;
	cql_outbox *sender; /* gets all envelopes that it takes; may be NULL */
	bool all_sent;
};

struct setup {
	enum cql_role role;
	unsigned version; /* 0: before STARTUP was answered */
	enum cql_compression compression;
	bool switches; /* after the first envelope */
};

static struct setup setup_of(uint8_t bits)
{
	return (struct setup){
		.role = bits & 1 ? CQL_SERVER : CQL_CLIENT,
		.compression = bits & 2    ? CQL_COMPRESSION_LZ4
			       : bits & 32 ? CQL_COMPRESSION_SNAPPY
					   : CQL_COMPRESSION_NONE,
		.version = (unsigned[]){ 0, 4, 5, 5 }[bits >> 2 & 3],
		.switches = (bits & 12) == 12,
	};
}

static void keep(struct run *run, const void *data, size_t len)
{
	run->got = realloc(run->got, run->len + len + 1);
	if (!run->got)
		exit(EXIT_FAILURE);
	if (len)
		memcpy(run->got + run->len, data, len);
	run->len += len;
}

static void keep_envelope(struct run *run, const cql_envelope *e)
{
	const uint8_t packed = CQL_FLAG_COMPRESSED; /* is the sender's business */
	const uint8_t header[] = { e->version, e->flags & (uint8_t)~packed,
				   (uint8_t)((uint16_t)e->stream >> 8), (uint8_t)e->stream,
				   e->opcode };

	keep(run, header, sizeof header);
	keep(run, &e->body.len, sizeof e->body.len);
	keep(run, e->body.data, e->body.len);
	run->count++;
}

static void take_all(struct run *run, const struct setup *s, cql_inbox *in)
{
	cql_envelope e;
	coodie_error err;

	while ((run->last = cql_inbox_next(in, &e, &err)) == CQL_INBOX_ENVELOPE) {
		keep_envelope(run, &e);
		if (run->sender)
			run->all_sent &= e.version && cql_outbox_put(run->sender, &e, &err);
		if (s->switches && run->count == 1)
			cql_inbox_switch(in, s->version, s->compression);
	}
	if (run->last != CQL_INBOX_FAILED)
		return;
	run->code = err.code;
	FUZZ_CHECK(cql_inbox_next(in, &e, &err) == CQL_INBOX_FAILED); /* for good */
	FUZZ_CHECK(err.code == run->code);
}

/* Pieces of 1 byte, of a fixed size, or of sizes that look random. */
static size_t piece(uint8_t how, size_t n)
{
	if (how < 128)
		return (size_t)how + 1;
	return 1 + ((n + 1) * 2654435761u >> 7) % (how - 126u);
}

static struct run feed(const struct setup *s, cql_blob stream, bool whole, uint8_t how,
		       cql_outbox *sender)
{
	struct run run = { .last = CQL_INBOX_MORE, .sender = sender, .all_sent = true };
	struct fuzz_budget budget;
	coodie_error err;

	fuzz_budget_init(&budget, stream.len, s->compression ? FUZZ_TIMES_LZ4 : FUZZ_TIMES);
	cql_inbox *in = cql_inbox_new(s->role, NULL, &budget.allocator, &err);
	FUZZ_CHECK_OK(in, &err);
	if (s->version && !s->switches)
		cql_inbox_switch(in, s->version, s->compression);
	for (size_t n = 0; stream.len && run.last == CQL_INBOX_MORE; n++) {
		cql_blob part = fuzz_take(&stream, whole ? stream.len : piece(how, n));
		FUZZ_CHECK_OK(cql_inbox_feed(in, part.data, part.len, &err), &err);
		take_all(&run, s, in);
	}
	run.empty = cql_inbox_is_empty(in);
	cql_inbox_free(in);
	fuzz_budget_end(&budget);
	return run;
}

static void check_same(const struct run *a, const struct run *b)
{
	FUZZ_CHECK(a->count == b->count);
	FUZZ_CHECK(a->len == b->len);
	FUZZ_CHECK(!a->len || !memcmp(a->got, b->got, a->len));
	FUZZ_CHECK(a->last == b->last);
	FUZZ_CHECK(a->code == b->code);
	FUZZ_CHECK(a->last == CQL_INBOX_FAILED || a->empty == b->empty);
}

/* The other side of the stream, with the same framing. */
static cql_outbox *sender_of(const struct setup *s, struct fuzz_budget *budget)
{
	coodie_error err;
	enum cql_role role = s->role == CQL_CLIENT ? CQL_SERVER : CQL_CLIENT;
	cql_outbox *out = cql_outbox_new(role, NULL, &budget->allocator, &err);

	FUZZ_CHECK_OK(out, &err);
	if (s->version && s->compression != CQL_COMPRESSION_SNAPPY)
		FUZZ_CHECK_OK(cql_outbox_switch(out, s->version, s->compression, &err), &err);
	return out;
}

static void check_resent(const struct setup *s, const struct run *whole)
{
	coodie_error err;
	cql_blob pending = cql_outbox_pending(whole->sender, &err);

	if (!whole->all_sent || s->switches || s->compression == CQL_COMPRESSION_SNAPPY)
		return;
	FUZZ_CHECK(!pending.data == (whole->count == 0));
	struct run run = feed(s, pending, true, 0, NULL);
	FUZZ_CHECK(run.last == CQL_INBOX_MORE && run.empty);
	FUZZ_CHECK(run.count == whole->count && run.len == whole->len);
	FUZZ_CHECK(!run.len || !memcmp(run.got, whole->got, run.len));
	cql_outbox_sent(whole->sender, pending.len);
	free(run.got);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cql_blob in = { data, size };
	uint8_t bits = fuzz_u8(&in), how = fuzz_u8(&in);
	struct setup s = setup_of(bits);
	uint8_t *stream = fuzz_copy(in);
	struct fuzz_budget ours;

	if (bits & 16 && s.version == 5 && !s.switches)
		fuzz_mend(stream, in.len, s.compression == CQL_COMPRESSION_LZ4);
	in.data = stream;
	fuzz_budget_ours(&ours);
	struct run whole = feed(&s, in, true, 0, sender_of(&s, &ours));
	struct run bytes = feed(&s, in, false, 0, NULL);
	struct run pieces = feed(&s, in, false, how, NULL);
	check_same(&whole, &bytes);
	check_same(&whole, &pieces);
	check_resent(&s, &whole);
	cql_outbox_free(whole.sender);
	fuzz_budget_end(&ours);
	free(whole.got);
	free(bytes.got);
	free(pieces.got);
	free(stream);
	return 0;
}
