/* SPDX-License-Identifier: MIT */
/* coodie_drop_table() and coodie_truncate(): one statement each. */
#include <coodie/schema.h>

#include "base/error.h"
#include "orm/schema/job.h"

static bool plan(struct cd_op *op, const char *words, const char *instead, coodie_error *err)
{
	struct cd_buffer b;

	if (op->place.model->def.view)
		return cd_fail(err, COODIE_ERR_MODEL, "%s(%s): %s is a materialized view; %s",
			       op->verb, op->subject, op->place.model->table, instead);
	cd_buffer_init(&b, &op->place.orm->allocator, 0);
	cd_buffer_text(&b, words);
	cd_buffer_text(&b, op->place.model->table);
	return cd_job_plan(op, &b, err) != NULL;
}

static bool begin_drop(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	(void)t;
	return plan(op, "DROP TABLE IF EXISTS ", "use coodie_drop_view()", err);
}

static bool begin_truncate(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	(void)t;
	return plan(op, "TRUNCATE TABLE ", "it is emptied with its base table", err);
}

static const struct cd_verb drop = { "coodie_drop_table", begin_drop };
static const struct cd_verb truncate = { "coodie_truncate", begin_truncate };

bool coodie_drop_table(coodie_session *s, const coodie_model *m, coodie_error *err)
{
	return cd_verb_wait(&drop, CD_TARGET(s, m, NULL), err);
}

bool coodie_drop_table_async(coodie_session *s, const coodie_model *m, coodie_status_fn *done,
			     void *user, coodie_error *err)
{
	return cd_verb_start(&drop, CD_TARGET(s, m, NULL), done, user, err);
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
