/* SPDX-License-Identifier: MIT */
/* Hosts to rows of system.local and system.peers. */
#include "tests/town.h"

#include <stdlib.h>

#include "tests/table.h"
#include "tests/test.h"

cql_uuid town_host_id(unsigned id)
{
	return (cql_uuid){
		.bytes = { [6] = 0x40, [8] = 0x80, [14] = (uint8_t)(id >> 8), [15] = (uint8_t)id }
	};
}

static char *row_of(const struct town_host *h, const char *partitioner)
{
	char id[CQL_UUID_TEXT_SIZE];
	size_t room = strlen(h->tokens) + 300;
	char *row = malloc(room);

	snprintf(row, room, "'10.0.%u.%u' | '%s' | %s | '%s' | '%s' | %s%s%s", h->id >> 8,
		 h->id & 255, partitioner, cql_uuid_format(town_host_id(h->id), id), h->datacenter,
		 h->rack, *h->tokens ? "{" : "", *h->tokens ? h->tokens : "null",
		 *h->tokens ? "}" : "");
	return row;
}

struct cd_topology *town_topology(const coodie_allocator *allocator,
				  const struct cd_topology *previous, const char *partitioner,
				  const struct town_host *hosts, size_t count)
{
	static const char columns[] = "rpc_address inet, partitioner text, host_id uuid, "
				      "data_center text, rack text, tokens set<text>";
	struct cd_topology_source source = { .is_scylla = true, .port = 9042 };
	char **rows = calloc(count, sizeof *rows);
	coodie_error err;

	for (size_t i = 0; i < count; i++)
		rows[i] = row_of(&hosts[i], partitioner ? partitioner : "Murmur3Partitioner");
	source.local = table_result(NULL, columns, (const char *const *)rows, 1);
	if (count > 1)
		source.peers = table_result(NULL, columns, (const char *const *)rows + 1,
					    count - 1);
	struct cd_topology *t = cd_topology_new(allocator, previous, &source, &err);
	if (!t)
		fail_msg("%s", err.message);
	assert_int_equal(t->host_count, count);
	coodie_result_free(source.local);
	coodie_result_free(source.peers);
	for (size_t i = 0; i < count; i++)
		free(rows[i]);
	free(rows);
	return t;
}
