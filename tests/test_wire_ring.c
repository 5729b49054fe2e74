/* SPDX-License-Identifier: MIT */
/* net/metrics/wire_ring.c: what is kept, a reader beside the writer, the text. */
#include "tests/test.h"

#include <pthread.h>
#include <stdlib.h>

#include <coodie/envelope.h>

#include "net/metrics/wire_ring.h"
#include "tests/failalloc.h"

struct seen {
	coodie_wire_event events[CD_WIRE_EVENTS];
	size_t count, stop_after;
	uint64_t connection;
};

static bool see(uint64_t connection, const coodie_wire_event *event, void *user)
{
	struct seen *s = user;

	assert_true(s->count < CD_WIRE_EVENTS);
	s->events[s->count++] = *event;
	s->connection = connection;
	return s->count != s->stop_after;
}

static void test_events(void **state)
{
	struct cd_failalloc f;
	struct cd_wire_ring *r;
	struct seen s = { .count = 0 };
	(void)state;

	cd_failalloc_init(&f, 0);
	r = cd_wire_ring_new(&f.allocator);
	assert_non_null(r);
	assert_in_range(sizeof *r, 4096, 4096 + 64);
	cd_wire_ring_state(r, 1000, CD_RING_CONNECTING);
	cd_wire_ring_sent(r, 1500, 0x05, 0, 0);
	cd_wire_ring_received(r, 1600, 0x06, 0, 120);
	cd_wire_ring_received(r, 1600, 0x0c, -1, UINT32_MAX);
	cd_wire_ring_sent(r, UINT64_MAX, 0xff, 32767, 1);
	assert_true(cd_wire_ring_each(r, 7, see, &s));
	assert_int_equal(s.count, 5);
	assert_int_equal(s.connection, 7);
	assert_string_equal(s.events[0].state, "CONNECTING");
	assert_int_equal(s.events[0].at_us, 1000);
	assert_false(s.events[0].is_frame);
	assert_true(s.events[1].is_frame && s.events[1].is_sent && !s.events[1].state);
	assert_int_equal(s.events[1].opcode, 5);
	assert_false(s.events[2].is_sent);
	assert_int_equal(s.events[2].body_len, 120);
	assert_int_equal(s.events[3].stream, -1);
	assert_int_equal(s.events[3].body_len, UINT32_MAX);
	assert_int_equal(s.events[4].at_us, UINT64_MAX);
	assert_int_equal(s.events[4].stream, 32767);
	s = (struct seen){ .stop_after = 2 };
	assert_false(cd_wire_ring_each(r, 7, see, &s));
	assert_int_equal(s.count, 2);
	cd_wire_ring_free(r, &f.allocator);
	assert_int_equal(f.live, 0);
}

static void test_the_last_256(void **state)
{
	static const struct {
		const char *name;
		uint64_t pushed;
		size_t kept;
	} rows[] = {
		{ "none", 0, 0 },     { "one", 1, 1 },          { "all but one", 255, 255 },
		{ "full", 256, 256 }, { "one more", 257, 256 }, { "many", 100000, 256 },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_wire_ring *r = cd_wire_ring_new(NULL);
		struct seen s = { .count = 0 };
		assert_non_null(r);
		for (uint64_t n = 0; n < rows[i].pushed; n++)
			cd_wire_ring_received(r, n, 7, (int16_t)(n & 0x7fff), (uint32_t)n);
		assert_true(cd_wire_ring_each(r, 1, see, &s));
		CD_CHECK(s.count == rows[i].kept, rows[i].name);
		for (size_t k = 0; k < s.count; k++)
			CD_CHECK(s.events[k].body_len == rows[i].pushed - rows[i].kept + k,
				 rows[i].name);
		cd_wire_ring_free(r, NULL);
	}
}

static void no_line(const char *line, void *user)
{
	(void)user;
	fail_msg("a line: %s", line);
}

static void test_no_ring(void **state)
{
	struct cd_failalloc f;
	(void)state;

	cd_failalloc_init(&f, 1);
	assert_null(cd_wire_ring_new(&f.allocator));
	cd_wire_ring_sent(NULL, 0, 1, 1, 1);
	cd_wire_ring_state(NULL, 0, CD_RING_READY);
	assert_true(cd_wire_ring_each(NULL, 1, see, NULL));
	cd_wire_ring_dump(NULL, 1, "a", no_line, NULL);
	cd_wire_ring_free(NULL, NULL);
}

/* ---- a reader beside the writer ------------------------------------------------------------- */

struct shared {
	struct cd_wire_ring *ring;
	atomic_bool stop;
	uint64_t next, torn;
};

/* Every event says the same thing twice. */
static bool compare(uint64_t connection, const coodie_wire_event *e, void *user)
{
	struct shared *s = user;
	(void)connection;

	if (e->at_us != e->body_len || (uint16_t)e->stream != (uint16_t)e->body_len ||
	    e->at_us < s->next)
		s->torn++;
	s->next = e->at_us + 1;
	return true;
}

static void *look_often(void *user)
{
	struct shared *s = user;

	while (!atomic_load(&s->stop)) {
		s->next = 0;
		cd_wire_ring_each(s->ring, 1, compare, s);
	}
	return NULL;
}

