/* SPDX-License-Identifier: MIT */
/* A user type as the statement that makes it. */
#include "node/describe/describe_text.h"
#include "proto/type.h"

void nd_describe_type(struct cd_buffer *out, const struct nd_keyspace *k,
		      const struct nd_user_type *type)
{
	cd_buffer_text(out, "CREATE TYPE ");
	nd_describe_put_full_name(out, k->name, type->name);
	cd_buffer_text(out, " (");
	for (uint32_t i = 0; i < type->type->count; i++) {
		cd_buffer_text(out, i ? ",\n    " : "\n    ");
		nd_name_put(out, cql_type_field(type->type, i));
		cd_buffer_text(out, " ");
		nd_type_put(out, type->type->inner[i]);
	}
	cd_buffer_text(out, "\n);");
}
