/* SPDX-License-Identifier: MIT */
/* The models of a session: found by the address of the user's table, resolved the first time. */
#include "orm/model/place.h"

#include <coodie/driver.h>

#include "base/alloc.h"
#include "base/error.h"

/* Open addressing; there always is an empty place. */
struct cd_models {
	struct cd_models *older; /* what it grew from: somebody may still look into that */
	size_t capacity, count;
	_Atomic(struct cd_model *) at[];
};

static const char orm_key = 0; /* its address is the mapper's place in a session */

/* ---- the table ------------------------------------------------------------------------------- */

static struct cd_models *models_new(const coodie_allocator *a, size_t capacity)
{
	struct cd_models *t = cd_alloc_zero(a, sizeof *t + capacity * sizeof t->at[0]);

	if (t)
		t->capacity = capacity;
	return t;
}

static struct cd_model *look(const _Atomic(struct cd_model *) *slot)
{
	return atomic_load_explicit(slot, memory_order_acquire);
}

/* The place of a model, or the empty one where it would go. */
static _Atomic(struct cd_model *) *slot_of(struct cd_models *t, const coodie_model *source)
{
	size_t i = (size_t)((uintptr_t)source * UINT64_C(0x9E3779B97F4A7C15) >> 16);
	const struct cd_model *m;

	for (i &= t->capacity - 1; (m = look(&t->at[i])) && m->source != source;)
		i = (i + 1) & (t->capacity - 1);
	return &t->at[i];
}

/* The model as it was resolved last; NULL: never. */
static struct cd_model *find(struct cd_orm *orm, const coodie_model *source)
{
	struct cd_models *t = atomic_load_explicit(&orm->models, memory_order_acquire);

	return t ? look(slot_of(t, source)) : NULL;
}

/* A table with room for one more; NULL when out of memory. Under the lock, as all that follows. */
static struct cd_models *roomy(struct cd_orm *orm)
{
	struct cd_models *t = atomic_load_explicit(&orm->models, memory_order_relaxed), *grown;

	if (t && t->count * 2 < t->capacity)
		return t;
	grown = models_new(&orm->allocator, t ? t->capacity * 2 : 16);
	if (!grown)
		return NULL;
	for (size_t i = 0; t && i < t->capacity; i++) {
		struct cd_model *m = look(&t->at[i]);
		if (m)
			atomic_init(slot_of(grown, m->source), m);
	}
	grown->count = t ? t->count : 0;
	grown->older = t;
	atomic_store_explicit(&orm->models, grown, memory_order_release);
	return grown;
}

/* Operations under way may still use a model whose table has changed: it goes when the session
 * does. */
static struct cd_model *resolve(struct cd_orm *orm, coodie_session *s, const coodie_model *source,
				coodie_error *err)
{
	struct cd_model *m = find(orm, source); /* somebody was faster */
	struct cd_models *t;
	_Atomic(struct cd_model *) *slot;

	if (m && cd_model_is_current(m))
		return m;
	t = roomy(orm);
	if (!t) {
		cd_no_memory(err, "the session's models");
		return NULL;
	}
	m = cd_model_new(s, &orm->allocator, source, err);
	if (!m)
		return NULL;
	slot = slot_of(t, source);
	m->older = look(slot);
	t->count += !m->older;
	atomic_store_explicit(slot, m, memory_order_release);
	return m;
}

static struct cd_model *add(struct cd_orm *orm, coodie_session *s, const coodie_model *source,
			    coodie_error *err)
{
	struct cd_model *m;

	pthread_mutex_lock(&orm->lock);
	m = resolve(orm, s, source, err);
	pthread_mutex_unlock(&orm->lock);
	return m;
}

/* ---- with a session -------------------------------------------------------------------------- */

static void free_models(const coodie_allocator *a, struct cd_models *t)
{
	for (size_t i = 0; t && i < t->capacity; i++) {
		for (struct cd_model *m = look(&t->at[i]), *older; m; m = older) {
			older = m->older;
			cd_model_free(m);
		}
	}
	while (t) {
		struct cd_models *older = t->older;
		cd_release(a, t);
		t = older;
	}
}

