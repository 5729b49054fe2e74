/* SPDX-License-Identifier: MIT */
/* Prepared statements: the public type, and the cache (chained hash table and list by use). */
#include "net/engine/prepared.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "proto/execute.h"
#include "proto/type.h"

enum { FIRST_BUCKETS = 64 };

/* ---- the public calls ----------------------------------------------------------------------- */

void coodie_prepared_free(coodie_prepared *p)
{
	if (p)
		cd_prepared_unref(p);
}

void cd_prepared_end(coodie_prepared *p)
{
	coodie_allocator a = p->allocator;
	cd_metadata_free(p->home);
	cd_metadata_free(p->result);
	cql_execute_free(p->execute);
	cd_release(&a, p->id);
	cd_release(&a, p->cql);
	cd_release(&a, p->keyspace);
	cd_release(&a, p);
}

void cd_prepared_look(struct coodie_prepared *out, const struct coodie_prepared *p)
{
	*out = (struct coodie_prepared){
		.cql = p->cql,
		.cql_len = p->cql_len,
		.keyspace = p->keyspace,
		.own_keyspace = p->own_keyspace,
		.home = p->home,
		.binds = p->binds,
		.markers = p->markers,
		.traits = p->traits,
		.routing = cd_routing_unrouted(&p->routing),
	};
	atomic_init(&out->refs, 1);
}

/* ---- the cache ------------------------------------------------------------------------------ */

void cd_prepared_cache_init(struct cd_prepared_cache *c, const coodie_allocator *a, uint32_t max)
{
	*c = (struct cd_prepared_cache){ .allocator = a, .max = max ? max : 1 };
}

void cd_prepared_cache_deinit(struct cd_prepared_cache *c)
{
	while (c->newest)
		cd_prepared_forget(c, c->newest);
	cd_release(c->allocator, c->buckets);
	*c = (struct cd_prepared_cache){ 0 };
}

/* FNV-1a of both texts with a byte between them that no text has. */
static uint64_t hash_of(const char *cql, const char *keyspace)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (const char *at = keyspace; *at; at++)
		h = (h ^ (uint8_t)*at) * UINT64_C(0x100000001b3);
	h = (h ^ 0xff) * UINT64_C(0x100000001b3);
	for (const char *at = cql; *at; at++)
		h = (h ^ (uint8_t)*at) * UINT64_C(0x100000001b3);
	return h;
}

static void unlink_use(struct cd_prepared_cache *c, struct coodie_prepared *p)
{
	*(p->newer ? &p->newer->older : &c->newest) = p->older;
	*(p->older ? &p->older->newer : &c->oldest) = p->newer;
	p->newer = p->older = NULL;
}

static void link_use(struct cd_prepared_cache *c, struct coodie_prepared *p)
{
	p->newer = NULL;
	p->older = c->newest;
	*(c->newest ? &c->newest->newer : &c->oldest) = p;
	c->newest = p;
}

void cd_prepared_forget(struct cd_prepared_cache *c, struct coodie_prepared *p)
{
	if (!p->cached)
		return;
	struct coodie_prepared **at = &c->buckets[p->hash & (c->size - 1)];
	while (*at != p)
		at = &(*at)->chain;
	*at = p->chain;
	p->chain = NULL;
	unlink_use(c, p);
	p->cached = false;
	c->count--;
	if (c->last == p)
		c->last = NULL;
	coodie_prepared_free(p);
}

void cd_prepared_cache_flush(struct cd_prepared_cache *c)
{
	for (struct coodie_prepared *p = c->newest, *older; p; p = older) {
		older = p->older;
		if (cd_prepared_is_known(p))
			cd_prepared_forget(c, p);
	}
}

/* Twice the buckets; with the old ones it works too, only slower. */
static bool grow(struct cd_prepared_cache *c)
{
	size_t size = c->size ? c->size * 2 : FIRST_BUCKETS;
	struct coodie_prepared **buckets = cd_alloc_array(c->allocator, size, sizeof(void *));

	if (!buckets)
		return c->size != 0;
	for (struct coodie_prepared *p = c->newest; p; p = p->older) {
		struct coodie_prepared **at = &buckets[p->hash & (size - 1)];
		p->chain = *at;
		*at = p;
	}
	cd_release(c->allocator, c->buckets);
	c->buckets = buckets;
	c->size = size;
	return true;
}

