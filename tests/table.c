/* SPDX-License-Identifier: MIT */
/* Rows as texts to a RESULT, through the codec. */
#include "tests/table.h"

#include <stdlib.h>

#include <coodie/codec.h>

#include "net/result/result.h"
#include "tests/test.h"

enum { MOST_COLUMNS = 32 };

struct table {
	cql_column_spec columns[MOST_COLUMNS];
	cql_type *types[MOST_COLUMNS];
	uint32_t count;
	cql_arena *arena;
	struct cd_buffer rows;
};

/* The next piece of `*at`, cut off in place. */
static char *next_piece(char **at, const char *between)
{
	char *piece = *at, *end = strstr(piece, between);

	*at = end ? end + strlen(between) : NULL;
	if (end)
		*end = '\0';
	return piece;
}

/* Types have commas of their own: columns are parted by a comma and a blank, parts of a type by a
 * comma alone. */
static void read_columns(struct table *t, char *text)
{
	coodie_error err;

	while (text) {
		char *name = next_piece(&text, ", "), *type = strchr(name, ' ');
		assert_true(type && t->count < MOST_COLUMNS);
		*type++ = '\0';
		t->types[t->count] = cql_type_parse(type, &err);
		if (!t->types[t->count])
			fail_msg("type \"%s\": %s", type, err.message);
		t->columns[t->count] = (cql_column_spec){ cql_text_of("system"), cql_text_of("t"),
							  cql_text_of(name), t->types[t->count] };
		t->count++;
	}
}

static void add_cell(struct table *t, uint32_t i, const char *literal)
{
	coodie_error err;
	cql_value value;
	cql_blob bytes;

	if (strcmp(literal, "null") == 0) {
		cd_buffer_be32(&t->rows, UINT32_MAX);
		return;
	}
	if (!cql_literal_parse(t->types[i], literal, t->arena, &value, &err) ||
	    !cql_encode(t->types[i], value, t->arena, &bytes, &err))
		fail_msg("%s: %s", literal, err.message);
	cd_buffer_be32(&t->rows, (uint32_t)bytes.len);
	cd_buffer_bytes(&t->rows, bytes.data, bytes.len);
}

static void add_row(struct table *t, const char *row)
{
	char *copy = strdup(row), *at = copy;

	for (uint32_t i = 0; i < t->count; i++) {
		if (!at)
			fail_msg("\"%s\": not %u cells", row, (unsigned)t->count);
		add_cell(t, i, next_piece(&at, " | "));
	}
	if (at)
		fail_msg("\"%s\": more than %u cells", row, (unsigned)t->count);
	free(copy);
}

static coodie_result *make_result(const coodie_allocator *a, const struct table *t, uint32_t rows)
{
	enum { HEADER = 9 };
	cql_message m = { .version = 4, .opcode = CQL_OP_RESULT };
	cql_outbox *out = cql_outbox_new(CQL_SERVER, NULL, NULL, NULL);
	coodie_error err;

	m.as.result = (cql_result){ .kind = COODIE_RESULT_ROWS,
				    .metadata = { t->columns, t->count, { NULL, 0 }, { NULL, 0 } },
				    .row_count = rows,
				    .rows = { t->rows.data, t->rows.len } };
	if (!cql_message_write(out, &m, NULL, &err))
		fail_msg("%s", err.message);
	cql_blob bytes = cql_outbox_pending(out, &err);
	cql_envelope e = { 4, 0, 0, CQL_OP_RESULT, { bytes.data + HEADER, bytes.len - HEADER } };
	coodie_result *r = cd_result_new(a, &e, NULL, NULL, NULL, &err);
	if (!r)
		assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
	cql_outbox_free(out);
	return r;
}

coodie_result *table_result(const coodie_allocator *a, const char *columns, const char *const *rows,
			    size_t count)
{
	struct table t = { .count = 0, .arena = cql_arena_new(NULL, NULL) };
	char *names = strdup(columns);

	cd_buffer_init(&t.rows, NULL, 0);
	read_columns(&t, names);
	for (size_t i = 0; i < count; i++)
		add_row(&t, rows[i]);
	coodie_result *r = make_result(a, &t, (uint32_t)count);
	for (uint32_t i = 0; i < t.count; i++)
		cql_type_free(t.types[i]);
	cd_buffer_deinit(&t.rows);
	cql_arena_free(t.arena);
	free(names);
	return r;
}