void cd_orm_end(struct cd_orm *orm)
{
	coodie_allocator a = orm->allocator;

	free_models(&a, atomic_load_explicit(&orm->models, memory_order_relaxed));
	cd_release(&a, atomic_load_explicit(&orm->spare, memory_order_acquire));
	pthread_mutex_destroy(&orm->lock);
	cd_release(&a, orm);
}

bool cd_orm_is_open(const struct cd_orm *orm, coodie_error *err)
{
	return !atomic_load_explicit(&orm->ended, memory_order_acquire) ||
	       cd_fail(err, COODIE_ERR_CLOSED, "the session was freed");
}

static void free_data(void *data)
{
	struct cd_orm *orm = data;

	atomic_store_explicit(&orm->ended, true, memory_order_release);
	cd_orm_free(orm);
}

struct cd_orm *cd_orm_of(coodie_session *s, coodie_error *err)
{
	struct cd_orm *orm = coodie_session_data(s, &orm_key);
	const coodie_allocator *a;

	if (orm)
		return orm;
	a = coodie_session_allocator(s);
	if (!a)
		a = &cd_malloc_allocator;
	orm = cd_alloc_zero(a, sizeof(*orm));
	if (!orm) {
		cd_no_memory(err, "the session's models");
		return NULL;
	}
	atomic_init(&orm->refs, 1);
	orm->allocator = *a;
	pthread_mutex_init(&orm->lock, NULL);
	return coodie_session_keep(s, &orm_key, orm, free_data, err);
}

bool cd_place_find_on(coodie_session *s, const coodie_model *m, const char *connection,
		      struct cd_place *out, coodie_error *err)
{
	if (!s)
		return cd_fail(err, COODIE_ERR_INVALID, "the session is NULL");
	if (!m)
		return cd_fail(err, COODIE_ERR_INVALID, "the model is NULL");
	if (!cd_model_check_table(m, err))
		return false;
	out->session = coodie_session_named(
		s, connection ? connection : cd_model_read(m).connection, err);
	if (!out->session) {
		if (err)
			cd_error_prefix(err, "model %s", m->object_name);
		return false;
	}
	out->orm = cd_orm_of(out->session, err);
	if (!out->orm)
		return false;
	out->model = find(out->orm, m);
	if (!out->model || !cd_model_is_current(out->model))
		out->model = add(out->orm, out->session, m, err);
	return out->model != NULL;
}

bool cd_place_look(coodie_session *s, const coodie_model *m, struct cd_place *out,
		   coodie_error *err)
{
	return cd_place_find_on(s, m, NULL, out, err);
}

/* What has been found before, in a session that is no registry: those have no models. */
static bool find_again(coodie_session *s, const coodie_model *m, struct cd_place *out)
{
	if (!s || !m)
		return false;
	out->session = s;
	out->orm = coodie_session_data(s, &orm_key);
	out->model = out->orm ? find(out->orm, m) : NULL;
	return out->model && cd_model_is_same(out->model);
}

bool cd_place_find(coodie_session *s, const coodie_model *m, struct cd_place *out,
		   coodie_error *err)
{
	if (!find_again(s, m, out) && !cd_place_look(s, m, out, err))
		return false;
	if (out->model->def.is_abstract)
		return cd_fail(err, COODIE_ERR_MODEL,
			       "model %s is abstract: it has no table, only columns to inherit; "
			       "leave .is_abstract out",
			       out->model->label);
	return true;
}

bool coodie_model_check(coodie_session *s, const coodie_model *m, coodie_error *err)
{
	struct cd_place place;

	cd_clear(err);
	return cd_place_look(s, m, &place, err);
}

bool coodie_model_defaults(coodie_session *s, const coodie_model *m, void *object,
			   coodie_error *err)
{
	struct cd_place place;

	cd_clear(err);
	if (!object)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_model_defaults: the object is NULL");
	return cd_place_look(s, m, &place, err) && cd_model_fill(place.model, object, err);
}
