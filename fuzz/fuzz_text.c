/* SPDX-License-Identifier: MIT */
/* Text forms: what is parsed is formatted and parsed to the same; every number has a text.
 *
 * Input: a byte that chooses the form, then the text, or the number. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "fuzz/value.h"

static size_t format_uuid(const void *what, char *out, size_t size)
{
	char text[CQL_UUID_TEXT_SIZE];
	size_t len = strlen(cql_uuid_format(*(const cql_uuid *)what, text));

	if (size)
		strncpy(out, text, size)[size - 1] = '\0';
	return len;
}

static size_t format_inet(const void *what, char *out, size_t size)
{
	char text[CQL_INET_TEXT_SIZE];
	size_t len = strlen(cql_inet_format(*(const cql_inet *)what, text));

	if (size)
		strncpy(out, text, size)[size - 1] = '\0';
	return len;
}

static size_t format_value(const void *what, char *out, size_t size)
{
	return cql_value_format(*(const cql_value *)what, out, size);
}

/* A form without an arena: parse and format of a value that holds everything. */
#define PLAIN(type, name) \
	static bool parse_##name(const char *text, cql_arena *arena, void *out, coodie_error *err) \
	{ \
		(void)arena; \
		return cql_##name##_parse(text, out, err); \
	}
#define VIEW(type, name) \
	static bool parse_##name(const char *text, cql_arena *arena, void *out, coodie_error *err) \
	{ \
		return cql_##name##_parse(text, arena, out, err); \
	}
#define FORMAT(type, name) \
	static size_t format_##name(const void *what, char *out, size_t size) \
	{ \
		return cql_##name##_format(*(const type *)what, out, size); \
	}
#define VALUE(type, name) \
	static cql_value value_##name(const void *what) \
	{ \
		return cql_from_##name(*(const type *)what); \
	}

PLAIN(cql_uuid, uuid)
VALUE(cql_uuid, uuid)
PLAIN(cql_inet, inet)
VALUE(cql_inet, inet) PLAIN(cql_date, date) FORMAT(cql_date, date) VALUE(cql_date, date)
	PLAIN(cql_time, time) FORMAT(cql_time, time) VALUE(cql_time, time)
		PLAIN(cql_timestamp, timestamp) FORMAT(cql_timestamp,
						       timestamp) VALUE(cql_timestamp, timestamp)
			PLAIN(cql_duration, duration) FORMAT(cql_duration,
							     duration) VALUE(cql_duration, duration)
				VIEW(cql_decimal, decimal) FORMAT(cql_decimal, decimal)
					VALUE(cql_decimal, decimal) VIEW(cql_varint, varint)
						FORMAT(cql_varint, varint) VALUE(cql_varint, varint)
							VIEW(cql_blob, blob) FORMAT(cql_blob, blob)
								VALUE(cql_blob, blob)

									static const struct form {
	const char *type;
	bool (*parse)(const char *text, cql_arena *arena, void *out, coodie_error *err);
	fuzz_format_fn *format;
	cql_value (*value)(const void *what);
} forms[] = {
#define FORM(name) { #name, parse_##name, format_##name, value_##name },
	FORM(uuid) FORM(inet) FORM(date) FORM(time) FORM(timestamp) FORM(duration) FORM(decimal)
		FORM(varint) FORM(blob)
};

enum { FORM_COUNT = sizeof forms / sizeof *forms, FROM_BYTES = 0x80 };

/* Any of the C types above. */
union any {
	cql_uuid uuid;
	cql_inet inet;
	cql_date date;
	cql_time time;
	cql_timestamp timestamp;
	cql_duration duration;
	cql_decimal decimal;
	cql_varint varint;
	cql_blob blob;
};

static cql_blob encode(const struct form *form, const union any *what, cql_arena *arena)
{
	coodie_error err;
	cql_blob bytes;
	cql_type *type = cql_type_parse(form->type, NULL);

	FUZZ_CHECK_OK(cql_encode(type, form->value(what), arena, &bytes, &err), &err);
	cql_type_free(type);
	return bytes;
}

/* The text of a value is read as the same value, and written as the same text. */
static void check(const struct form *form, const union any *what, cql_arena *arena)
{
	union any again;
	coodie_error err;
	size_t len, second_len;
	char *text = fuzz_formatted(form->format, what, &len);

	FUZZ_CHECK(strlen(text) == len);
	FUZZ_CHECK_OK(form->parse(text, arena, &again, &err), &err);
	FUZZ_CHECK(fuzz_same(encode(form, what, arena), encode(form, &again, arena)));
	char *second = fuzz_formatted(form->format, &again, &second_len);
	FUZZ_CHECK(!strcmp(text, second));
	cql_value value = form->value(what);
	free(second);
	second = fuzz_formatted(format_value, &value, &second_len);
	free(second);
	free(text);
}

static void from_text(const struct form *form, cql_blob in)
{
	struct fuzz_budget reading, writing;
	union any what;
	char *text = fuzz_text(in);

	fuzz_budget_init(&reading, in.len, FUZZ_TIMES);
	fuzz_budget_ours(&writing);
	cql_arena *arena = fuzz_arena(&reading), *ours = fuzz_arena(&writing);
	if (form->parse(text, arena, &what, NULL))
		check(form, &what, ours);
	cql_arena_free(arena);
	cql_arena_free(ours);
	fuzz_budget_end(&reading);
	fuzz_budget_end(&writing);
	free(text);
}

/* A value of the wire has a text, unless it is one that nobody would write. */
static void from_bytes(const struct form *form, cql_blob in)
{
	struct fuzz_budget budget;
	cql_value value;
	cql_type *type = cql_type_parse(form->type, NULL);

	fuzz_budget_ours(&budget);
	cql_arena *arena = fuzz_arena(&budget);
	if (cql_decode(type, in, &value, NULL) && value.is.tag >= CQL_TAG_BLOB &&
	    value.is.tag <= CQL_TAG_DECIMAL && fuzz_value_walk(value, 0)) {
		union any what;
		memcpy(&what, &value.as, sizeof what);
		check(form, &what, arena);
	}
	cql_type_free(type);
	cql_arena_free(arena);
	fuzz_budget_end(&budget);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cql_blob in = { data, size };
	uint8_t choice = fuzz_u8(&in);
	const struct form *form = &forms[(choice & ~FROM_BYTES) % FORM_COUNT];

	if (choice & FROM_BYTES)
		from_bytes(form, in);
	else
		from_text(form, in);
	return 0;
}
