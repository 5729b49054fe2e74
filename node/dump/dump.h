/* SPDX-License-Identifier: MIT */
/* All that users made, as a script of CQL: schema first, then rows. Run on an empty node (or on
 * Cassandra) it makes the same again. */
#ifndef NODE_DUMP_H
#define NODE_DUMP_H

#include "node/server/request.h"

/* Where the script goes, a piece at a time. False: it cannot be written, and `user` knows why. */
struct nd_dump_sink {
	bool (*write)(void *user, const void *data, size_t len);
	void *user;
};

/* `now_us`: what times to live are counted to. False: `p` says why, unless the sink has failed. */
bool nd_dump(struct nd_database *db, int64_t now_us, const struct nd_dump_sink *sink,
	     struct nd_problem *p);

#endif
