/* SPDX-License-Identifier: MIT */
/* Deleted ranges of a partition's rows: cut so that no two overlap, the younger deletion on top. */
#include "node/store/store_parts.h"

#include <string.h>

#include "base/alloc.h"

/* ---- in one piece of memory -------------------------------------------------------------------- */

static size_t key_size(const struct nd_clustering *key)
{
	size_t size = key->count * sizeof *key->values;

	for (uint32_t i = 0; i < key->count; i++)
		size += key->values[i].len;
	return size;
}

static void copy_key(struct nd_clustering *key, cql_blob **values, uint8_t **bytes)
{
	cql_blob *out = *values;

	for (uint32_t i = 0; i < key->count; i++) {
		out[i] = (cql_blob){ *bytes, key->values[i].len };
		if (out[i].len)
			memcpy(*bytes, key->values[i].data, out[i].len);
		*bytes += out[i].len;
	}
	key->values = out;
	*values += key->count;
}

/* NULL: out of memory. */
static struct nd_ranges *pack(const coodie_allocator *a, const struct nd_range *at, uint32_t count)
{
	struct nd_ranges *r;
	size_t size = sizeof *r + count * sizeof *at, blobs = 0;
	cql_blob *values;
	uint8_t *bytes;

	for (uint32_t i = 0; i < count; i++) {
		size += key_size(&at[i].from.key) + key_size(&at[i].to.key);
		blobs += at[i].from.key.count + at[i].to.key.count;
	}
	r = cd_alloc(a, size);
	if (!r)
		return NULL;
	r->count = count;
	memcpy(r->at, at, count * sizeof *at);
	values = (cql_blob *)(void *)(r->at + count);
	bytes = (uint8_t *)(values + blobs);
	for (uint32_t i = 0; i < count; i++) {
		copy_key(&r->at[i].from.key, &values, &bytes);
		copy_key(&r->at[i].to.key, &values, &bytes);
	}
	return r;
}

/* ---- one more ---------------------------------------------------------------------------------- */

struct cut {
	struct nd_range *at; /* room for all */
	uint32_t count;
};

/* Appends from .. to, unless that is nothing; to the one before when they are the same deletion. */
static void append(struct cut *out, const struct nd_range *deletion, struct nd_place from,
		   struct nd_place to)
{
	struct nd_range *last = out->count ? &out->at[out->count - 1] : NULL;

	if (nd_place_compare(&from, &to) >= 0)
		return;
	if (last && last->deletion_us == deletion->deletion_us &&
	    nd_place_compare(&last->to, &from) == 0) {
		last->to = to;
		if (last->deleted_at < deletion->deleted_at)
			last->deleted_at = deletion->deleted_at;
		return;
	}
	out->at[out->count] = *deletion;
	out->at[out->count].from = from;
	out->at[out->count++].to = to;
}

static struct nd_place later(struct nd_place a, struct nd_place b)
{
	return nd_place_compare(&a, &b) >= 0 ? a : b;
}

static struct nd_place earlier(struct nd_place a, struct nd_place b)
{
	return nd_place_compare(&a, &b) <= 0 ? a : b;
}

/* `old` with `more` laid over it: of both, where they meet, the younger one. */
static void lay_over(const struct nd_ranges *old, const struct nd_range *more, struct cut *out)
{
	struct nd_place at = more->from; /* from here on `more` has not been appended yet */

	for (uint32_t i = 0; old && i < old->count; i++) {
		const struct nd_range *r = &old->at[i];
		if (nd_place_compare(&r->to, &more->from) <= 0) {
			append(out, r, r->from, r->to);
			continue;
		}
		if (r->deletion_us >= more->deletion_us) {
			append(out, more, at, earlier(r->from, more->to));
			append(out, r, r->from, r->to);
			at = later(at, earlier(r->to, more->to));
			continue;
		}
		append(out, r, r->from, earlier(r->to, more->from));
		append(out, more, at, earlier(later(r->to, at), more->to));
		at = later(at, earlier(r->to, more->to));
		append(out, r, later(r->from, more->to), r->to);
	}
	append(out, more, at, more->to);
}

bool nd_ranges_add(const coodie_allocator *a, const struct nd_ranges *old,
		   const struct nd_range *more, struct nd_ranges **out)
{
	struct cut cut = { NULL, 0 };

	/* each of the old ones is cut in two at most, with a piece of the new one beside it */
	cut.at = cd_alloc_array(a, 3 * ((old ? old->count : 0) + (size_t)1), sizeof *cut.at);
	if (!cut.at)
		return false;
	lay_over(old, more, &cut);
	*out = pack(a, cut.at, cut.count);
	cd_release(a, cut.at);
	return *out;
}

/* ---- what is there ----------------------------------------------------------------------------- */

int64_t nd_ranges_cover(const struct nd_ranges *r, const struct nd_table *t,
			struct nd_clustering row)
{
	struct nd_place before = { t, row, -1 };
	uint32_t low = 0, high = r ? r->count : 0;

	/* the first one that ends behind the row */
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (nd_place_compare(&r->at[middle].to, &before) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (!r || low == r->count || nd_place_compare(&r->at[low].from, &before) > 0)
		return ND_NEVER;
	return r->at[low].deletion_us;
}

void nd_ranges_purge(struct nd_ranges *r, int64_t deletion_us, int64_t tombstones)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; r && i < r->count; i++)
		if (r->at[i].deletion_us > deletion_us && r->at[i].deleted_at >= tombstones)
			r->at[kept++] = r->at[i];
	if (r)
		r->count = kept;
}
