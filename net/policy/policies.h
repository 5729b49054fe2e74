/* SPDX-License-Identifier: MIT */
/* What all loops of a session decide by together: profiles, the pace of connecting, the times of
 * writes. */
#ifndef NET_POLICIES_H
#define NET_POLICIES_H

#include "net/policy/pacer.h"
#include "net/policy/profile_board.h"
#include "net/policy/timestamps.h"

struct cd_policies {
	coodie_allocator allocator;
	struct cd_profile_board board;
	struct cd_pacer pacer;
	struct cd_timestamps timestamps;
};

/* Of the options of a session. */
struct cd_policies *cd_policies_new(const struct coodie_options *o, coodie_error *err);
/* NULL is fine. No loop may use them any more. */
void cd_policies_free(struct cd_policies *p);

#endif
