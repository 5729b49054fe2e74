/* SPDX-License-Identifier: MIT */
/* Looking at a model: its columns as they were resolved, and its table's name. */
#include <coodie/builder.h>

#include <stdio.h>
#include <string.h>

#include "orm/model/place.h"

/* NULL for a model that is refused. */
static const struct cd_model *resolved(coodie_session *s, const coodie_model *m)
{
	struct cd_place place;

	return cd_place_look(s, m, &place, NULL) ? place.model : NULL;
}

size_t coodie_model_column_count(coodie_session *s, const coodie_model *m)
{
	const struct cd_model *known = resolved(s, m);

	return known ? known->column_count : 0;
}

const coodie_column *coodie_model_column_at(coodie_session *s, const coodie_model *m, size_t i)
{
	const struct cd_model *known = resolved(s, m);

	return known && i < known->column_count ? &known->columns[i].def : NULL;
}

const coodie_column *coodie_model_column_named(coodie_session *s, const coodie_model *m,
					       const char *member)
{
	const struct cd_model *known = member ? resolved(s, m) : NULL;
	const struct cd_column *c = known ? cd_model_member(known, member, strlen(member)) : NULL;

	return c ? &c->def : NULL;
}

size_t coodie_model_table(coodie_session *s, const coodie_model *m, char *out, size_t size)
{
	const struct cd_model *known = resolved(s, m);

	return (size_t)snprintf(out, out ? size : 0, "%s", known ? known->table : "");
}
