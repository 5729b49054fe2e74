/* SPDX-License-Identifier: MIT */
/* The codec's promise over every vector there is, by its public functions: each prefix, each byte
 * damaged, flush against an unreadable page; each allocation failed in turn; never more memory than
 * 16 times the input, 256 times what was packed. */
#include "tests/test.h"

#include <coodie/codec.h>
#include <stdlib.h>

#include "tests/failalloc.h"
#include "tests/golden.h"
#include "tests/guard.h"
#include "tests/hex.h"

enum { MOST_BYTES = 1 << 20, TIMES = 16, TIMES_PACKED = 256, CONSTANT = 4096 };

static struct cd_guard guard;
static char hex[2 * MOST_BYTES], second[2 * MOST_BYTES];

/* ---- memory --------------------------------------------------------------------------------- */

/* Each piece has its size in front. */
struct budget {
	coodie_allocator allocator;
	size_t held, most, asked; /* asked: held at most, and the largest request */
};

union head {
	size_t size;
	max_align_t align;
};

static void *take(void *old, size_t size, struct budget *b)
{
	union head *head = old ? (union head *)old - 1 : NULL;
	size_t before = head ? head->size : 0;

	if (size > b->asked)
		b->asked = size;
	if (size > MOST_BYTES * (size_t)TIMES_PACKED ||
	    !(head = realloc(head, sizeof *head + size)))
		return NULL;
	head->size = size;
	b->held += size - before;
	if (b->held > b->asked)
		b->asked = b->held;
	return head + 1;
}

static void *budget_alloc(size_t size, void *user)
{
	return take(NULL, size, user);
}

static void *budget_resize(void *ptr, size_t size, void *user)
{
	return take(ptr, size, user);
}

static void budget_release(void *ptr, void *user)
{
	struct budget *b = user;

	if (!ptr)
		return;
	union head *head = (union head *)ptr - 1;
	b->held -= head->size;
	free(head);
}

/* ---- one sweep ------------------------------------------------------------------------------ */

struct sweep;
/* Does with the bytes all that one can; false when memory was refused. */
typedef bool use_fn(const struct sweep *s, cql_blob bytes, const coodie_allocator *a);

struct sweep {
	const char *name;
	use_fn *use;
	cql_blob bytes;
	unsigned times;
	enum cql_role role;
	unsigned version; /* 0: before STARTUP was answered */
	enum cql_compression compression;
	const cql_terms *terms;
	const cql_type *type;
	bool failing; /* allocations: what we write is counted too */
};

static void use_flush(const struct sweep *s, const uint8_t *data, size_t len)
{
	struct budget b = { .most = CONSTANT + len * s->times };

	b.allocator = (coodie_allocator){ budget_alloc, budget_resize, budget_release, &b };
	CD_CHECK(s->use(s, (cql_blob){ cd_guard_copy(&guard, data, len), len }, &b.allocator),
		 s->name);
	CD_CHECK(b.held == 0, s->name);
	if (b.asked > b.most)
		fail_msg("row \"%s\": %zu bytes for %zu", s->name, b.asked, len);
}

static bool use_failing(const coodie_allocator *a, void *user)
{
	const struct sweep *s = user;

	return s->use(s, s->bytes, a);
}

static void sweep(struct sweep *s)
{
	static const uint8_t damage[] = { 0xff, 0x00, 0x7f, 0x80, 0x01 };

	for (size_t len = 0; len <= s->bytes.len; len++)
		use_flush(s, s->bytes.data, len);
	uint8_t *copy = malloc(s->bytes.len + 1);
	for (size_t i = 0; i < s->bytes.len; i++) {
		memcpy(copy, s->bytes.data, s->bytes.len);
		copy[i] = damage[i % CD_COUNT(damage)];
		use_flush(s, copy, s->bytes.len);
	}
	free(copy);
	s->failing = true;
	CD_CHECK(cd_failalloc_each(s->name, use_failing, s), s->name);
	s->failing = false;
}

/* The memory for what we write ourselves, which is not theirs to bound. */
static const coodie_allocator *ours(const struct sweep *s, const coodie_allocator *a,
				    struct budget *b)
{
	*b = (struct budget){ .most = SIZE_MAX };
	b->allocator = (coodie_allocator){ budget_alloc, budget_resize, budget_release, b };
	return s->failing ? a : &b->allocator;
}

static bool memory(const coodie_error *err)
{
	return err->code != COODIE_ERR_NO_MEMORY;
}

