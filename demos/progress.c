/* SPDX-License-Identifier: MIT */
/* Draws progress on stderr. */
#include "demos/progress.h"

#include <stdio.h>
#include <unistd.h>

enum { BAR = 40 };

void progress_begin(struct progress *p, unsigned long total, const char *unit)
{
	*p = (struct progress){ .total = total ? total : 1,
				.terminal = isatty(STDERR_FILENO),
				.unit = unit };
}

static void draw(const struct progress *p, unsigned long done)
{
	static const char full[] = "########################################";
	int filled = (int)(done * BAR / p->total);

	fprintf(stderr, "\r[%-*.*s] %3lu%%  %lu %s", BAR, filled, full, done * 100 / p->total, done,
		p->unit);
	fflush(stderr);
}

void progress_show(struct progress *p, unsigned long done)
{
	unsigned long steps = p->terminal ? 200 : 10;
	unsigned long step = done * steps / p->total;

	if (step == p->shown)
		return;
	p->shown = step;
	if (p->terminal)
		draw(p, done);
	else
		fprintf(stderr, "%lu of %lu %s\n", done, p->total, p->unit);
}

void progress_end(struct progress *p, unsigned long done)
{
	if (p->terminal) {
		draw(p, done);
		fputc('\n', stderr);
	}
}
