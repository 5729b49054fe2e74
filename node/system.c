/* SPDX-License-Identifier: MIT */
/* The system's view of the nodes. */
#include "node/system.h"

bool nd_system_node(const struct nd_request *x, uint32_t i, struct nd_system_node *out)
{
	static const int64_t token[] = { INT64_MIN + 1 };
	const struct nd_system_source *source = x->db->system;

	if (source && source->node)
		return source->node(source->user, x->coordinator, i, out);
	*out = (struct nd_system_node){ .address = { { 127, 0, 0, 1 }, 4 },
					.port = 9042,
					.data_center = "datacenter1",
					.rack = "rack1",
					.tokens = token,
					.token_count = 1 };
	return i == 0;
}
