/* SPDX-License-Identifier: MIT */
/* Policies shared by loops. */
#include "net/policy/policies.h"

#include "base/alloc.h"
#include "base/error.h"
#include "net/options/options.h"

struct cd_policies *cd_policies_new(const struct coodie_options *o, coodie_error *err)
{
	struct cd_policies *p = cd_alloc_zero(&o->allocator, sizeof *p);
	coodie_timestamping settings;

	if (!p)
		return cd_no_memory(err, "policies"), NULL;
	p->allocator = o->allocator;
	if (!cd_profile_board_init(&p->board, o, err)) {
		cd_release(&o->allocator, p);
		return NULL;
	}
	cd_pacer_init(&p->pacer, o->opening_per_second);
	cd_timestamps_of(o, &settings);
	cd_timestamps_init(&p->timestamps, &settings);
	return p;
}

void cd_policies_free(struct cd_policies *p)
{
	if (!p)
		return;
	const coodie_allocator a = p->allocator;
	cd_profile_board_deinit(&p->board);
	cd_release(&a, p);
}
