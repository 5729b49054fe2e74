/* SPDX-License-Identifier: MIT */
#include "base/fields.h"

#include <string.h>

bool cd_fields_find(const cql_fields *f, const char *name, size_t likely, cql_field *out,
		    coodie_error *err)
{
	if (!f->field(f->type, f->object, likely, out, err))
		return false;
	if (out->name && !strcmp(out->name, name))
		return true;
	for (size_t i = 0;; i++) {
		if (!f->field(f->type, f->object, i, out, err))
			return false;
		if (!out->name || !strcmp(out->name, name))
			return true;
	}
}

/* Of an array that ends in a field without a name. */
static bool kept_field(const void *type, const void *object, size_t i, cql_field *out,
		       coodie_error *err)
{
	const cql_field *fields = object;
	const size_t *count = type;

	(void)err;
	*out = fields[i < *count ? i : *count];
	return true;
}

bool cd_fields_keep(struct cd_arena *a, cql_fields *f, cd_field_copy_fn *copy, void *user)
{
	size_t *count = cd_arena_take_zero(a, sizeof(*count));
	cql_field *fields, field;

	while (count && f->field(f->type, f->object, *count, &field, NULL) && field.name)
		++*count;
	if (!count)
		return false;
	fields = cd_arena_take_array(a, *count + 1, sizeof(*fields));
	for (size_t i = 0; fields && i < *count; i++) {
		if (!f->field(f->type, f->object, i, &fields[i], NULL) ||
		    !copy(a, &fields[i].value, &fields[i].value, user))
			return false;
	}
	*f = (cql_fields){ kept_field, count, fields };
	return fields != NULL;
}