static void test_reader_and_writer(void **state)
{
	struct shared s = { .ring = cd_wire_ring_new(NULL) };
	pthread_t reader;
	(void)state;

	assert_non_null(s.ring);
	assert_int_equal(pthread_create(&reader, NULL, look_often, &s), 0);
	for (uint64_t n = 0; n < 300000; n++)
		cd_wire_ring_sent(s.ring, n, 7, (int16_t)(uint16_t)n, (uint32_t)n);
	atomic_store(&s.stop, true);
	pthread_join(reader, NULL);
	assert_int_equal(s.torn, 0);
	cd_wire_ring_free(s.ring, NULL);
}

/* ---- text ----------------------------------------------------------------------------------- */

struct lines {
	char text[65536];
	size_t len, count, longest;
};

static void take_line(const char *line, void *user)
{
	struct lines *l = user;

	if (strlen(line) > l->longest)
		l->longest = strlen(line);
	l->len += (size_t)snprintf(l->text + l->len, sizeof l->text - l->len, "%s\n", line);
	l->count++;
}

static void test_text(void **state)
{
	struct cd_wire_ring *r = cd_wire_ring_new(NULL);
	struct lines *l = calloc(1, sizeof *l);
	(void)state;

	assert_non_null(r);
	assert_non_null(l);
	cd_wire_ring_state(r, 12345678, CD_RING_STARTUP);
	cd_wire_ring_sent(r, 12345678, CQL_OP_STARTUP, 0, 88);
	cd_wire_ring_received(r, 12346979, CQL_OP_READY, 0, 0);
	cd_wire_ring_received(r, 12346980, 0x77, -3, 4000000000);
	cd_wire_ring_dump(r, 3, "10.0.0.1:9042", take_line, l);
	assert_string_equal(l->text, "wire 3 10.0.0.1:9042 12.345678: =STARTUP, +0 >STARTUP 0 88, "
				     "+1301 <READY 0 0, +1 <0x77 -3 4000000000\n");
	memset(l, 0, sizeof *l);
	cd_wire_ring_dump(r, UINT64_MAX, "a place\nwith: spaces", take_line, l);
	assert_non_null(
		strstr(l->text, "wire 18446744073709551615 a_place_with:_spaces 12.345678: ="));
	memset(l, 0, sizeof *l);
	cd_wire_ring_dump(r, 1, NULL, take_line, l);
	assert_non_null(strstr(l->text, "wire 1 - 12.345678: ="));
	cd_wire_ring_free(r, NULL);
	free(l);
}

/* The longest events there can be: lines stay below what a log line has room for. */
static void test_long_text(void **state)
{
	struct cd_wire_ring *r = cd_wire_ring_new(NULL);
	struct lines *l = calloc(1, sizeof *l);
	char address[200];
	size_t events = 0;
	(void)state;

	assert_non_null(r);
	assert_non_null(l);
	memset(address, 'x', sizeof address);
	address[sizeof address - 1] = 0;
	for (uint64_t n = 0; n < 300; n++)
		cd_wire_ring_sent(r, n % 2 ? UINT64_MAX : 0, CQL_OP_AUTH_CHALLENGE, -32768,
				  UINT32_MAX);
	cd_wire_ring_dump(r, UINT64_MAX, address, take_line, l);
	assert_in_range(l->longest, 300, 479);
	for (const char *at = l->text; (at = strstr(at, ">AUTH_CHALLENGE -32768 4294967295")); at++)
		events++;
	assert_int_equal(events, 256);
	cd_wire_ring_free(r, NULL);
	free(l);
}

static void hear(enum coodie_log_level level, const char *message, void *user)
{
	assert_int_equal(level, COODIE_LOG_WARN);
	take_line(message, user);
}

static void test_log(void **state)
{
	struct cd_wire_ring *r = cd_wire_ring_new(NULL);
	struct lines *l = calloc(1, sizeof *l);
	struct coodie_options o = { .log = hear, .log_user = l, .log_level = COODIE_LOG_ERROR };
	struct cd_log_limits limits = { 0 };
	(void)state;

	assert_non_null(r);
	assert_non_null(l);
	cd_wire_ring_state(r, 1, CD_RING_BROKEN);
	cd_wire_ring_log(r, 5, "a", &o, &limits, 0);
	assert_int_equal(l->count, 0);
	o.log_level = COODIE_LOG_WARN;
	cd_wire_ring_log(NULL, 5, "a", &o, &limits, 0);
	assert_int_equal(l->count, 0);
	cd_wire_ring_log(r, 5, "a", &o, &limits, 0);
	assert_string_equal(l->text, "wire 5 a 0.000001: =BROKEN\n");
	cd_wire_ring_log(r, 6, "a", &o, &limits, 59000000);
	assert_int_equal(l->count, 1);
	cd_wire_ring_log(r, 7, "a", &o, &limits, 60000000);
	assert_int_equal(l->count, 3);
	assert_non_null(strstr(l->text, "... and 1 more like it"));
	cd_wire_ring_free(r, NULL);
	free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events),  cmocka_unit_test(test_the_last_256),
		cmocka_unit_test(test_no_ring), cmocka_unit_test(test_reader_and_writer),
		cmocka_unit_test(test_text),    cmocka_unit_test(test_long_text),
		cmocka_unit_test(test_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
