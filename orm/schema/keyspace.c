/* SPDX-License-Identifier: MIT */
/* coodie_create_keyspace(), coodie_sync_keyspace() and coodie_drop_keyspace(). */
#include "base/error.h"
#include "base/keyspace.h"
#include "orm/schema/job.h"
#include "orm/schema/statement.h"

/* What they are called with. */
struct keyspace {
	const char *text; /* as the user wrote it */
	const coodie_keyspace *options;
};

/* `name` becomes the keyspace's as the server has it; messages name it as it was written. */
static bool read_name(struct cd_op *op, const struct keyspace *k, char name[CD_KEYSPACE_SIZE],
		      coodie_error *err)
{
	if (!cd_keyspace_read(k->text, name, err)) {
		cd_error_prefix(err, "%s", op->verb);
		return false;
	}
	op->subject = cd_arena_strndup(&cd_job(op)->arena, k->text, strlen(k->text));
	return op->subject || cd_no_memory(err, "a keyspace");
}

/* @return what is wanted, the job's; NULL: it cannot be */
static coodie_schema *want(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	const struct keyspace *k = t->what;
	char name[CD_KEYSPACE_SIZE];
	coodie_schema *should;

	if (!read_name(op, k, name, err))
		return NULL;
	should = cd_schema_new(&op->place.orm->allocator, name, false, err);
	cd_job(op)->should = should;
	if (should && cd_want_keyspace(should, k->options, err))
		return should;
	if (should)
		cd_error_prefix(err, "%s(%s)", op->verb, op->subject);
	return NULL;
}

static bool begin_create(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	const coodie_schema *should = want(op, t, err);
	struct cd_buffer b;

	if (!should)
		return false;
	cd_buffer_init(&b, &op->place.orm->allocator, 0);
	cd_put_create_keyspace(&b, should->keyspace, &should->options);
	return cd_job_plan(op, &b, err) != NULL;
}

static bool begin_sync(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	const coodie_schema *should = want(op, t, err);

	return should && cd_look(op, CD_SCOPE_KEYSPACE, should->keyspace, NULL, NULL,
				 cd_apply_looked, err);
}

static bool begin_drop(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	char name[CD_KEYSPACE_SIZE];
	struct cd_buffer b;

	if (!read_name(op, t->what, name, err))
		return false;
	cd_buffer_init(&b, &op->place.orm->allocator, 0);
	cd_put_drop_keyspace(&b, name);
	return cd_job_plan(op, &b, err) != NULL;
}

static const struct cd_verb create = { "coodie_create_keyspace", begin_create },
			    sync = { "coodie_sync_keyspace", begin_sync },
			    drop = { "coodie_drop_keyspace", begin_drop };

#define KEYSPACE(name, o, s_options) \
	(&(struct cd_target){ .session = s, \
			      .options = (s_options), \
			      .what = &(struct keyspace){ name, o } })

bool coodie_create_keyspace(coodie_session *s, const char *name, const coodie_keyspace *options,
			    coodie_error *err)
{
	return cd_verb_wait(&create, KEYSPACE(name, options, NULL), err);
}

bool coodie_create_keyspace_async(coodie_session *s, const char *name,
				  const coodie_keyspace *options, coodie_status_fn *done,
				  void *user, coodie_error *err)
{
	return cd_verb_start(&create, KEYSPACE(name, options, NULL), done, user, err);
}

bool coodie_sync_keyspace(coodie_session *s, const char *name, const coodie_keyspace *options,
			  const coodie_sync *how, coodie_error *err)
{
	return cd_verb_wait(&sync, KEYSPACE(name, options, how), err);
}

bool coodie_sync_keyspace_async(coodie_session *s, const char *name, const coodie_keyspace *options,
				const coodie_sync *how, coodie_status_fn *done, void *user,
				coodie_error *err)
{
	return cd_verb_start(&sync, KEYSPACE(name, options, how), done, user, err);
}

bool coodie_drop_keyspace(coodie_session *s, const char *name, coodie_error *err)
{
	return cd_verb_wait(&drop, KEYSPACE(name, NULL, NULL), err);
}

bool coodie_drop_keyspace_async(coodie_session *s, const char *name, coodie_status_fn *done,
				void *user, coodie_error *err)
{
	return cd_verb_start(&drop, KEYSPACE(name, NULL, NULL), done, user, err);
}
