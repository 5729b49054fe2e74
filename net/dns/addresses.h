/* SPDX-License-Identifier: MIT */
/* The addresses of a name: each once, in the order in which they should be tried. */
#ifndef NET_ADDRESSES_H
#define NET_ADDRESSES_H

#include <coodie/alloc.h>

#include "base/address.h"

enum { CD_ADDRESSES_MAX = 256 }; /* more than this are not kept */

/* Zeroed but for the allocator: none. */
struct cd_addresses {
	const coodie_allocator *allocator;
	struct cd_address *at;
	size_t count, room;
};

/* Adds one that is not there yet. False: out of memory. */
bool cd_addresses_add(struct cd_addresses *list, const struct cd_address *a);
/* As RFC 8305 section 4 has it: v6 and v4 take turns, v6 first; but those that this machine has no
 * way to (RFC 6724 rule 1) come last. Within these, the order in which they were added. */
void cd_addresses_interleave(struct cd_addresses *list);
void cd_addresses_deinit(struct cd_addresses *list);

#endif
