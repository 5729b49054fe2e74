/* SPDX-License-Identifier: MIT */
/* Where ScyllaDB's tables keep their rows, tablet by tablet, as answers tell it (tablets-routing-v1 and
 * -v2). One thread: each loop has its own. */
#ifndef NET_TABLETS_H
#define NET_TABLETS_H

#include <coodie/message.h>
#include <coodie/result.h>

#include "base/buffer.h"
#include "net/ring/topology.h"

enum {
	CD_TABLETS_MOST = 200000,  /* a limit as good as any for cd_tablets_init() */
	CD_TABLETS_TABLES = 65535, /* of which something is known */
	CD_TABLETS_REPLICAS = 32,  /* of a tablet; those behind are left out */
	CD_TABLETS_STRANGER =
		32768, /* replicas with such slots and above are hosts nobody has heard of */
	CD_TABLETS_ANY_SHARD = UINT16_MAX
};
#define CD_TABLETS_NO_TABLE UINT32_MAX

struct cd_tablet_replica {
	uint16_t slot, shard;
};

struct cd_tablet {
	int64_t first; /* exclusive; the last token is beside */
	uint64_t version;
	bool has_version; /* v2: the first replica leads where tables are strongly consistent */
	uint8_t count;    /* of replicas */
};

struct cd_tablets_table {
	cql_text keyspace, name; /* one piece */
	uint32_t count, room;    /* tablets */
	uint32_t stride;         /* replicas that each has room for */
	int64_t *lasts;          /* ascending; tablets do not overlap */
	struct cd_tablet *tablets;
	struct cd_tablet_replica *replicas; /* stride of them for each */
	uint64_t hits, misses;              /* of cd_tablets_find() */
	uint64_t hits_then;                 /* when room was made last */
};

struct cd_tablets {
	const coodie_allocator *allocator;
	struct cd_topology *topology; /* whose slots these are; NULL: all are strangers */
	struct cd_tablets_table **tables;
	uint32_t *by_name; /* numbers of tables, sorted */
	uint32_t table_count, table_room;
	uint32_t count, most; /* tablets of all tables */
	cql_uuid *strangers;
	uint32_t stranger_count, stranger_room;
	uint8_t turn; /* of the block of a version */
};

/* @param most  tablets; to make room, the tables that are used least are forgotten */
void cd_tablets_init(struct cd_tablets *t, const coodie_allocator *a, uint32_t most);
void cd_tablets_deinit(struct cd_tablets *t);
/* Takes a reference. Tablets with a replica on a host that is gone are forgotten, strangers that have been
 * introduced are known. */
void cd_tablets_set_topology(struct cd_tablets *t, struct cd_topology *topology);

/* The number of a table, which it keeps for good. CD_TABLETS_NO_TABLE: out of memory, or one too many. */
uint32_t cd_tablets_table(struct cd_tablets *t, cql_text keyspace, cql_text name);
/* Puts a tablet in the place of those it overlaps. COODIE_ERR_PROTOCOL, COODIE_ERR_NO_MEMORY; then all is
 * as before, but for what was forgotten to make room. */
bool cd_tablets_learn(struct cd_tablets *t, uint32_t table, const cql_tablet *tablet,
		      coodie_error *err);
/* A table was dropped; without a name (`data` NULL) its whole keyspace. */
void cd_tablets_forget(struct cd_tablets *t, cql_text keyspace, cql_text name);

/* ---- on the path of requests ------------------------------------------------------------------ */

/* The number of the first tablet that ends at a token or behind it; the count: none. */
static inline uint32_t cd_tablets_place(const struct cd_tablets_table *table, int64_t token)
{
	const int64_t *at = table->lasts;
	uint32_t left = table->count;

	while (left) {
		uint32_t half = left / 2;
		bool is_less = at[half] < token;
		at += is_less ? half + 1 : 0;
		left = is_less ? left - half - 1 : half;
	}
	return (uint32_t)(at - table->lasts);
}

/* The tablet that has a token; NULL: it is not known. `*replicas` are its `count` replicas, strangers among
 * them. Counts. */
static inline const struct cd_tablet *cd_tablets_find(struct cd_tablets *t, uint32_t number,
						      int64_t token,
						      const struct cd_tablet_replica **replicas)
{
	if (number >= t->table_count)
		return NULL;
	struct cd_tablets_table *table = t->tables[number];
	uint32_t at = cd_tablets_place(table, token);
	if (at == table->count || table->tablets[at].first >= token) {
		table->misses++;
		return NULL;
	}
	table->hits++;
	*replicas = table->replicas + (size_t)at * table->stride;
	return &table->tablets[at];
}

/* The byte that EXECUTE ends with under v2: four bits of the tablet's version (NULL: not known), others
 * with each call. */
static inline uint8_t cd_tablets_block(struct cd_tablets *t, const struct cd_tablet *tablet)
{
	unsigned block = t->turn++ & 15;
	uint64_t version = tablet && tablet->has_version ? tablet->version : 0;

	return (uint8_t)(block << 4 | (version >> 4 * block & 15));
}

/* ---- warm starts (S12) ------------------------------------------------------------------------ */

/* Asks for all tablets of all tables. */
extern const char cd_tablets_statement[];
/* Where a page of its rows ended. Zeroed: nowhere yet. */
struct cd_tablets_page {
	cql_uuid table_id;
	int64_t last_token;
};

/* Learns the rows of that statement, one page after the other; of a keyspace or a table where they are named (`data` NULL: of all).
 * COODIE_ERR_PROTOCOL: other columns; COODIE_ERR_NO_MEMORY: some are learned. */
bool cd_tablets_learn_rows(struct cd_tablets *t, coodie_result *rows, struct cd_tablets_page *page,
			   cql_text keyspace, cql_text name, coodie_error *err);

/* Appends all that is known, to be read by another process. `out` says if it failed. */
void cd_tablets_write(const struct cd_tablets *t, struct cd_buffer *out);
/* Takes what was written; of tables of which something is known already nothing is taken. All or nothing:
 * COODIE_ERR_PROTOCOL, COODIE_ERR_NO_MEMORY. */
bool cd_tablets_read(struct cd_tablets *t, const void *data, size_t len, coodie_error *err);

#endif
