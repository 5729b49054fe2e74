/* SPDX-License-Identifier: MIT */
/* The schema as statements that make it again, in the words of Cassandra's DESCRIBE. What writes
 * appends to a buffer, which may fail: one look at it at the end is enough. */
#ifndef NODE_DESCRIBE_H
#define NODE_DESCRIBE_H

#include "base/buffer.h"
#include "node/schema/schema.h"

/* Something that can be described. */
enum nd_element_kind {
	ND_ELEMENT_KEYSPACE,
	ND_ELEMENT_TYPE,
	ND_ELEMENT_TABLE,
	ND_ELEMENT_INDEX,
	ND_ELEMENT_VIEW
};

struct nd_element {
	enum nd_element_kind kind;
	const struct nd_keyspace *keyspace;
	const char *name;
	const struct nd_user_type *type;
	const struct nd_table *table; /* of an index: the one it is on */
	const struct nd_index *index;
};

struct nd_elements {
	struct cd_arena *arena; /* the list lives here, names and the rest in the schema */
	struct nd_element *at;
	uint32_t count, room;
	bool failed; /* out of memory */
};

/* As DESCRIBE's column `type` has it. */
const char *nd_element_kind_name(enum nd_element_kind kind);

/* ---- elements.c: what there is, in an order that can be replayed ----------------------------- */

void nd_elements_init(struct nd_elements *list, struct cd_arena *arena);
void nd_elements_add(struct nd_elements *list, const struct nd_element *element);
/* Those from the `from`-th on: by name, in letters of any case. */
void nd_elements_sort(struct nd_elements *list, uint32_t from);
/* A table, its indexes and its views. */
void nd_elements_add_table(struct nd_elements *list, const struct nd_table *t);
/* A keyspace with all that is in it: types behind those they are made of, tables by name. */
void nd_elements_add_keyspace(struct nd_elements *list, const struct nd_keyspace *k);
/* All keyspaces by name, without what is in them; the system's when they are asked for. */
void nd_elements_add_keyspaces(struct nd_elements *list, const struct nd_schema *s,
			       bool with_system);
/* With what is in them. */
void nd_elements_add_schema(struct nd_elements *list, const struct nd_schema *s, bool with_system);

/* ---- the statements: one file each ----------------------------------------------------------- */

/* `internals`: with its id, and the columns that were dropped. */
void nd_describe_element(struct cd_buffer *out, const struct nd_element *e, bool internals);
void nd_describe_keyspace(struct cd_buffer *out, const struct nd_keyspace *k);
void nd_describe_type(struct cd_buffer *out, const struct nd_keyspace *k,
		      const struct nd_user_type *type);
void nd_describe_table(struct cd_buffer *out, const struct nd_table *t, bool internals);
void nd_describe_view(struct cd_buffer *out, const struct nd_table *t, bool internals);
void nd_describe_index(struct cd_buffer *out, const struct nd_table *t,
		       const struct nd_index *index);
/* Everything that users made, a statement behind the other, each with a line feed: what makes it
 * again when it is run. False: out of memory. */
bool nd_describe_schema(const struct nd_schema *s, struct cd_buffer *out);

#endif
