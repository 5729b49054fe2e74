/* SPDX-License-Identifier: MIT */
/* Payload entries by the user's hook: copied, counted, bounded. */
#include "net/metrics/outgoing.h"

#include <string.h>

#include <coodie/attempts.h>

#include "base/error.h"
#include "net/options/options.h"

/* Room for one more entry. */
static bool make_room(struct coodie_outgoing *o)
{
	uint16_t size = o->size ? (uint16_t)(o->size * 2) : 4;
	cql_payload *entries;

	if (o->count < o->size)
		return true;
	entries = o->size < UINT16_MAX / 2 ? cd_arena_take_array(o->arena, size, sizeof *entries)
					   : NULL;
	if (!entries)
		return false;
	if (o->count)
		memcpy(entries, o->entries, o->count * sizeof *entries);
	o->entries = entries;
	o->size = size;
	return true;
}

bool cd_outgoing_init(struct coodie_outgoing *o, struct cd_arena *arena, const char *cql,
		      const cql_payload *entries, uint16_t count, coodie_error *err)
{
	*o = (struct coodie_outgoing){ .cql = cql ? cql : "", .arena = arena };
	for (uint16_t i = 0; i < count; i++) {
		if (!make_room(o))
			return cd_no_memory(err, "a custom payload");
		o->entries[o->count++] = entries[i];
	}
	return true;
}

const char *coodie_outgoing_cql(const coodie_outgoing *request)
{
	return request ? request->cql : "";
}

bool coodie_outgoing_add(coodie_outgoing *request, const char *key, const void *data, size_t len,
			 coodie_error *err)
{
	struct coodie_outgoing *o = request;
	size_t key_len = key ? strlen(key) : 0;
	void *bytes;
	char *name;

	cd_clear(err);
	if (!o || !key_len || (!data && len))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "an entry of a payload needs a key and a value");
	if (key_len > COODIE_OUTGOING_MAX || len > COODIE_OUTGOING_MAX ||
	    o->len + key_len + len > COODIE_OUTGOING_MAX)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "%.40s: %zu bytes are too much beside %u; all entries have %d", key,
			       len, (unsigned)o->len, COODIE_OUTGOING_MAX);
	name = cd_arena_strndup(o->arena, key, key_len);
	bytes = cd_arena_take(o->arena, len ? len : 1);
	if (!name || !bytes || !make_room(o))
		return cd_no_memory(err, "an entry of a custom payload");
	if (len)
		memcpy(bytes, data, len);
	o->entries[o->count++] = (cql_payload){ .key = { .data = name, .len = key_len },
						.value = { .data = bytes, .len = len } };
	o->len += (uint32_t)(key_len + len);
	return true;
}

void coodie_outgoing_set_context(coodie_outgoing *request, void *context)
{
	if (request)
		request->context = context;
}

void coodie_options_set_outgoing(coodie_options *o, coodie_outgoing_fn *fn, void *user)
{
	if (!o)
		return;
	o->outgoing = fn;
	o->outgoing_user = user;
}
