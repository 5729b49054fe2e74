/* SPDX-License-Identifier: MIT */
/* What the text of a statement says about running it twice, and where. */
#ifndef NET_STATEMENT_H
#define NET_STATEMENT_H

#include <coodie/text.h>
#include <coodie/type.h>

struct cd_statement_traits {
	bool is_read; /* a SELECT */
	bool is_lwt;  /* a write with IF */
};

/* What cannot be told is a write that is neither. */
struct cd_statement_traits cd_statement_look(const char *cql, size_t len);

/* Reads of these see what lightweight transactions have begun. */
static inline bool cd_consistency_is_serial(cql_consistency c)
{
	return c == CQL_CONSISTENCY_SERIAL || c == CQL_CONSISTENCY_LOCAL_SERIAL;
}

#endif
