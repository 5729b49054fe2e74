/* SPDX-License-Identifier: MIT */
/* Elements as statements, and the whole of what users made. */
#include "node/describe/describe.h"

void nd_describe_element(struct cd_buffer *out, const struct nd_element *e, bool internals)
{
	switch (e->kind) {
	case ND_ELEMENT_KEYSPACE:
		nd_describe_keyspace(out, e->keyspace);
		break;
	case ND_ELEMENT_TYPE:
		nd_describe_type(out, e->keyspace, e->type);
		break;
	case ND_ELEMENT_INDEX:
		nd_describe_index(out, e->table, e->index);
		break;
	case ND_ELEMENT_TABLE:
		nd_describe_table(out, e->table, internals);
		break;
	case ND_ELEMENT_VIEW:
		nd_describe_view(out, e->table, internals);
		break;
	}
}

bool nd_describe_schema(const struct nd_schema *s, struct cd_buffer *out)
{
	struct nd_elements list;
	struct cd_arena arena;
	bool failed;

	cd_arena_init(&arena, s->allocator, 0);
	nd_elements_init(&list, &arena);
	nd_elements_add_schema(&list, s, false);
	for (uint32_t i = 0; i < list.count; i++) {
		nd_describe_element(out, &list.at[i], false);
		cd_buffer_text(out, "\n");
	}
	failed = list.failed;
	cd_arena_deinit(&arena);
	return !failed && !out->failed;
}
