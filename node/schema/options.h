/* SPDX-License-Identifier: MIT */
/* WITH: the options of tables and keyspaces, read and checked as Cassandra does. */
#ifndef NODE_OPTIONS_H
#define NODE_OPTIONS_H

#include "node/schema/ddl.h"

/* The values of a table's options, each alone, before it is looked up. */
bool nd_options_check_forms(struct nd_ddl *d, const struct nd_properties *given);
/* Fills options, default_ttl, gc_grace and, when there is one, the id of a draft: what is given
 * over what was (`previous`; NULL: the defaults). */
bool nd_options_table(struct nd_ddl *d, const struct nd_properties *given,
		      const struct nd_properties *previous, struct nd_table *draft);
/* The names and forms of a keyspace's options, before it is looked up. */
bool nd_options_check_keyspace(struct nd_ddl *d, const struct nd_properties *given);
/* Fills replication, durable_writes and has_no_tablets of a keyspace. */
bool nd_options_keyspace(struct nd_ddl *d, const struct nd_properties *given,
			 const struct nd_keyspace *previous, struct nd_keyspace *draft);

/* ---- the pieces ------------------------------------------------------------------------------ */

/* A map of texts that grows, sorted by key. */
struct nd_option_map {
	struct nd_ddl *d;
	const char **pairs;
	uint32_t count, room;
};

/* A copy of a property's pairs, with room for `more`; the last one of two equal keys stays. False:
 * out of memory. */
bool nd_option_map_init(struct nd_option_map *m, struct nd_ddl *d, const struct nd_property *p,
			uint32_t more);
const char *nd_option_map_get(const struct nd_option_map *m, const char *key);
/* Sets a key; there must be room. */
void nd_option_map_set(struct nd_option_map *m, const char *key, const char *value);
/* Takes a key away; its value, or NULL. */
const char *nd_option_map_remove(struct nd_option_map *m, const char *key);
/* "a.b.c", in the arena; "c" gets `package` in front. */
const char *nd_option_class(struct nd_ddl *d, const char *package, const char *name);
/* CONFIG_ERROR and SYNTAX_ERROR; false. */
bool nd_option_bad(struct nd_ddl *d, const char *format, ...) COODIE_PRINTF(2, 3);
bool nd_option_syntax(struct nd_ddl *d, const char *format, ...) COODIE_PRINTF(2, 3);
/* Numbers as Java reads them, in any locale. */
bool nd_option_int(const char *text, int32_t *out);
bool nd_option_double(const char *text, double *out);
/* "0.1", as Java prints it. */
const char *nd_option_print(double value, char out[32]);
/* Unknown names, doubles: "Unknown property 'x'". `names` ends with NULL. */
bool nd_option_check_names(struct nd_ddl *d, const struct nd_properties *given,
			   const char *const *names);

/* The values that are maps: given to canonical. */
bool nd_option_caching(struct nd_option_map *m);
bool nd_option_compaction(struct nd_option_map *m);
bool nd_option_compression(struct nd_option_map *m);
/* '99p', '10ms', NEVER, MIN(99p,10ms): canonical, or NULL. */
const char *nd_option_speculative(struct nd_ddl *d, const char *name, const char *text);

#endif
