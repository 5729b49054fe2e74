/* SPDX-License-Identifier: MIT */
/* Connection strings: cassandra://user:password@host:9042,[::1]/keyspace?name=value&... */
#ifndef NET_URI_H
#define NET_URI_H

#include "net/options/draft.h"

enum { CD_URI_LONGEST = 65535 };

/* Reads a connection string into a draft. */
bool cd_uri_read(struct cd_draft *d, const char *uri, coodie_error *err);

#endif