/* ---- messages ------------------------------------------------------------------------------- */

static bool write_message(const struct sweep *s, const cql_message *m, const coodie_allocator *a)
{
	coodie_error err;
	cql_outbox *out = cql_outbox_new(s->role == CQL_CLIENT ? CQL_SERVER : CQL_CLIENT, s->terms,
					 a, &err);
	bool ok = out != NULL;

	if (out && cql_message_write(out, m, s->terms, &err))
		cql_outbox_pending(out, &err);
	ok = memory(&err);
	cql_outbox_free(out);
	return ok;
}

static bool walk_rows(const cql_result *r)
{
	enum { MOST_CELLS = 1024 };
	coodie_cell cells[MOST_CELLS];
	cql_blob rows = r->rows;
	cql_value v;
	coodie_error err;

	if (r->kind != COODIE_RESULT_ROWS || r->metadata.column_count > MOST_CELLS)
		return true;
	for (uint32_t n = 0; r->metadata.column_count && n < r->row_count; n++) {
		if (!cql_rows_next(&rows, cells, r->metadata.column_count, &err))
			return false;
		for (uint32_t i = 0; r->metadata.columns && i < r->metadata.column_count; i++)
			cql_decode(r->metadata.columns[i].type,
				   (cql_blob){ cells[i].data, cells[i].len }, &v, &err);
	}
	return true;
}

static bool read_message(const struct sweep *s, const cql_envelope *e, const coodie_allocator *a)
{
	struct budget b;
	coodie_error err;
	cql_message m;
	cql_arena *arena = cql_arena_new(a, &err);
	bool ok = arena != NULL;

	if (arena && cql_message_read(e, s->terms, arena, &m, &err)) {
		CD_CHECK(m.opcode != CQL_OP_RESULT || walk_rows(&m.as.result), s->name);
		ok = write_message(s, &m, ours(s, a, &b));
	} else {
		ok = memory(&err);
	}
	cql_arena_free(arena);
	return ok;
}

/* The bytes are a header and a body; its length is what there is. */
static bool use_message(const struct sweep *s, cql_blob bytes, const coodie_allocator *a)
{
	if (bytes.len < CQL_HEADER_SIZE)
		return true;
	const uint8_t *at = bytes.data;
	cql_envelope e = { .version = at[0] & 0x7f,
			   .flags = at[1],
			   .stream = (int16_t)(at[2] << 8 | at[3]),
			   .opcode = at[4],
			   .body = { at + CQL_HEADER_SIZE, bytes.len - CQL_HEADER_SIZE } };
	return read_message(s, &e, a);
}

/* As a stream, in pieces of `piece` bytes; counts the envelopes. */
static bool feed(const struct sweep *s, cql_blob bytes, size_t piece, const coodie_allocator *a,
		 size_t *count)
{
	coodie_error err;
	cql_envelope e;
	enum cql_inbox_status status = CQL_INBOX_MORE;
	cql_inbox *in = cql_inbox_new(s->role, s->terms, a, &err);
	bool ok = in != NULL;

	if (in && s->version)
		cql_inbox_switch(in, s->version, s->compression);
	for (size_t at = 0; ok && at < bytes.len && status == CQL_INBOX_MORE; at += piece) {
		size_t n = bytes.len - at < piece ? bytes.len - at : piece;
		ok = cql_inbox_feed(in, bytes.data + at, n, &err);
		while (ok && (status = cql_inbox_next(in, &e, &err)) == CQL_INBOX_ENVELOPE)
			++*count;
		ok = ok && memory(&err);
	}
	cql_inbox_free(in);
	return ok;
}

static bool use_stream(const struct sweep *s, cql_blob bytes, const coodie_allocator *a)
{
	size_t whole = 0, cut = 0;

	if (!feed(s, bytes, SIZE_MAX / 2, a, &whole) || !feed(s, bytes, 1, a, &cut))
		return false;
	CD_CHECK(whole == cut, s->name);
	return true;
}

static enum cql_compression compression_of(const struct cd_golden *v)
{
	char text[16];

	if (!cd_golden_text(v, "compression", text, sizeof text))
		return CQL_COMPRESSION_NONE;
	return strcmp(text, "lz4") == 0 ? CQL_COMPRESSION_LZ4 : CQL_COMPRESSION_SNAPPY;
}

static struct sweep sweep_of(const struct cd_golden *v, char *name, size_t size)
{
	if (!cd_golden_text(v, "name", name, size) && !cd_golden_text(v, "type", name, size) &&
	    !cd_golden_text(v, "step", name, size))
		snprintf(name, size, "%s", v->file);
	return (struct sweep){ .name = name, .times = TIMES, .compression = compression_of(v) };
}

