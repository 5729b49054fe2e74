/* SPDX-License-Identifier: MIT */
/* A keyspace as the statement that makes it. */
#include "node/describe/describe_text.h"

static void put_virtual(struct cd_buffer *out, const char *name)
{
	cd_buffer_text(out, "/*\nWarning: Keyspace ");
	nd_name_put(out, name);
	cd_buffer_text(out, " is a virtual keyspace and cannot be recreated with CQL.\n"
			    "Structure, for reference:\nVIRTUAL KEYSPACE ");
	nd_name_put(out, name);
	cd_buffer_text(out, ";\n*/");
}

/* The class comes first, without the package that all strategies are in. */
static void put_replication(struct cd_buffer *out, const struct nd_properties *p)
{
	static const char package[] = "org.apache.cassandra.locator.";

	for (uint32_t i = 0; i < p->count; i++) {
		const char *value = p->at[i].text;

		if (i == 0 && strncmp(value, package, sizeof package - 1) == 0)
			value += sizeof package - 1;
		cd_buffer_text(out, i ? ", " : "{");
		nd_describe_put_quoted(out, p->at[i].name);
		cd_buffer_text(out, ": ");
		nd_describe_put_quoted(out, value);
	}
	cd_buffer_text(out, "}");
}

void nd_describe_keyspace(struct cd_buffer *out, const struct nd_keyspace *k)
{
	if (k->is_virtual) {
		put_virtual(out, k->name);
		return;
	}
	cd_buffer_text(out, "CREATE KEYSPACE ");
	nd_name_put(out, k->name);
	cd_buffer_text(out, " WITH replication = ");
	put_replication(out, &k->replication);
	cd_buffer_text(out, "  AND durable_writes = "); /* two blanks, as there */
	cd_buffer_text(out, k->durable_writes ? "true" : "false");
	cd_buffer_text(out, k->has_no_tablets ? " AND tablets = {'enabled': false};" : ";");
}
