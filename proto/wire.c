/* SPDX-License-Identifier: MIT */
/* Values and types on the wire, for those who have no session. */
#include <coodie/wire.h>

#include "base/error.h"
#include "base/cql_arena.h"
#include "proto/value.h"

enum { DEEPEST = 64 }; /* of types, whatever the terms say: each level is a frame on the stack */

/* Moves what was built into the arena, `skip` bytes off its beginning. */
static bool keep(struct cd_buffer *b, size_t skip, cql_arena *arena, cql_blob *out,
		 coodie_error *err)
{
	size_t len = b->len - skip;
	uint8_t *copy = cd_arena_take(&arena->arena, len);

	if (!copy)
		return cd_no_memory(err, "the bytes of a value");
	if (len)
		memcpy(copy, b->data + skip, len);
	*out = (cql_blob){ copy, len };
	return true;
}

bool cql_encode(const cql_type *type, cql_value value, cql_arena *arena, cql_blob *out,
		coodie_error *err)
{
	struct cd_buffer b;

	cd_clear(err);
	if (value.is.tag == CQL_TAG_UNSET)
		return cd_fail(err, COODIE_ERR_TYPE, "unset is a bind, it has no bytes");
	if (value.is.tag == CQL_TAG_NULL) {
		*out = (cql_blob){ NULL, 0 };
		return true;
	}
	cd_buffer_init(&b, &arena->allocator, 0);
	bool ok = cd_value_encode(&b, type, &value, err) && keep(&b, 4, arena, out, err);
	cd_buffer_deinit(&b);
	return ok;
}

bool cql_decode(const cql_type *type, cql_blob bytes, cql_value *out, coodie_error *err)
{
	struct cd_span cell = { bytes.data, bytes.len };

	cd_clear(err);
	return cd_value_check(type, cell, err) && cd_value_decode(type, cell, out, err);
}

bool cql_type_write(const cql_type *type, unsigned version, cql_arena *arena, cql_blob *out,
		    coodie_error *err)
{
	struct cd_buffer b;
	bool ok;

	cd_clear(err);
	if (version != 4 && version != 5)
		return cd_fail(err, COODIE_ERR_INVALID, "protocol version %u, not 4 or 5", version);
	cd_buffer_init(&b, &arena->allocator, 0);
	cd_type_encode(&b, type, version);
	if (!b.failed)
		ok = keep(&b, 0, arena, out, err);
	else if (b.too_long)
		ok = cd_fail(err, COODIE_ERR_LIMIT, "a name of more than 65535 bytes in a type");
	else
		ok = cd_no_memory(err, "the bytes of a type");
	cd_buffer_deinit(&b);
	return ok;
}

const cql_type *cql_type_read(cql_blob bytes, const cql_terms *terms, cql_arena *arena,
			      coodie_error *err)
{
	struct cd_reader r = cd_reader_over(bytes.data, bytes.len);
	unsigned depth = terms && terms->max_depth ? terms->max_depth : CD_TYPE_DEPTH;

	cd_clear(err);
	const cql_type *type = cd_type_decode(&r, &arena->arena, depth < DEEPEST ? depth : DEEPEST,
					      err);
	if (type && cd_reader_left(&r))
		return cd_fail_null(err, COODIE_ERR_PROTOCOL, "%zu bytes behind a type",
				    cd_reader_left(&r));
	return type;
}