/* Under all extensions at once: what they add is read, or something else is refused. */
static void frame(const struct cd_golden *v, void *user)
{
	static const cql_terms extended = {
		.size = sizeof extended,
		.metadata_id = true,
		.tablets_v2 = true,
		.rate_limit_error = 0xf000,
		.max_body = MOST_BYTES,
	};
	char name[256], direction[16] = "response";
	struct sweep s = sweep_of(v, name, sizeof name);
	(void)user;

	if (!cd_golden_text(v, "hex", hex, sizeof hex))
		return;
	struct cd_span bytes = cd_unhex(hex);
	cd_golden_text(v, "direction", direction, sizeof direction);
	s.role = strcmp(direction, "request") == 0 ? CQL_SERVER : CQL_CLIENT;
	if (strcmp(v->file, "frames_tolerated") == 0 && bytes.len && !(bytes.at[0] & 0x80))
		s.role = CQL_SERVER;
	s.bytes = (cql_blob){ bytes.at, bytes.len };
	s.use = use_message;
	if (!s.compression) {
		sweep(&s);
		s.terms = &extended;
		sweep(&s);
	}
	s.use = use_stream;
	s.times = s.compression ? TIMES_PACKED : TIMES;
	s.version = s.compression ? 4 : 0;
	sweep(&s);
	cd_unhex_free(bytes);
}

static void test_frames(void **state)
{
	static const char *const files[] = { "frames_v4",        "frames_v5",
					     "frames_scylla",    "frames_tolerated",
					     "frames_malformed", "frames_v4_compressed" };
	(void)state;

	for (size_t i = 0; i < CD_COUNT(files); i++)
		assert_true(cd_golden_each(files[i], frame, NULL) > 20);
}

/* What a node said, both ways, as it travelled. */
static void capture(const struct cd_golden *v, void *user)
{
	char name[256];
	struct sweep s = sweep_of(v, name, sizeof name);
	(void)user;

	s.use = use_stream;
	s.times = s.compression ? TIMES_PACKED : TIMES;
	s.version = (unsigned)cd_golden_number(v, "version", 4);
	for (s.role = CQL_CLIENT; s.role <= CQL_SERVER; s.role++) {
		if (!cd_golden_text(v, s.role == CQL_CLIENT ? "response" : "request", second,
				    sizeof second))
			continue;
		struct cd_span bytes = cd_unhex(second);
		s.bytes = (cql_blob){ bytes.at, bytes.len < 600 ? bytes.len : 600 };
		sweep(&s);
		cd_unhex_free(bytes);
	}
}

static void test_captures(void **state)
{
	(void)state;
	assert_true(cd_golden_each("node_capture", capture, NULL) > 100);
}

/* ---- segments ------------------------------------------------------------------------------- */

static bool use_segment(const struct sweep *s, cql_blob bytes, const coodie_allocator *a)
{
	struct budget b;
	coodie_error err;
	cql_segment segment;
	cql_blob plain, again;
	cql_arena *arena = cql_arena_new(a, &err), *second_arena = NULL;
	bool ok = arena != NULL;

	if (arena &&
	    cql_segment_read(bytes, s->compression, &segment, &err) == CQL_INBOX_ENVELOPE &&
	    cql_segment_unpack(&segment, arena, &plain, &err)) {
		second_arena = cql_arena_new(ours(s, a, &b), &err);
		ok = second_arena &&
		     cql_segment_write(plain, true, s->compression, second_arena, &again, &err);
		CD_CHECK(ok || !memory(&err), s->name);
	} else {
		ok = memory(&err);
	}
	cql_arena_free(second_arena);
	cql_arena_free(arena);
	return ok;
}

static void segment(const struct cd_golden *v, void *user)
{
	char name[256];
	struct sweep s = sweep_of(v, name, sizeof name);
	(void)user;

	if (!cd_golden_text(v, "hex", hex, sizeof hex))
		return;
	struct cd_span bytes = cd_unhex(hex);
	s.bytes = (cql_blob){ bytes.at, bytes.len };
	s.times = s.compression ? TIMES_PACKED : TIMES;
	s.use = use_segment;
	sweep(&s);
	s.use = use_stream;
	s.version = 5;
	for (s.role = CQL_CLIENT; s.role <= CQL_SERVER; s.role++)
		sweep(&s);
	cd_unhex_free(bytes);
}