static struct coodie_prepared *make_prepared(struct cd_prepared_cache *c, const char *cql,
					     const char *keyspace)
{
	struct coodie_prepared *p = cd_alloc_zero(c->allocator, sizeof *p);

	if (!p)
		return NULL;
	p->allocator = *c->allocator;
	atomic_init(&p->refs, 1);
	p->cql_len = strlen(cql);
	p->traits = cd_statement_look(cql, p->cql_len);
	p->cql = cd_strndup(c->allocator, cql, p->cql_len);
	p->keyspace = cd_strndup(c->allocator, keyspace, strlen(keyspace));
	if (p->cql && p->keyspace)
		return p;
	coodie_prepared_free(p);
	return NULL;
}

static struct coodie_prepared *add(struct cd_prepared_cache *c, const char *cql,
				   const char *keyspace, uint64_t hash)
{
	if (c->count >= c->size && !grow(c))
		return NULL;
	struct coodie_prepared *p = make_prepared(c, cql, keyspace);
	if (!p)
		return NULL;
	for (; c->count >= c->max; c->evicted++)
		cd_prepared_forget(c, c->oldest);
	p->hash = hash;
	p->chain = c->buckets[hash & (c->size - 1)];
	c->buckets[hash & (c->size - 1)] = p;
	p->cached = true;
	c->count++;
	link_use(c, p);
	return p;
}

static bool same(const struct coodie_prepared *p, const char *cql, const char *keyspace,
		 bool own_keyspace)
{
	return p->own_keyspace == own_keyspace && !strcmp(p->cql, cql) &&
	       !strcmp(p->keyspace, keyspace);
}

struct coodie_prepared *cd_prepared_get(struct cd_prepared_cache *c, const char *cql,
					const char *keyspace, bool own_keyspace, coodie_error *err)
{
	if (c->last && c->last_text == cql && same(c->last, cql, keyspace, own_keyspace))
		return c->last;
	uint64_t hash = hash_of(cql, keyspace);
	struct coodie_prepared *p = c->size ? c->buckets[hash & (c->size - 1)] : NULL;
	while (p && (p->hash != hash || !same(p, cql, keyspace, own_keyspace)))
		p = p->chain;
	if (p) {
		unlink_use(c, p);
		link_use(c, p);
	} else {
		p = add(c, cql, keyspace, hash);
		if (!p)
			return cd_no_memory(err, "a prepared statement"), NULL;
		p->own_keyspace = own_keyspace;
	}
	c->last = p;
	c->last_text = cql;
	return p;
}

/* ---- what the server says ------------------------------------------------------------------- */

static bool set_markers(struct cd_markers *m, const struct cd_columns *binds, struct cd_arena *a)
{
	const cql_type **types = cd_arena_take_array(a, binds->count + 1u, sizeof *types);

	if (!types)
		return false;
	for (uint32_t i = 0; i < binds->count; i++)
		types[i] = binds->at[i].type;
	return cd_markers_init(m, types, (uint16_t)binds->count, a);
}

typedef bool compare_fn(const cql_type *was, const cql_type *now);

static bool compare_binds(const struct cd_columns *was, const struct cd_columns *now,
			  compare_fn *compare)
{
	if (was->count != now->count)
		return false;
	for (uint32_t i = 0; i < was->count; i++)
		if (!compare(was->at[i].type, now->at[i].type))
			return false;
	return true;
}

static void drop_template(struct coodie_prepared *p)
{
	cql_execute_free(p->execute);
	p->execute = NULL;
	p->express = (struct cd_express){ .generation = 0 };
}

static bool set_ids(struct coodie_prepared *p, cql_blob id, cql_blob metadata_id)
{
	uint8_t *ids = cd_alloc(&p->allocator, id.len + metadata_id.len + 1);

	if (!ids)
		return false;
	if (id.len)
		memcpy(ids, id.data, id.len);
	if (metadata_id.len)
		memcpy(ids + id.len, metadata_id.data, metadata_id.len);
	cd_release(&p->allocator, p->id);
	p->id = ids;
	p->id_len = id.len;
	p->metadata_id_len = metadata_id.len;
	drop_template(p);
	return true;
}

static void set_columns(struct coodie_prepared *p, struct cd_metadata *take_columns, bool has_ids)
{
	const struct cd_columns *columns = &take_columns->columns;

	cd_metadata_free(p->result);
	p->result = take_columns;
	/* A lightweight transaction answers with other columns than PREPARE said (v5
	 * section 4.2.5.4, notes). */
	p->skip_metadata = has_ids && p->metadata_id_len && columns->count && columns->at;
	for (uint32_t i = 0; columns->at && i < columns->count; i++)
		if (!strcmp(columns->at[i].name.data, "[applied]")) {
			p->skip_metadata = false;
			p->is_lwt = true;
		}
}

