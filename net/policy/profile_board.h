/* SPDX-License-Identifier: MIT */
/* The profiles of a session, where all its threads see them: replaced as a whole (E2), found by
 * name without a lock. */
#ifndef NET_PROFILE_BOARD_H
#define NET_PROFILE_BOARD_H

#include "net/policy/profile.h"

/* A name and its index, which never changes. */
struct cd_profile_name {
	struct cd_profile_name *next;
	uint32_t index;
	char text[];
};

struct cd_profile_board {
	coodie_allocator allocator;
	atomic_flag busy;                        /* somebody exchanges `set`: a few instructions */
	struct cd_profiles *set;                 /* a reference */
	_Atomic uint32_t generation;             /* of `set` */
	_Atomic(struct cd_profile_name *) names; /* only grows */
};

/* With the profiles of the options. */
bool cd_profile_board_init(struct cd_profile_board *b, const struct coodie_options *o,
			   coodie_error *err);
/* Of a zeroed one is fine. Nobody may use it any more. */
void cd_profile_board_deinit(struct cd_profile_board *b);

/* Sets one. Any thread. The states are taken unless it fails. */
bool cd_profile_board_set(struct cd_profile_board *b, const char *name,
			  const coodie_profile_options *p, coodie_error *err);
/* The index of a profile; NULL: that of "default", 0. Any thread, without a lock.
 * COODIE_ERR_INVALID: there is none of that name. */
bool cd_profile_board_find(struct cd_profile_board *b, const char *name, uint32_t *index,
			   coodie_error *err);
/* The set in force: a reference, with its generation. */
struct cd_profiles *cd_profile_board_take(struct cd_profile_board *b, uint32_t *generation);

#endif
