/* SPDX-License-Identifier: MIT */
/* How far the scan of a migration is. */
#include "tools/migrate_progress.h"

#include <inttypes.h>
#include <string.h>

#include <sys/ioctl.h>
#include <unistd.h>

enum {
	LINE_US = 30000000, /* between lines that say less than a tenth */
	LEAST_BAR = 8,
	MOST_BAR = 40,
	USUAL_WORDS = 44, /* room for that many letters behind the bar, so that it does not move */
	TEXT = 160
};

unsigned migrate_progress_width(FILE *to)
{
	struct winsize size = { 0 };

	if (!isatty(fileno(to)))
		return 0;
	return ioctl(fileno(to), TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

/* ---- words ----------------------------------------------------------------------------------- */

/* "1,234,567" */
static const char *write_count(char out[32], uint64_t n)
{
	char digits[24];
	size_t len = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, n);
	char *at = out;

	for (size_t i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			*at++ = ',';
		*at++ = digits[i];
	}
	*at = '\0';
	return out;
}

/* In the two largest units that it has. */
static const char *write_time(char out[32], uint64_t seconds)
{
	static const struct {
		uint64_t seconds;
		const char *name;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	size_t i = 0;

	while (i < 3 && seconds < units[i].seconds)
		i++;
	if (i == 3)
		snprintf(out, 32, "%" PRIu64 " s", seconds);
	else
		snprintf(out, 32, "%" PRIu64 " %s %02" PRIu64 " %s", seconds / units[i].seconds,
			 units[i].name, seconds % units[i].seconds / units[i + 1].seconds,
			 units[i + 1].name);
	return out;
}

/* "431,204 rows, 12,345 rows/s, 1 min 02 s left" */
static void write_rows(char out[TEXT], const coodie_migrate_event *e)
{
	char rows[32], rate[32], left[32];
	int len = snprintf(out, TEXT, "%s %s, %s rows/s", write_count(rows, e->rows),
			   e->rows == 1 ? "row" : "rows", write_count(rate, e->rows_per_second));

	if (e->step == COODIE_MIGRATE_RUN)
		snprintf(out + len, (size_t)(TEXT - len), ", in %s",
			 write_time(left, e->elapsed_us / 1000000));
	else if (e->seconds_left != UINT32_MAX)
		snprintf(out + len, (size_t)(TEXT - len), ", %s left",
			 write_time(left, e->seconds_left));
}

/* ---- the bar --------------------------------------------------------------------------------- */

void migrate_progress_clear(struct migrate_progress *p)
{
	if (p->drawn)
		fprintf(p->to, "\r%*s\r", (int)p->drawn, "");
	p->drawn = 0;
	fflush(p->to);
}

/* What is left of the line after the words, in brackets. Empty: too little. */
static void write_bar(char out[MOST_BAR + 4], unsigned room, uint32_t per_mille)
{
	unsigned cells = room > MOST_BAR + 3 ? MOST_BAR : room > 3 ? room - 3 : 0;
	unsigned full = cells * per_mille / 1000;

	*out = '\0';
	if (cells < LEAST_BAR)
		return;
	out[0] = '[';
	memset(out + 1, '#', full);
	memset(out + 1 + full, '.', cells - full);
	strcpy(out + 1 + cells, "] ");
}

/* The last column stays free: some terminals begin a line when it is written. */
static void draw(struct migrate_progress *p, const coodie_migrate_event *e)
{
	char words[TEXT], bar[MOST_BAR + 4], percent[16];
	unsigned room = p->width - 1, taken;
	char line[TEXT * 3];

	write_rows(words, e);
	snprintf(percent, sizeof percent, "%3u %%", (unsigned)e->per_mille / 10);
	taken = (unsigned)(strlen(words) > USUAL_WORDS ? strlen(words) : USUAL_WORDS);
	taken += (unsigned)(strlen(e->table) + 1 + strlen(percent) + 2);
	write_bar(bar, room > taken ? room - taken : 0, e->per_mille);
	snprintf(line, sizeof line, "%s %s%s  %s", e->table, bar, percent, words);
	taken = (unsigned)strlen(line);
	taken = taken < room ? taken : room;
	/* blanks over what is left of a longer one */
	fprintf(p->to, "\r%-*.*s", (int)(p->drawn > taken ? p->drawn : taken), (int)taken, line);
	fflush(p->to);
	p->drawn = taken;
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* Not each event is worth a line: each tenth is, and a while without one. */
static bool is_news(struct migrate_progress *p, const coodie_migrate_event *e)
{
	uint32_t tenths = e->per_mille / 100;

	if (e->elapsed_us < p->told_us)
		p->told_us = p->tenths = 0; /* another scan */
	if (tenths == p->tenths && e->elapsed_us - p->told_us < LINE_US)
		return false;
	p->tenths = tenths;
	p->told_us = e->elapsed_us;
	return true;
}

static void print_line(struct migrate_progress *p, const coodie_migrate_event *e)
{
	char words[TEXT];

	write_rows(words, e);
	if (e->step == COODIE_MIGRATE_RUN)
		fprintf(p->to, "%s: done, %s\n", e->table, words);
	else
		fprintf(p->to, "%s: %u %%, %u of %u ranges, %s\n", e->table,
			(unsigned)e->per_mille / 10, (unsigned)e->ranges_done, (unsigned)e->ranges,
			words);
	fflush(p->to);
}

void migrate_progress_scan(struct migrate_progress *p, const coodie_migrate_event *e)
{
	switch (e->step) {
	case COODIE_MIGRATE_PLANNED: /* said with the statements */
		break;
	case COODIE_MIGRATE_SKIPPED:
		fprintf(p->to, "%s: scanned by an earlier run\n", e->table);
		break;
	case COODIE_MIGRATE_BEGUN:
		if (p->width)
			draw(p, e);
		else if (is_news(p, e))
			print_line(p, e);
		break;
	case COODIE_MIGRATE_RUN:
		migrate_progress_clear(p);
		print_line(p, e);
		p->tenths = 0;
		p->told_us = 0;
		break;
	}
}
