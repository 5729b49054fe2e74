/* SPDX-License-Identifier: MIT */
/* Writes answers as text. */
#include "tests/answer.h"

#include <stdlib.h>
#include <string.h>

#define LEN(array) (sizeof(array) / sizeof *(array))

/* ---- what is never equal -------------------------------------------------------------------- */

/* Columns whose values are made at random or by a clock, or are the node's own. A NULL is any. */
static const struct {
	const char *keyspace, *table, *column, *reason;
} masks[] = {
	{ "system_schema", NULL, "id", "a table's id is made from the clock" },
	{ "system", "local", "host_id", "a node's id is made at random" },
	{ "system", "local", "schema_version", "a digest of ids among other things" },
	{ "system", "local", "tokens", "chosen at random at the first start" },
	{ "system", "local", "rpc_port", "the node's is a free one" },
	{ "system", "local", "listen_port", "likewise" },
	{ "system", "local", "broadcast_port", "likewise" },
	{ "system", "local", "rack", "the operator's word" },
	{ "system", "local", "cluster_name", "likewise" },
	{ "system", "local", "release_version", "the recorded node's is not the one that is run" },
	{ "system", "describe", "cluster", "the operator's word" },
	{ "system", "describe", "range_ownership", "of tokens that are chosen at random" },
	{ NULL, NULL, "system.now()", "the clock" },
	{ NULL, NULL, "system.uuid()", "random" },
	{ NULL, NULL, "system.currenttimestamp()", "the clock" },
	{ NULL, NULL, "system.currentdate()", "the clock" },
	{ NULL, NULL, "system.currenttime()", "the clock" },
	{ NULL, NULL, "system.currenttimeuuid()", "the clock" },
	{ NULL, NULL, "system.current_timestamp()", "the clock" },
	{ NULL, NULL, "system.current_date()", "the clock" },
	{ NULL, NULL, "system.current_time()", "the clock" },
	{ NULL, NULL, "system.current_timeuuid()", "the clock" },
	{ NULL, NULL, "masked", "the corpus names it so because the value is not fixed" },
};

static bool is(cql_text text, const char *word)
{
	return !word || (text.len == strlen(word) && !memcmp(text.data, word, text.len));
}

static bool is_masked(const cql_column_spec *c)
{
	for (size_t i = 0; i < LEN(masks); i++)
		if (is(c->keyspace, masks[i].keyspace) && is(c->table, masks[i].table) &&
		    is(c->name, masks[i].column))
			return true;
	return false;
}

/* What is left out of a message from the end of these words on. */
static const struct {
	const char *words, *reason;
} open_ended[] = {
	{ "known type signatures: ", "Cassandra lists them in another order after each start" },
	{ "can be matched by following signatures: ", "likewise" },
};

/* Warnings that come and go: the beginning of each. */
static const struct {
	const char *begin, *reason;
} passing_warnings[] = {
	{ "`USE <keyspace>` with prepared statements", "Cassandra sends it once a minute" },
};

static bool is_passing(cql_text warning)
{
	for (size_t i = 0; i < LEN(passing_warnings); i++) {
		size_t len = strlen(passing_warnings[i].begin);
		if (warning.len >= len && !memcmp(warning.data, passing_warnings[i].begin, len))
			return true;
	}
	return false;
}

/* ---- texts, types, values ------------------------------------------------------------------- */

void answer_write_text(FILE *out, cql_text text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		if (c == '\n')
			fputs("\\n", out);
		else if (c == '\t')
			fputs("\\t", out);
		else if (c < 0x20 || c == 0x7f)
			fprintf(out, "\\x%02x", c);
		else
			putc(c, out);
	}
}

static void write_bytes(FILE *out, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		fprintf(out, "%02x", data[i]);
}

static void write_type(FILE *out, const cql_type *type)
{
	size_t len = cql_type_format(type, NULL, 0);
	char *text = malloc(len + 1);

	if (!text)
		return;
	cql_type_format(type, text, len + 1);
	answer_write_text(out, (cql_text){ text, len });
	free(text);
}

static void write_literal(FILE *out, const cql_type *type, cql_value value)
{
	size_t len = cql_literal_format(type, value, NULL, 0);
	char *text = malloc(len + 1);

	if (!text)
		return;
	cql_literal_format(type, value, text, len + 1);
	answer_write_text(out, (cql_text){ text, len });
	free(text);
}

static void write_cell(FILE *out, const cql_column_spec *column, coodie_cell cell)
{
	cql_blob bytes = { cell.data, cell.len };
	cql_value value;

	if (!cell.data) {
		fputs("null", out);
	} else if (is_masked(column)) {
		fputs("*", out);
	} else if (!cql_decode(column->type, bytes, &value, NULL)) {
		fputs("broken 0x", out);
		write_bytes(out, cell.data, cell.len);
	} else if (value.is.tag == CQL_TAG_EMPTY) {
		fputs("empty", out);
	} else {
		write_literal(out, column->type, value);
	}
}

/* ---- metadata and rows ---------------------------------------------------------------------- */

static bool same(cql_text a, cql_text b)
{
	return a.len == b.len && (!a.len || !memcmp(a.data, b.data, a.len));
}