static bool take_answer(struct coodie_prepared *p, struct cd_metadata *m, const cql_message *answer,
			cql_blob body, const struct cd_extensions *x, coodie_error *err)
{
	const cql_result *r = &answer->as.result;
	const cql_metadata *rows = &r->metadata;
	struct cd_columns binds;
	struct cd_markers markers;

	if (!cd_columns_own(&binds, r->markers.columns, r->markers.column_count, &m->arena) ||
	    !set_markers(&markers, &binds, &m->arena) ||
	    (rows->columns &&
	     (!cd_result_know(&m->known, rows, body, &m->arena) ||
	      !cd_columns_own(&m->columns, rows->columns, rows->column_count, &m->arena))))
		return cd_no_memory(err, "a prepared statement");
	if (p->home && !compare_binds(&p->binds, &binds, cd_type_is_grown))
		return cd_fail(
			err, COODIE_ERR_CONFLICT,
			"the types of the statement's markers have changed on the server; prepare it again: %.120s",
			p->cql);
	if (!set_ids(p, r->id, r->metadata_id))
		return cd_no_memory(err, "a prepared statement");
	p->outgrown = p->home && !compare_binds(&p->binds, &binds, cql_type_equal);
	if (!p->home) {
		p->home = cd_metadata_ref(m);
		p->binds = binds;
		p->markers = markers;
		p->key = r->markers.key_indexes;
		p->key_count = r->markers.key_count;
		cd_routing_init(&p->routing, &r->markers);
	}
	p->is_lwt = cd_extensions_is_lwt(x, r->markers.extra_flags);
	set_columns(p, cd_metadata_ref(m), answer->version >= 5 || x->terms.metadata_id);
	p->load++;
	return true;
}

bool cd_prepared_load(struct coodie_prepared *p, const cql_envelope *answer,
		      const struct cd_extensions *x, coodie_error *err)
{
	struct cd_metadata *m = cd_metadata_new(&p->allocator);
	cql_message read;
	bool ok = false;

	if (!m)
		return cd_no_memory(err, "a prepared statement");
	if (!cd_message_read(answer, &x->terms, &m->arena, &read, err))
		goto out;
	if (read.as.result.kind != COODIE_RESULT_PREPARED) {
		cd_fail(err, COODIE_ERR_PROTOCOL, "PREPARE was answered with a result of kind %d",
			(int)read.as.result.kind);
		goto out;
	}
	ok = take_answer(p, m, &read, answer->body, x, err);
out:
	cd_metadata_free(m);
	return ok;
}

/* ---- its template --------------------------------------------------------------------------- */

/* So many executions in another shape, and the template is made for that one. */
enum { MISFITS = 32 };

static void make_template(struct coodie_prepared *p, unsigned version, const cql_params *params)
{
	cql_params with = *params;

	with.skip_metadata = p->skip_metadata && version >= 5;
	drop_template(p);
	p->execute = cd_execute_new(
		&(const struct cd_execute_parts){
			.id = { p->id, p->id_len },
			.metadata_id = { p->id + p->id_len, p->metadata_id_len },
			.markers = &p->markers,
			.params = &with,
			.version = version },
		&p->allocator);
	p->shape = (struct cd_shape){ .serial_consistency = params->serial_consistency,
				      .page_rows = params->page_rows,
				      .version = (uint8_t)version,
				      .has_page_rows = params->has_page_rows,
				      .has_timestamp = params->has_timestamp };
	p->misfits = 0;
}

static bool fits(const struct cd_shape *s, unsigned version, const cql_params *params)
{
	return s->page_rows == params->page_rows && s->has_page_rows == params->has_page_rows &&
	       s->serial_consistency == params->serial_consistency &&
	       s->has_timestamp == params->has_timestamp && s->version == version;
}

const cql_execute *cd_prepared_template(struct coodie_prepared *p, unsigned version,
					const cql_params *params)
{
	if (p->execute && fits(&p->shape, version, params))
		return p->execute;
	if (!p->execute || ++p->misfits >= MISFITS)
		make_template(p, version, params);
	return p->execute && fits(&p->shape, version, params) ? p->execute : NULL;
}

const cql_execute *cd_prepared_item(struct coodie_prepared *p)
{
	static const cql_params plain = { .consistency = CQL_CONSISTENCY_ONE };

	if (!p->execute)
		make_template(p, CD_VERSION_MIN, &plain);
	return p->execute;
}

bool cd_prepared_changed(struct coodie_prepared *p, cql_blob metadata_id,
			 struct cd_metadata *columns)
{
	if (!columns || !set_ids(p, (cql_blob){ p->id, p->id_len }, metadata_id))
		return false;
	set_columns(p, cd_metadata_ref(columns), true);
	return true;
}
