/* SPDX-License-Identifier: MIT */
/* `coodie wire encode-value` and `decode-value`: one value between CQL and bytes. */
#include <ctype.h>
#include <string.h>

#include "tools/wire.h"

struct command {
	const char *name, *usage, *second;
};

static const struct command encode = {
	"wire encode-value",
	"Usage: coodie wire encode-value [--hex] TYPE TEXT\n\n"
	"Prints the bytes of a value, without their length, as hexadecimal digits: TEXT is a CQL\n"
	"literal of the type TYPE. --hex prints the digits alone, without the words of null.\n\n"
	"Examples:\n"
	"  coodie wire encode-value int 42\n"
	"  coodie wire encode-value 'map<text, list<uuid>>' \"{'a': []}\"\n"
	"  coodie wire encode-value 'udt<shop.address, street:text, zip:int>' \"{street: 'x'}\"",
	"the value",
};
static const struct command decode = {
	"wire decode-value",
	"Usage: coodie wire decode-value TYPE HEX\n\n"
	"Prints the value of bytes as a CQL literal. HEX may begin with 0x and hold spaces.\n\n"
	"Example:\n"
	"  coodie wire decode-value 'tuple<int, text>' 000000040000002a0000000161",
	"the bytes",
};

/* Takes the two operands; a text may begin with a dash: only --words are options. */
static int parse(const struct command *command, int argc, char **argv, const char *operands[2],
		 bool *hex)
{
	int count = 0;
	bool options = true;

	for (int i = 1; i < argc; i++) {
		if (options && (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))) {
			puts(command->usage);
			return TOOL_OK;
		}
		if (options && !strcmp(argv[i], "--"))
			options = false;
		else if (options && hex && !strcmp(argv[i], "--hex"))
			*hex = true;
		else if (options && !strncmp(argv[i], "--", 2) &&
			 isalpha((unsigned char)argv[i][2]))
			return tool_misuse(command->name, "there is no option %s", argv[i]);
		else if (count == 2)
			return tool_misuse(command->name,
					   "a type and %s are enough, and %s is more",
					   command->second, argv[i]);
		else
			operands[count++] = argv[i];
	}
	return count == 2 ? -1 : tool_misuse(command->name, "give a type and %s", command->second);
}

static int fail(const struct command *command, const char *what, const coodie_error *err)
{
	fprintf(stderr, "coodie %s: %s: %s (%s)\n", command->name, what, err->message,
		coodie_errc_name(err->code));
	return TOOL_FAILED;
}

static int print_bytes(struct wire_memory *m, const char *const operands[2], bool hex)
{
	const cql_type *type;
	cql_value value;
	cql_blob bytes;
	coodie_error err;

	type = wire_type_parse(m, operands[0], &err);
	if (!type)
		return fail(&encode, "the type", &err);
	if (!cql_literal_parse(type, operands[1], m->arena, &value, &err) ||
	    !cql_encode(type, value, m->arena, &bytes, &err))
		return fail(&encode, "the value", &err);
	if (!bytes.data)
		puts(hex ? "" : "null: no bytes, and the length -1 in front of them");
	else
		puts(json_hex(&m->pool, bytes.data, bytes.len)->text);
	return TOOL_OK;
}

int wire_encode_value(int argc, char **argv)
{
	const char *operands[2];
	struct wire_memory m;
	bool hex = false;
	int outcome = parse(&encode, argc, argv, operands, &hex);

	if (outcome >= 0)
		return outcome;
	wire_memory_init(&m);
	outcome = print_bytes(&m, operands, hex);
	wire_memory_deinit(&m);
	return outcome;
}

/* The digits of the text, without the spaces. */
static bool read_bytes(struct wire_memory *m, const char *text, cql_blob *out)
{
	struct json *digits = json_text(&m->pool, "", 0);
	char *at = pool_get(&m->pool, strlen(text) + 1, 1);

	digits->text = at;
	text += strncmp(text, "0x", 2) == 0 ? 2 : 0;
	for (; *text; text++)
		if (!isspace((unsigned char)*text))
			at[digits->len++] = *text;
	return json_to_hex(&m->pool, digits, &out->data, &out->len);
}

static int print_value(struct wire_memory *m, const char *const operands[2])
{
	const cql_type *type;
	cql_value value;
	cql_blob bytes;
	coodie_error err;

	type = wire_type_parse(m, operands[0], &err);
	if (!type)
		return fail(&decode, "the type", &err);
	if (!read_bytes(m, operands[1], &bytes))
		return tool_misuse(decode.name, "%s: it must be pairs of hexadecimal digits",
				   operands[1]);
	if (!cql_decode(type, bytes, &value, &err))
		return fail(&decode, "the bytes", &err);
	puts(wire_value_literal(&m->pool, type, value));
	return TOOL_OK;
}

int wire_decode_value(int argc, char **argv)
{
	const char *operands[2];
	struct wire_memory m;
	int outcome = parse(&decode, argc, argv, operands, NULL);

	if (outcome >= 0)
		return outcome;
	wire_memory_init(&m);
	outcome = print_value(&m, operands);
	wire_memory_deinit(&m);
	return outcome;
}
