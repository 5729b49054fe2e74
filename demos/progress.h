/* SPDX-License-Identifier: MIT */
/* A progress bar on a terminal; a line each tenth elsewhere. */
#ifndef DEMOS_PROGRESS_H
#define DEMOS_PROGRESS_H

#include <stdbool.h>

struct progress {
	unsigned long total, shown;
	bool terminal;
	const char *unit;
};

void progress_begin(struct progress *p, unsigned long total, const char *unit);
/* Cheap when nothing new is to be shown: call it for each row. */
void progress_show(struct progress *p, unsigned long done);
void progress_end(struct progress *p, unsigned long done);

#endif
