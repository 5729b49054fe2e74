/* SPDX-License-Identifier: MIT */
/* Functions and aggregates, by name and arguments. */
#include <string.h>

#include "base/error.h"
#include "net/schema/schema.h"
#include "proto/type.h"

enum { MAX_ARGUMENTS = 4096, MAX_NAMESAKES = 256 };

/* "plus(int, int)" */
static bool make_signature(coodie_keyspace_meta *ks, struct coodie_function_meta *f)
{
	struct cd_schema_texts types;
	size_t len = strlen(f->name) + sizeof "()";
	cql_text type;
	char *at;

	cd_schema_list(f->row, "argument_types", &types);
	for (struct cd_schema_texts t = types; cd_schema_list_next(&t, &type);)
		len += cd_schema_unfrozen(type).len + 2;
	f->signature = at = cd_arena_take(&ks->arena, len);
	if (!at)
		return false;
	memcpy(at, f->name, strlen(f->name));
	at += strlen(f->name);
	*at++ = '(';
	for (uint32_t i = 0; cd_schema_list_next(&types, &type); i++) {
		type = cd_schema_unfrozen(type);
		memcpy(at, ", ", 2);
		at += i ? 2 : 0;
		if (type.len)
			memcpy(at, type.data, type.len);
		at += type.len;
	}
	memcpy(at, ")", 2);
	return true;
}

static bool read_arguments(coodie_keyspace_meta *ks, struct coodie_function_meta *f)
{
	struct cd_schema_texts types, names;
	const cql_type **to_types;
	const char **to_names;
	cql_text text;

	cd_schema_list(f->row, "argument_types", &types);
	cd_schema_list(f->row, "argument_names", &names);
	if (types.count > MAX_ARGUMENTS)
		return true;
	to_types = cd_arena_take_array(&ks->arena, (size_t)types.count + 1, sizeof(*to_types));
	to_names = cd_arena_take_array(&ks->arena, (size_t)types.count + 1, sizeof(*to_names));
	if (!to_types || !to_names)
		return false;
	for (uint32_t i = 0; cd_schema_list_next(&types, &text); i++) {
		if (!(to_types[i] = cd_schema_type_of(ks, cd_schema_unfrozen(text))))
			return false;
		text = (cql_text){ NULL, 0 };
		cd_schema_list_next(&names, &text);
		if (!(to_names[i] = cd_schema_copy(ks, text)))
			return false;
		f->argument_count++;
	}
	f->argument_types = to_types;
	f->argument_names = f->is_aggregate ? NULL : to_names;
	return true;
}

static bool copy_field(coodie_keyspace_meta *ks, const coodie_meta_row *row, const char *name,
		       const char **out)
{
	return cd_schema_copy_some(ks, cd_schema_text(row, name), out);
}

static bool read_aggregate(coodie_keyspace_meta *ks, struct coodie_function_meta *f)
{
	f->state_type = cd_schema_type_of(ks,
					  cd_schema_unfrozen(cd_schema_text(f->row, "state_type")));
	return f->state_type && copy_field(ks, f->row, "state_func", &f->state_function) &&
	       copy_field(ks, f->row, "final_func", &f->final_function) &&
	       copy_field(ks, f->row, "initcond", &f->initial);
}

static bool read_function(coodie_keyspace_meta *ks, struct coodie_function_meta *f)
{
	f->called_on_null = cd_schema_bool(f->row, "called_on_null_input", false);
	return copy_field(ks, f->row, "language", &f->language) &&
	       copy_field(ks, f->row, "body", &f->body);
}

/* Reads them all, and puts each where it belongs by its signature: few have the same name. */
static bool read_list(coodie_keyspace_meta *ks, enum cd_schema_rows rows, bool is_aggregate,
		      struct coodie_function_meta **out, uint32_t *count)
{
	struct coodie_function_meta *list = cd_arena_take_array(
		&ks->arena, (size_t)cd_schema_count(ks->rows[rows]) + 1, sizeof *list);

	*out = list;
	if (!list)
		return false;
	for (const struct cd_schema_row *row = ks->rows[rows]; row; row = row->next) {
		struct coodie_function_meta f = {
			.keyspace = ks,
			.name = row->name,
			.is_aggregate = is_aggregate,
			.row = &row->row,
		};
		uint32_t at = *count, least = at > MAX_NAMESAKES ? at - MAX_NAMESAKES : 0;

		f.return_type = cd_schema_type_of(
			ks, cd_schema_unfrozen(cd_schema_text(f.row, "return_type")));
		if (!f.return_type || !make_signature(ks, &f) || !read_arguments(ks, &f) ||
		    !(is_aggregate ? read_aggregate(ks, &f) : read_function(ks, &f)))
			return false;
		for (; at > least && strcmp(list[at - 1].name, f.name) == 0 &&
		       strcmp(list[at - 1].signature, f.signature) > 0;
		     at--)
			list[at] = list[at - 1];
		list[at] = f;
		++*count;
	}
	return true;
}

bool cd_schema_functions_build(coodie_keyspace_meta *ks, coodie_error *err)
{
	return (read_list(ks, CD_SCHEMA_FUNCTIONS, false, &ks->functions, &ks->function_count) &&
		read_list(ks, CD_SCHEMA_AGGREGATES, true, &ks->aggregates, &ks->aggregate_count)) ||
	       cd_schema_no_memory(err);
}
