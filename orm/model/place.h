/* SPDX-License-Identifier: MIT */
/* Where a statement goes: a session, and the model as it was resolved for it. Sessions with loop
 * threads are called from many threads: what is known is found without a lock, who brings something
 * new waits for one. */
#ifndef ORM_MODEL_PLACE_H
#define ORM_MODEL_PLACE_H

#include <pthread.h>

#include "orm/model/model.h"

struct cd_models;
struct cd_op;

/* What the mapper keeps with a session. */
struct cd_orm {
	atomic_uint refs;  /* the session, and every operation under way */
	atomic_bool ended; /* the session is gone, which operations may outlive: not to be used */
	coodie_allocator allocator;
	pthread_mutex_t lock; /* held by whoever adds a model */
	_Atomic(struct cd_models *) models;
	_Atomic(struct cd_op *) spare; /* one that has ended, for the next (run/op.c) */
};

/* The model is borrowed from the orm. */
struct cd_place {
	coodie_session *session;
	struct cd_orm *orm;
	struct cd_model *model;
};

/* Finds a model's session, and the model in it, resolved; checks it the first time. An abstract
 * model has no place: it can only be looked at (MD-07). */
bool cd_place_find(coodie_session *s, const coodie_model *m, struct cd_place *out,
		   coodie_error *err);
/* The same for an abstract model too. */
bool cd_place_look(coodie_session *s, const coodie_model *m, struct cd_place *out,
		   coodie_error *err);
/* The same in the session of a registry that `connection` names; NULL: the model's. */
bool cd_place_find_on(coodie_session *s, const coodie_model *m, const char *connection,
		      struct cd_place *out, coodie_error *err);

/* The mapper's data of a session (not a registry), made the first time; borrowed. */
struct cd_orm *cd_orm_of(coodie_session *s, coodie_error *err);
void cd_orm_end(struct cd_orm *orm); /* its last reference is gone */

static inline struct cd_orm *cd_orm_ref(struct cd_orm *orm)
{
	atomic_fetch_add_explicit(&orm->refs, 1, memory_order_relaxed);
	return orm;
}

/* Gives one reference back; NULL is fine. */
static inline void cd_orm_free(struct cd_orm *orm)
{
	if (orm && atomic_fetch_sub_explicit(&orm->refs, 1, memory_order_acq_rel) == 1)
		cd_orm_end(orm);
}

/* Whether the session is still there, in whose callbacks a user may have ended it; else
 * COODIE_ERR_CLOSED. For what goes on after a callback of the user's. */
bool cd_orm_is_open(const struct cd_orm *orm, coodie_error *err);

#endif
