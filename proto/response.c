/* SPDX-License-Identifier: MIT */
/* Bodies of responses, in the order of v4 section 4.2. */
#include "proto/response.h"

#include <strings.h>

#include "base/error.h"

static bool cut_short(const char *what, coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_PROTOCOL, "%s: the body ends too early", what);
}

/* ---- SUPPORTED ------------------------------------------------------------------------------ */

static bool read_values(struct cd_reader *r, struct cd_arena *a, struct cd_option *o,
			bool *no_memory)
{
	o->value_count = cd_reader_be16(r);
	if (o->value_count > cd_reader_left(r) / 2)
		r->failed = true;
	if (r->failed)
		return false;
	o->values = cd_arena_take_array(a, o->value_count + 1u, sizeof *o->values);
	*no_memory |= !o->values;
	for (uint16_t i = 0; i < o->value_count && !r->failed && !*no_memory; i++)
		o->values[i] = cd_read_string_copy(r, a, no_memory);
	return !r->failed && !*no_memory;
}

bool cd_read_supported(struct cd_reader *r, struct cd_arena *a, struct cd_supported *out,
		       coodie_error *err)
{
	struct cd_supported s = { .count = cd_reader_be16(r) };
	bool no_memory = false;

	if (r->failed || s.count > cd_reader_left(r) / 4)
		return cut_short("SUPPORTED", err);
	s.at = cd_arena_take_array(a, s.count ? s.count : 1u, sizeof *s.at);
	no_memory = !s.at;
	for (uint16_t i = 0; i < s.count && !r->failed && !no_memory; i++) {
		s.at[i].key = cd_read_string_copy(r, a, &no_memory);
		read_values(r, a, &s.at[i], &no_memory);
	}
	if (no_memory)
		return cd_no_memory(err, "the server's options");
	if (r->failed)
		return cut_short("SUPPORTED", err);
	*out = s;
	return true;
}

void cd_write_supported(struct cd_buffer *b, const struct cd_supported *s)
{
	cd_buffer_be16(b, s->count);
	for (uint16_t i = 0; i < s->count; i++) {
		cd_write_str(b, s->at[i].key);
		cd_buffer_be16(b, s->at[i].value_count);
		for (uint16_t j = 0; j < s->at[i].value_count; j++)
			cd_write_str(b, s->at[i].values[j]);
	}
}

static const struct cd_option *find(const struct cd_supported *s, const char *key)
{
	for (uint16_t i = 0; i < s->count; i++)
		if (strcasecmp(s->at[i].key, key) == 0)
			return &s->at[i];
	return NULL;
}

const char *cd_supported_value(const struct cd_supported *s, const char *key, size_t i)
{
	const struct cd_option *o = find(s, key);

	return o && i < o->value_count ? o->values[i] : NULL;
}

bool cd_supported_has(const struct cd_supported *s, const char *key, const char *value)
{
	const struct cd_option *o = find(s, key);

	for (uint16_t i = 0; o && i < o->value_count; i++)
		if (strcasecmp(o->values[i], value) == 0)
			return true;
	return false;
}

/* ---- the others ----------------------------------------------------------------------------- */

bool cd_read_authenticate(struct cd_reader *r, struct cd_span *class_name, coodie_error *err)
{
	struct cd_span s = cd_read_string(r);

	if (r->failed)
		return cut_short("AUTHENTICATE", err);
	*class_name = s;
	return true;
}

void cd_write_authenticate(struct cd_buffer *b, const char *class_name)
{
	cd_write_str(b, class_name);
}

bool cd_read_auth_token(struct cd_span body, struct cd_span *token, coodie_error *err)
{
	struct cd_reader r = cd_reader_over(body.at, body.len);
	struct cd_span t = cd_read_bytes(&r);

	if (r.failed)
		return cut_short("authentication token", err);
	*token = t;
	return true;
}

void cd_write_auth_token(struct cd_buffer *b, struct cd_span token)
{
	cd_write_bytes(b, token.at, token.len);
}
