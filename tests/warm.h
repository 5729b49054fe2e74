/* SPDX-License-Identifier: MIT */
/* What a Cassandra has to have seen before its answers mean something. */
#ifndef TESTS_WARM_H
#define TESTS_WARM_H

#include <stdbool.h>

#include "tests/dialog.h"

/* Makes collections of all natives in a keyspace that goes again. A Cassandra that meets a set of a
 * descending column first (`SELECT {c}`) turns the order of all sets of that type round until it is started
 * again; those it has met it leaves alone. */
bool warm_server(const char *where, struct dialog_login login);

#endif
