/* SPDX-License-Identifier: MIT */
/* Several structs in one table: which column says what a row is, and which struct that means. */
#ifndef ORM_MODEL_FAMILY_H
#define ORM_MODEL_FAMILY_H

#include "orm/model/model.h"

#define CD_NO_COLUMN UINT32_MAX

/* One struct of a table. */
struct cd_relative {
	struct cd_model *model; /* a reference, but for the base itself */
	cql_value value;        /* what its rows have in the discriminator's column */
	/* for each column that a read of the base selects, the struct's own: CD_NO_COLUMN where it
	 * has none */
	uint32_t *columns;
};

/* A base and the structs of its table. The base itself comes first. */
struct cd_family {
	uint32_t count;
	struct cd_relative members[];
};

/* What reads, queries and writes ask: */

/* Whose row it is that has this value: the base's where nobody says it is his (PO-07). Only of a
 * model with a family. */
const struct cd_relative *cd_family_pick(const struct cd_model *base, cql_value value);

/* Whether its rows lie among those of other structs, so that a query adds `discriminator =
 * own_value` to its conditions (PO-05). A base reads them all. */
static inline bool cd_model_is_relative(const struct cd_model *m)
{
	return m->own_value.is.tag != CQL_TAG_UNSET && !m->family;
}

/* Whether a row with this value is the model's; for reads by key, which have no room for one more
 * condition. */
bool cd_family_owns(const struct cd_model *m, cql_value value);

/* Whether this column is written as `m->own_value`, whatever the member holds (PO-04). */
static inline bool cd_family_says(const struct cd_model *m, uint32_t column)
{
	return m->own_value.is.tag != CQL_TAG_UNSET && column == m->discriminator;
}

/* What resolving does: */

/* Finds the discriminator and reads the model's own value. */
bool cd_family_find_value(struct cd_model *m, coodie_error *err);
/* Takes the family of a base in: its models in `cd_model.family`, their columns behind the base's
 * own. `relatives` are the resolved models of def.family, which it takes, also on failure. */
bool cd_family_join(struct cd_model *base, struct cd_model **take_relatives, uint32_t count,
		    coodie_error *err);
void cd_family_free(struct cd_family *family);

#endif
