/* SPDX-License-Identifier: MIT */
/* A strict reader of OpenMetrics text 1.0: what a scraper would refuse fails the test. */
#ifndef TESTS_OPENMETRICS_H
#define TESTS_OPENMETRICS_H

#include <stdbool.h>
#include <stddef.h>

/* False, with a reason and a line in `why`, when the text is broken. */
bool cd_openmetrics_check(const char *text, char *why, size_t size);
/* The value of the one sample that is written so: `coodie_requests_total`,
 * `coodie_attempts_total{host="a"}`; -1 when there is none. */
double cd_openmetrics_value(const char *text, const char *sample);

#endif
