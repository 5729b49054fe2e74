/* SPDX-License-Identifier: MIT */
/* coodie_drop_table() and coodie_truncate(): one statement each. */
#include <coodie/schema.h>

#include "base/error.h"
#include "base/identifier.h"
#include "orm/schema/job.h"

bool cd_job_plan_drop(struct cd_op *op, const struct cd_target *t, const char *words,
		      coodie_error *err)
{
	char room[CD_KEYSPACE_SIZE];
	const char *home = cd_job_home(op, t, room, err);
	struct cd_buffer b;

	if (!home)
		return false;
	cd_buffer_init(&b, &op->place.orm->allocator, 0);
	cd_buffer_text(&b, words);
	cd_identifier_append(&b, home);
	cd_buffer_u8(&b, '.');
	cd_identifier_append(&b, op->place.model->table_name);
	return cd_job_plan(op, &b, err) != NULL;
}

static bool plan(struct cd_op *op, const struct cd_target *t, const char *words,
		 const char *instead, coodie_error *err)
{
	if (op->place.model->def.view)
		return cd_fail(err, COODIE_ERR_MODEL, "%s(%s): %s is a materialized view; %s",
			       op->verb, op->subject, op->place.model->table, instead);
	return cd_job_plan_drop(op, t, words, err);
}

static bool begin_drop(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	return plan(op, t, "DROP TABLE IF EXISTS ", "use coodie_drop_view()", err);
}

static bool begin_truncate(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	return plan(op, t, "TRUNCATE TABLE ", "it is emptied with its base table", err);
}

const struct cd_verb cd_drop_table = { "coodie_drop_table", begin_drop };
static const struct cd_verb truncate = { "coodie_truncate", begin_truncate };

bool coodie_drop_table(coodie_session *s, const coodie_model *m, coodie_error *err)
{
	return cd_verb_wait(&cd_drop_table, CD_TARGET(s, m, NULL), err);
}

bool coodie_drop_table_async(coodie_session *s, const coodie_model *m, coodie_status_fn *done,
			     void *user, coodie_error *err)
{
	return cd_verb_start(&cd_drop_table, CD_TARGET(s, m, NULL), done, user, err);
}

bool coodie_truncate(coodie_session *s, const coodie_model *m, coodie_error *err)
{
	return cd_verb_wait(&truncate, CD_TARGET(s, m, NULL), err);
}

bool coodie_truncate_async(coodie_session *s, const coodie_model *m, coodie_status_fn *done,
			   void *user, coodie_error *err)
{
	return cd_verb_start(&truncate, CD_TARGET(s, m, NULL), done, user, err);
}
