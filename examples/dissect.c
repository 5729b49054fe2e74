/* SPDX-License-Identifier: MIT */
/*
 * What a client and a server said to each other: two files, each with the bytes of one direction
 * of one connection (in Wireshark: Follow, TCP stream, raw).
 *
 *     dissect client.bin server.bin
 */
#include <coodie/codec.h>

#include <stdio.h>
#include <string.h>

#define TEXT(t) (int)(t).len, (t).data

static bool is(cql_text text, const char *word)
{
	return text.len == strlen(word) && strncmp(text.data, word, text.len) == 0;
}

/* STARTUP says what all that follows is packed with. */
static enum cql_compression compression_of(const cql_message *startup)
{
	for (uint16_t i = 0; i < startup->as.options.count; i++) {
		const cql_option *option = &startup->as.options.at[i];
		if (is(option->key, "COMPRESSION"))
			return is(*option->values, "lz4") ? CQL_COMPRESSION_LZ4
							  : CQL_COMPRESSION_SNAPPY;
	}
	return CQL_COMPRESSION_NONE;
}

static void print_rows(const cql_result *result)
{
	const cql_metadata *metadata = &result->metadata;
	coodie_cell cells[1000];
	cql_blob rows = result->rows;

	if (!metadata->columns || metadata->column_count > 1000)
		return;
	while (cql_rows_next(&rows, cells, metadata->column_count, NULL)) {
		for (uint32_t i = 0; i < metadata->column_count; i++) {
			const cql_column_spec *column = &metadata->columns[i];
			cql_value value;
			char text[200] = "?";
			if (cql_decode(column->type, cql_blob_of(cells[i].data, cells[i].len),
				       &value, NULL))
				cql_literal_format(column->type, value, text, sizeof text);
			printf("%s%.*s = %s", i ? ", " : "    ", TEXT(column->name), text);
		}
		printf("\n");
	}
}

static void print(const cql_message *m)
{
	printf("%5d %s", m->stream, cql_opcode_name(m->opcode));
	if (m->opcode == CQL_OP_QUERY)
		printf(" %.*s", TEXT(m->as.query.cql));
	else if (m->opcode == CQL_OP_PREPARE)
		printf(" %.*s", TEXT(m->as.prepare.cql));
	else if (m->opcode == CQL_OP_ERROR)
		printf(" 0x%04x %.*s", (unsigned)m->as.error.code, TEXT(m->as.error.message));
	printf("\n");
	if (m->opcode == CQL_OP_RESULT && m->as.result.kind == COODIE_RESULT_ROWS)
		print_rows(&m->as.result);
}

/* What both sides have agreed on. */
struct agreed {
	unsigned version; /* 0: nothing yet */
	enum cql_compression compression;
};

/* In v5 all that follows STARTUP, and its answer, is in segments; in v4 its answer is packed. */
static void follow(cql_inbox *in, const cql_message *m, struct agreed *agreed)
{
	if (m->opcode == CQL_OP_STARTUP)
		*agreed = (struct agreed){ m->version, compression_of(m) };
	if (m->opcode == CQL_OP_STARTUP || m->opcode == CQL_OP_READY ||
	    m->opcode == CQL_OP_AUTHENTICATE)
		cql_inbox_switch(in, agreed->version, agreed->compression);
}

static bool dissect(const char *path, enum cql_role reader, struct agreed *agreed)
{
	FILE *file = fopen(path, "rb");
	cql_inbox *in = cql_inbox_new(reader, NULL, NULL, NULL);
	cql_arena *arena = cql_arena_new(NULL, NULL);
	enum cql_inbox_status status = CQL_INBOX_MORE;
	coodie_error err = { .code = COODIE_OK };
	unsigned char bytes[4096];
	cql_envelope envelope;
	cql_message message;
	size_t got;

	if (in && agreed->version == 4)
		cql_inbox_switch(in, 4, agreed->compression);
	while (file && in && arena && (got = fread(bytes, 1, sizeof bytes, file)) > 0 &&
	       status != CQL_INBOX_FAILED && cql_inbox_feed(in, bytes, got, &err))
		while ((status = cql_inbox_next(in, &envelope, &err)) == CQL_INBOX_ENVELOPE) {
			cql_arena_reset(arena);
			if (!cql_message_read(&envelope, NULL, arena, &message, &err)) {
				printf("%s\n", err.message);
				continue;
			}
			print(&message);
			follow(in, &message, agreed);
		}
	if (status == CQL_INBOX_FAILED)
		fprintf(stderr, "%s: %s\n", path, err.message);
	if (file)
		fclose(file);
	else
		perror(path);
	cql_arena_free(arena);
	cql_inbox_free(in);
	return file && status != CQL_INBOX_FAILED;
}

int main(int argc, char **argv)
{
	struct agreed agreed = { 0 };

	if (argc != 3) {
		fprintf(stderr, "usage: dissect CLIENT-BYTES SERVER-BYTES\n");
		return 2;
	}
	bool ok = dissect(argv[1], CQL_SERVER, &agreed);

	return dissect(argv[2], CQL_CLIENT, &agreed) && ok ? 0 : 1;
}
