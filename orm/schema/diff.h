/* SPDX-License-Identifier: MIT */
/* The difference of two schemas while it is put together. */
#ifndef ORM_SCHEMA_DIFF_H
#define ORM_SCHEMA_DIFF_H

#include "orm/schema/statement.h"

/* In which order changes are run: what is in the way goes first, what others are made of comes before
 * them. */
enum cd_phase {
	CD_PHASE_DROP_VIEW,
	CD_PHASE_DROP_INDEX,
	CD_PHASE_DROP_TABLE,
	CD_PHASE_KEYSPACE,
	CD_PHASE_TYPE,
	CD_PHASE_TABLE,
	CD_PHASE_DROP_COLUMN,
	CD_PHASE_COLUMN,
	CD_PHASE_OPTION,
	CD_PHASE_INDEX,
	CD_PHASE_VIEW,
	CD_PHASE_DROP_TYPE,
	CD_PHASES
};

struct cd_change {
	coodie_change is;
	struct cd_change *next;
	/* an index of a class that the server may not know: another statement to try then (NULL: none),
	 * and whether it may do without */
	const char *instead;
	bool optional;
	bool replaces; /* half of a pair: what is dropped is made anew */
};

struct cd_changes {
	struct cd_change *first, **last;
};

struct coodie_diff {
	coodie_allocator allocator;
	struct cd_arena arena;
	coodie_schema *should;
	coodie_diff_options options;
	bool is_sync; /* what models do not know stays, and is no reason for anything */
	const char *keyspace;
	struct cd_changes phases[CD_PHASES];
	const struct cd_change **all;
	size_t count;
};

/* What a comparison knows. */
struct cd_comparing {
	coodie_diff *d;
	const coodie_schema *is, *should;
	const char *other; /* "the model": where `should` is from */
	bool whole;        /* both have been read: all is compared */
	bool failed;       /* no memory */
};

/* compare.c. `is_sync`: for a sync of models. */
coodie_diff *cd_compare(const coodie_schema *is, const coodie_schema *should,
			const coodie_diff_options *options, bool is_sync, coodie_error *err);

/* A change of an object and a part of it (NULL: none) that is safe, and nothing else said. */
coodie_change cd_change_about(enum coodie_change_kind kind, const char *object, const char *part);
/* diff.c: adds a change; `change` has at least kind, and strings that live as long as the diff or both
 * schemas: those are copied. NULL: no memory, and c->failed. */
struct cd_change *cd_change_add(struct cd_comparing *c, enum cd_phase phase,
				const coodie_change *change);
/* A text of the diff's; NULL: no memory, and c->failed. */
const char *cd_change_text(struct cd_comparing *c, const char *format, ...) COODIE_PRINTF(2, 3);
/* A statement of the diff's, about the keyspace that is. */
const char *cd_change_cql(struct cd_comparing *c, cd_put_fn *put, const void *of, const void *part);
/* The same of what has been written. */
const char *cd_change_statement(struct cd_comparing *c, struct cd_buffer *take_b);
struct cd_buffer cd_change_buffer(const struct cd_comparing *c);
/* What a model's author, or anybody else, is to do about what is impossible. */
const char *cd_change_advice(const struct cd_comparing *c, const char *of_model);

/* What cannot be done to a column of a table: the reason, or NULL. Column NULL is any of them, and "" what
 * is or should be in the key. */
const char *cd_change_in_the_way(const struct cd_comparing *c, const char *table,
				 const char *column);

/* made_of.c: whether a type of the cluster, or of either schema once all fields are added that can be, is made
 * of a type, by the user types in between too. */
bool cd_change_type_is_made_of(struct cd_comparing *c, const char *type, const char *name);
bool cd_change_type_will_be_made_of(struct cd_comparing *c, const char *type, const char *name);
/* What has durations is in no key and has no index. */
bool cd_change_has_durations(struct cd_comparing *c, const struct cd_member *m);
/* Why a column that should be in a key cannot be; NULL: it can, or should not. */
const char *cd_change_why_no_key(struct cd_comparing *c, const struct cd_member *m);

/* compare_table.c */
void cd_compare_types(struct cd_comparing *c);
void cd_compare_tables(struct cd_comparing *c);
/* The first difference of two columns: its kind, what it is, and what to do. False: there is none. */
struct cd_column_difference {
	enum coodie_change_kind kind;
	const char *is, *should, *what, *advice;
};
bool cd_compare_column(struct cd_comparing *c, const struct cd_member *is,
		       const struct cd_member *should, struct cd_column_difference *out);
/* Options of a table or a view, or of the keyspace (NULL). */
void cd_compare_options(struct cd_comparing *c, const struct cd_table *t,
			const struct cd_options *is, const struct cd_options *should);
/* compare_index.c; `is` NULL: a new table. */
void cd_compare_indexes(struct cd_comparing *c, const struct cd_table *is,
			const struct cd_table *should);
void cd_drop_indexes(struct cd_comparing *c, const struct cd_table *is);
/* compare_view.c */
void cd_compare_views(struct cd_comparing *c);
/* obstacles.c; the last one */
void cd_compare_obstacles(struct cd_comparing *c);

#endif