static void write_specs(FILE *out, const char *what, const cql_column_spec *at, uint32_t count)
{
	fputs(what, out);
	for (uint32_t i = 0; i < count; i++) {
		if (!i || !same(at[i].keyspace, at[i - 1].keyspace) ||
		    !same(at[i].table, at[i - 1].table)) {
			fputs(i ? " | " : " ", out);
			answer_write_text(out, at[i].keyspace);
			putc('.', out);
			answer_write_text(out, at[i].table);
			fputs(": ", out);
		} else {
			fputs(" | ", out);
		}
		answer_write_text(out, at[i].name);
		putc(' ', out);
		write_type(out, at[i].type);
	}
	putc('\n', out);
}

static void write_rows(FILE *out, const cql_result *result)
{
	const cql_metadata *metadata = &result->metadata;
	coodie_cell *cells = calloc(metadata->column_count + 1, sizeof *cells);
	cql_blob rows = result->rows;

	if (metadata->new_metadata_id.data)
		fputs("the metadata has changed\n", out);
	if (metadata->columns)
		write_specs(out, "columns", metadata->columns, metadata->column_count);
	else
		fprintf(out, "%u columns without metadata\n", (unsigned)metadata->column_count);
	while (cells && metadata->columns && metadata->column_count &&
	       cql_rows_next(&rows, cells, metadata->column_count, NULL))
		for (uint32_t i = 0; i < metadata->column_count; i++) {
			fputs(i ? " | " : " ", out);
			write_cell(out, &metadata->columns[i], cells[i]);
			if (i + 1 == metadata->column_count)
				putc('\n', out);
		}
	if (metadata->paging_state.data)
		fputs("more\n", out);
	free(cells);
}

static void write_prepared(FILE *out, const cql_result *result)
{
	const cql_markers *markers = &result->markers;

	fputs("prepared", out);
	for (uint16_t i = 0; i < markers->key_count; i++)
		fprintf(out, "%s%u", i ? ", " : ", key ", markers->key_indexes[i]);
	putc('\n', out);
	if (markers->column_count)
		write_specs(out, "markers", markers->columns, markers->column_count);
	if (result->metadata.columns)
		write_specs(out, "columns", result->metadata.columns,
			    result->metadata.column_count);
}

static void write_change(FILE *out, const cql_schema_change *change)
{
	fputs("schema ", out);
	answer_write_text(out, change->change);
	putc(' ', out);
	answer_write_text(out, change->target);
	putc(' ', out);
	answer_write_text(out, change->keyspace);
	if (change->name.data) {
		putc('.', out);
		answer_write_text(out, change->name);
	}
	for (uint16_t i = 0; i < change->arguments.count; i++) {
		putc(' ', out);
		answer_write_text(out, change->arguments.at[i]);
	}
	putc('\n', out);
}

static void write_result(FILE *out, const cql_result *result)
{
	switch (result->kind) {
	case COODIE_RESULT_VOID:
		fputs("void\n", out);
		break;
	case COODIE_RESULT_ROWS:
		write_rows(out, result);
		break;
	case COODIE_RESULT_SET_KEYSPACE:
		fputs("keyspace ", out);
		answer_write_text(out, result->keyspace);
		putc('\n', out);
		break;
	case COODIE_RESULT_PREPARED:
		write_prepared(out, result);
		break;
	case COODIE_RESULT_SCHEMA_CHANGE:
		write_change(out, &result->change);
		break;
	}
}

/* ---- errors --------------------------------------------------------------------------------- */

static void write_error_text(FILE *out, const char *name, cql_text text)
{
	if (!text.data)
		return;
	fprintf(out, " %s=", name);
	answer_write_text(out, text);
}

static void write_message(FILE *out, cql_text message)
{
	for (size_t i = 0; i < LEN(open_ended); i++) {
		size_t len = strlen(open_ended[i].words);
		const char *found = memmem(message.data, message.len, open_ended[i].words, len);
		if (found)
			message.len = (size_t)(found - message.data) + len;
	}
	answer_write_text(out, message);
}

static void write_error(FILE *out, const cql_error_message *e)
{
	fprintf(out, "error 0x%04x ", (unsigned)e->code);
	write_message(out, e->message);
	write_error_text(out, "keyspace", e->keyspace);
	write_error_text(out, "table", e->table);
	write_error_text(out, "function", e->function);
	write_error_text(out, "write_type", e->write_type);
	if (e->code == 0x1000)
		fprintf(out, " consistency=%s required=%d alive=%d",
			cql_consistency_name(e->consistency), (int)e->required, (int)e->alive);
	if (e->write_type.data || e->code == 0x1200 || e->code == 0x1300)
		fprintf(out, " consistency=%s received=%d block_for=%d",
			cql_consistency_name(e->consistency), (int)e->received, (int)e->block_for);
	putc('\n', out);
}

void answer_write(FILE *out, const cql_message *answer)
{
	if (answer->opcode == CQL_OP_ERROR)
		write_error(out, &answer->as.error);
	else if (answer->opcode == CQL_OP_RESULT)
		write_result(out, &answer->as.result);
	else
		fprintf(out, "message %s\n", cql_opcode_name(answer->opcode));
	for (uint16_t i = 0; i < answer->warnings.count; i++) {
		if (is_passing(answer->warnings.at[i]))
			continue;
		fputs("warning ", out);
		answer_write_text(out, answer->warnings.at[i]);
		putc('\n', out);
	}
}
