/* SPDX-License-Identifier: MIT */
/* So many rows a second, evenly: each row is due a while behind the one before. A scan that was held up
 * catches up a tenth of a second of rows and no more; what is due in a moment need not be waited for. */
#include "migrate/pace.h"

enum { SECOND_NS = 1000000000, MOMENT_NS = 5000000, BEHIND_NS = 100000000 };

uint64_t mg_pace_wait(const struct mg_pace *p, uint64_t now_us)
{
	uint64_t now = now_us * 1000;

	if (!p->rows_per_second || p->due_ns <= now + MOMENT_NS)
		return 0;
	return (p->due_ns - now + 999) / 1000;
}

void mg_pace_row(struct mg_pace *p, uint64_t now_us)
{
	uint64_t now = now_us * 1000, earliest = now > BEHIND_NS ? now - BEHIND_NS : 0;

	if (!p->rows_per_second)
		return;
	if (!p->due_ns)
		p->due_ns = now;
	if (p->due_ns < earliest)
		p->due_ns = earliest;
	p->due_ns += SECOND_NS / p->rows_per_second;
}
