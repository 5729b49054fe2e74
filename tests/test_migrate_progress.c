/* SPDX-License-Identifier: MIT */
/* How the scan of a migration is shown, on a terminal and elsewhere (MG-21). */
#include "tests/test.h"
#include "tools/migrate_progress.h"

enum { SECOND = 1000000 };

struct shown {
	struct migrate_progress progress;
	char *text;
	size_t len, seen;
};

static void begin(struct shown *s, unsigned width)
{
	*s = (struct shown){ .progress = { .width = width } };
	s->progress.to = open_memstream(&s->text, &s->len);
	assert_non_null(s->progress.to);
}

/* What was printed since the last time. */
static void expect(struct shown *s, const char *want)
{
	fflush(s->progress.to);
	assert_string_equal(s->text + s->seen, want);
	s->seen = s->len;
}

static void end(struct shown *s)
{
	fclose(s->progress.to);
	free(s->text);
}

static coodie_migrate_event at(uint32_t per_mille, uint64_t rows, uint64_t elapsed_us)
{
	return (coodie_migrate_event){ .size = sizeof(coodie_migrate_event),
				       .kind = COODIE_MIGRATE_SCAN,
				       .step = COODIE_MIGRATE_BEGUN,
				       .table = "shop.users",
				       .ranges = 256,
				       .ranges_done = 256 * per_mille / 1000,
				       .per_mille = per_mille,
				       .rows = rows,
				       .rows_per_second = 1000,
				       .seconds_left = UINT32_MAX,
				       .elapsed_us = elapsed_us };
}

static void show(struct shown *s, coodie_migrate_event e)
{
	migrate_progress_scan(&s->progress, &e);
}

/* ---- elsewhere ------------------------------------------------------------------------------- */

static void lines(void **state)
{
	struct shown s;
	coodie_migrate_event e = at(105, 1234567, 5 * SECOND);

	(void)state;
	begin(&s, 0);
	show(&s, at(0, 0, 0));
	show(&s, at(99, 10, SECOND));
	expect(&s, "");
	e.seconds_left = 62;
	show(&s, e);
	expect(&s,
	       "shop.users: 10 %, 26 of 256 ranges, 1,234,567 rows, 1,000 rows/s, 1 min 02 s left\n");
	show(&s, at(190, 100, 34 * SECOND));
	expect(&s, "");
	show(&s, at(190, 100, 35 * SECOND));
	expect(&s, "shop.users: 19 %, 48 of 256 ranges, 100 rows, 1,000 rows/s\n");
	e = at(1000, 1000, 40 * SECOND);
	e.step = COODIE_MIGRATE_RUN;
	show(&s, e);
	expect(&s, "shop.users: done, 1,000 rows, 1,000 rows/s, in 40 s\n");
	/* another scan */
	show(&s, at(100, 100, SECOND));
	expect(&s, "shop.users: 10 %, 25 of 256 ranges, 100 rows, 1,000 rows/s\n");
	e = at(1000, 0, 0);
	e.step = COODIE_MIGRATE_SKIPPED;
	show(&s, e);
	expect(&s, "shop.users: scanned by an earlier run\n");
	end(&s);
}

static void times(void **state)
{
	static const struct {
		uint32_t seconds;
		const char *text;
	} rows[] = {
		{ 0, ", 0 s left" },           { 59, ", 59 s left" },
		{ 60, ", 1 min 00 s left" },   { 3599, ", 59 min 59 s left" },
		{ 3600, ", 1 h 00 min left" }, { 86399, ", 23 h 59 min left" },
		{ 90000, ", 1 d 01 h left" },  { UINT32_MAX - 1, ", 49710 d 06 h left" },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_migrate_event e = at(500, 1, SECOND);
		struct shown s;

		begin(&s, 0);
		e.seconds_left = rows[i].seconds;
		show(&s, e);
		fflush(s.progress.to);
		CD_CHECK(strstr(s.text, rows[i].text), rows[i].text);
		end(&s);
	}
}

/* ---- on a terminal --------------------------------------------------------------------------- */

static void bar(void **state)
{
	struct shown s;
	coodie_migrate_event e = at(1000, 1000, 40 * SECOND);

	(void)state;
	begin(&s, 80);
	show(&s, at(0, 0, 0));
	expect(&s, "\rshop.users [..............]   0 %  0 rows, 1,000 rows/s");
	show(&s, at(500, 12345, SECOND));
	expect(&s, "\rshop.users [#######.......]  50 %  12,345 rows, 1,000 rows/s");
	show(&s, at(510, 1, SECOND));
	expect(&s, "\rshop.users [#######.......]  51 %  1 row, 1,000 rows/s      ");
	migrate_progress_clear(&s.progress);
	expect(&s, "\r                                                      \r");
	migrate_progress_clear(&s.progress);
	expect(&s, "");
	show(&s, at(0, 0, 0));
	fflush(s.progress.to);
	assert_int_equal(s.progress.drawn, 55);
	e.step = COODIE_MIGRATE_RUN;
	show(&s, e);
	fflush(s.progress.to);
	assert_non_null(strstr(s.text, "\rshop.users: done, 1,000 rows, 1,000 rows/s, in 40 s\n"));
	end(&s);
}

/* However narrow: one line, and what was longer before is wiped. */
static void narrow(void **state)
{
	(void)state;
	for (unsigned width = 1; width <= 200; width++) {
		struct shown s;
		coodie_migrate_event e = at(999, 12345678901, SECOND);

		begin(&s, width);
		e.seconds_left = 5000;
		show(&s, e);
		assert_true(s.progress.drawn < width);
		show(&s, at(1, 1, SECOND));
		assert_true(s.progress.drawn < width);
		fflush(s.progress.to);
		assert_null(strchr(s.text, '\n'));
		end(&s);
	}
}

static void no_terminal(void **state)
{
	FILE *f = tmpfile();

	(void)state;
	assert_non_null(f);
	assert_int_equal(migrate_progress_width(f), 0);
	fclose(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),  cmocka_unit_test(times),       cmocka_unit_test(bar),
		cmocka_unit_test(narrow), cmocka_unit_test(no_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
