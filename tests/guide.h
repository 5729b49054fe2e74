/* SPDX-License-Identifier: MIT */
/* What a page of the guide is compiled with, and what is called of it (tests/check-guide). */
#ifndef TESTS_GUIDE_H
#define TESTS_GUIDE_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coodie.h>

struct guide_step {
	const char *name;
	bool (*run)(coodie_session *s, coodie_error *err);
	int cassandra; /* needs what the in-memory node has not */
};

extern const struct guide_step guide_steps[]; /* up to a zeroed one */

#endif
