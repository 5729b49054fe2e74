/* SPDX-License-Identifier: MIT */
/* What ScyllaDB offers beyond the protocol, and which of it a connection takes (S7, S9 to S11, S13). */
#ifndef NET_EXTENSIONS_H
#define NET_EXTENSIONS_H

#include <coodie/message.h>

/* Zeroed but for `terms`: nothing was agreed. */
struct cd_extensions {
	cql_terms terms; /* for who reads and writes messages of the connection */
	const char
		*lwt_mark; /* what SUPPORTED says of it, which STARTUP repeats; NULL: not offered */
	uint32_t lwt_mask; /* bits of a statement's marker flags: all of them mean LWT; 0: none */
	bool tablets_v1;   /* or terms.tablets_v2: answers tell where a request should have gone */
};

/* By what SUPPORTED says; its texts are terminated, and borrowed. Versions above 4 have no extensions. */
void cd_extensions_choose(struct cd_extensions *x, const cql_option *options, uint16_t count,
			  unsigned version);

enum { CD_EXTENSIONS = 4 };
/* The i-th that STARTUP asks for, with its value. NULL: it does not. */
const char *cd_extensions_key(const struct cd_extensions *x, unsigned i, const char **value);

/* Whether PREPARED's marker flags say that a statement is conditional. */
static inline bool cd_extensions_is_lwt(const struct cd_extensions *x, uint32_t flags)
{
	return x->lwt_mask && (flags & x->lwt_mask) == x->lwt_mask;
}

#endif