static void test_segments(void **state)
{
	(void)state;
	assert_true(cd_golden_each("segments", segment, NULL) > 50);
	assert_true(cd_golden_each("segments_corrupt", segment, NULL) > 40);
	assert_true(cd_golden_each("segment_streams", segment, NULL) > 5);
}

/* ---- types and values ----------------------------------------------------------------------- */

static bool use_type(const struct sweep *s, cql_blob bytes, const coodie_allocator *a)
{
	coodie_error err;
	cql_arena *arena = cql_arena_new(a, &err);
	const cql_type *type = arena ? cql_type_read(bytes, s->terms, arena, &err) : NULL;
	bool ok = type || memory(&err);
	char text[64];

	if (type) {
		cql_type_format(type, text, sizeof text);
		cql_type_format_class(type, text, sizeof text);
	}
	cql_arena_free(arena);
	return ok;
}

static void type_option(const struct cd_golden *v, void *user)
{
	static const char *const members[] = { "v4", "v5" };
	char name[256];
	struct sweep s = sweep_of(v, name, sizeof name);
	(void)user;

	s.use = use_type;
	for (size_t i = 0; i < CD_COUNT(members); i++) {
		CD_CHECK(cd_golden_text(v, members[i], hex, sizeof hex), name);
		struct cd_span bytes = cd_unhex(hex);
		s.bytes = (cql_blob){ bytes.at, bytes.len };
		sweep(&s);
		cd_unhex_free(bytes);
	}
}

static bool use_value(const struct sweep *s, cql_blob bytes, const coodie_allocator *a)
{
	coodie_error err;
	cql_value v;
	cql_blob again;
	char text[64];
	bool ok = true;

	if (!cql_decode(s->type, bytes, &v, &err))
		return memory(&err);
	cql_value_format(v, text, sizeof text);
	cql_arena *arena = cql_arena_new(a, &err);
	ok = arena && (cql_encode(s->type, v, arena, &again, &err) || memory(&err));
	cql_arena_free(arena);
	return ok;
}

/* The bytes are a text. */
static bool use_literal(const struct sweep *s, cql_blob bytes, const coodie_allocator *a)
{
	coodie_error err;
	cql_value v;
	cql_blob encoded;
	char *text = strndup((const char *)bytes.data, bytes.len);
	cql_arena *arena = cql_arena_new(a, &err);
	bool ok = arena && (cql_literal_parse(s->type, text, arena, &v, &err) || memory(&err));

	if (ok && err.code == COODIE_OK && s->failing)
		ok = cql_encode(s->type, v, arena, &encoded, &err) || memory(&err);
	cql_arena_free(arena);
	free(text);
	return ok;
}

static void sweep_literal(struct sweep *s)
{
	cql_value v;

	if (!cql_decode(s->type, s->bytes, &v, NULL))
		return;
	size_t len = cql_literal_format(s->type, v, hex, sizeof hex);
	CD_CHECK(len < sizeof hex, s->name);
	s->use = use_literal;
	s->bytes = (cql_blob){ (const uint8_t *)hex, len };
	sweep(s);
}

static void value(const struct cd_golden *v, void *user)
{
	char name[256];
	struct sweep s = sweep_of(v, name, sizeof name);
	(void)user;

	CD_CHECK(cd_golden_text(v, "hex", hex, sizeof hex), name);
	CD_CHECK(cd_golden_text(v, "type", second, sizeof second), name);
	struct cd_span bytes = cd_unhex(hex);
	cql_type *type = cql_type_parse(second, NULL);
	CD_CHECK(type, second);
	s.use = use_value;
	s.type = type;
	s.bytes = (cql_blob){ bytes.at, bytes.len };
	sweep(&s);
	sweep_literal(&s);
	cql_type_free(type);
	cd_unhex_free(bytes);
}

static void test_values(void **state)
{
	(void)state;
	assert_true(cd_golden_each("type_options", type_option, NULL) > 60);
	assert_true(cd_golden_each("values", value, NULL) > 200);
	assert_true(cd_golden_each("values_decode", value, NULL) > 20);
	assert_true(cd_golden_each("values_reject", value, NULL) > 40);
}

static int set_up(void **state)
{
	(void)state;
	return cd_guard_init(&guard, MOST_BYTES) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	cd_guard_deinit(&guard);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_captures),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_values),
	};
	return cmocka_run_group_tests_name("hostile", tests, set_up, tear_down);
}
