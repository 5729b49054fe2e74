/* SPDX-License-Identifier: MIT */
/* token(), and the functions between blobs and other types. */
#include <stdio.h>
#include <string.h>

#include <coodie/token.h>

#include "node/function/function.h"
#include "proto/print.h"
#include "proto/value.h"

/* ---- token ------------------------------------------------------------------------------------ */

/* Joins the columns of a partition key as cql_routing_key() does. */
static uint8_t *join(const struct nd_call *c, size_t *len)
{
	uint8_t *key, *at;

	*len = 0;
	for (uint32_t i = 0; i < c->count; i++) {
		if (c->arguments[i].len > UINT16_MAX) {
			nd_refuse(c->problem, ND_INVALID,
				  "Key length of %zu is longer than maximum of 65535",
				  c->arguments[i].len);
			return NULL;
		}
		*len += c->arguments[i].len + 3;
	}
	if (!(key = at = cd_arena_take(c->arena, *len))) {
		nd_no_memory(c->problem);
		return NULL;
	}
	for (uint32_t i = 0; i < c->count; i++) {
		size_t n = c->arguments[i].len;
		cd_put_be16(at, (uint16_t)n);
		if (n)
			memcpy(at + 2, c->arguments[i].data, n);
		at[2 + n] = 0;
		at += n + 3;
	}
	return key;
}

bool nd_call_token(const struct nd_call *c, struct nd_value *out)
{
	const uint8_t *key = c->arguments[0].data;
	size_t len = c->arguments[0].len;

	for (uint32_t i = 0; i < c->count; i++)
		if (c->arguments[i].presence != ND_VALUE)
			return true;
	if (c->count > 1 && !(key = join(c, &len)))
		return false;
	return nd_value_of_integer(c, cql_murmur3_token(key, len), 8, out);
}

/* ---- blobs ------------------------------------------------------------------------------------ */

static bool as_blob(const struct nd_call *c, struct nd_value *out)
{
	*out = c->arguments[0];
	return true;
}

static bool of_blob(const struct nd_call *c, struct nd_value *out)
{
	struct cd_span bytes = { c->arguments[0].data, c->arguments[0].len };
	struct cd_print p = { NULL, 0, 0 };
	char *hex;

	*out = c->arguments[0];
	if (out->presence != ND_VALUE || cd_value_check(c->function->result, bytes, NULL))
		return true;
	cd_print_hex(&p, bytes.at, bytes.len);
	if (!(hex = cd_arena_take(c->arena, p.len + 1)))
		return nd_no_memory(c->problem);
	p = (struct cd_print){ hex, p.len + 1, 0 };
	cd_print_hex(&p, bytes.at, bytes.len);
	cd_print_end(&p);
	return nd_refuse(c->problem, ND_INVALID,
			 "In call to function system.%s, value %s is not a valid binary "
			 "representation for type %s",
			 c->function->name, hex, nd_type_text(c->arena, c->function->result));
}

static const struct {
	const char *name;
	enum cql_kind kind;
} types[] = {
#define X(id_name, id, cql, class_name, size) { cql, CQL_KIND_##id_name },
#include <coodie/types.def>
#undef X
	{ "varchar", CQL_KIND_TEXT },
};

bool nd_function_blobs(struct nd_candidates *c)
{
	static const char *const forms[][2] = {
		{ "%s_as_blob", "blob_as_%s" },
		{ "%sasblob", "blobas%s" },
	};
	char name[64];

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		const cql_type *type = cd_type_native(types[i].kind), *blob;
		if (!type || type->kind == CQL_KIND_BLOB)
			continue;
		blob = cd_type_native(CQL_KIND_BLOB);
		for (size_t n = 0; n < 4; n++) {
			snprintf(name, sizeof name, forms[n / 2][n % 2], types[i].name);
			if (strcmp(name, c->name) != 0)
				continue;
			struct nd_function *f = nd_candidates_add(c, c->name, n % 2 ? type : blob,
								  1, n % 2 ? of_blob : as_blob);
			if (!f)
				return false;
			f->arguments[0] = n % 2 ? blob : type;
		}
	}
	return true;
}
