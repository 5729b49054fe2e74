/* SPDX-License-Identifier: MIT */
/* Where a schema is read from: a cluster, or a file of CQL that a node in this process has run. */
#ifndef TOOLS_GEN_ORIGIN_H
#define TOOLS_GEN_ORIGIN_H

#include <coodie.h>

#include "tools/connect.h"

struct origin {
	coodie_session *session;
	struct coodie_node *node; /* of a file; NULL: none */
};

/* @param keyspace  as it is stored; NULL: all of them */
bool origin_connect(struct origin *o, const struct connect *c, const char *where,
		    const char *keyspace, coodie_error *err);
bool origin_load(struct origin *o, const char *path, coodie_error *err);
/* Ends all of it; of a zeroed one too. */
void origin_end(struct origin *o);

#endif
