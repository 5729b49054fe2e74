/* SPDX-License-Identifier: MIT */
/* After a sync the model's statements are prepared, so that the first user of the service does not wait
 * for it. */
#include <coodie/driver.h>

#include "orm/schema/job.h"

enum { TEXTS = 3 };

/* Which text is being prepared. */
struct warm {
	const char *texts[TEXTS];
	size_t count, at;
};

static void prepare_next(struct cd_op *op);

static void on_prepared(coodie_prepared *take_prepared, const coodie_error *err, void *user)
{
	(void)err;
	coodie_prepared_free(take_prepared); /* the session keeps it, by its text */
	prepare_next(user);
}

static void prepare_next(struct cd_op *op)
{
	struct warm *w = cd_job(op)->state;

	while (w->at < w->count && cd_orm_is_open(op->place.orm, NULL)) {
		if (coodie_session_prepare_async(op->place.session, w->texts[w->at++], on_prepared,
						 op, NULL))
			return;
	}
	cd_job_end(op, &cd_op_ok);
}

/* Counters are not inserted, nor set; views are only read. */
static void choose(struct warm *w, const struct cd_model *m)
{
	const char *const texts[TEXTS] = { m->select_by_key, m->insert[CD_PLAIN],
					   m->update[CD_PLAIN] };

	for (size_t i = 0; i < (m->is_counter || m->def.view ? 1 : TEXTS); i++) {
		if (texts[i])
			w->texts[w->count++] = texts[i];
	}
}

void cd_schema_warm(struct cd_op *op, coodie_result *take_res, const coodie_error *err)
{
	struct cd_job *job = cd_job(op);
	struct warm *w = job->options.dry_run ? NULL : cd_arena_take_zero(&job->arena, sizeof(*w));

	(void)take_res; /* none: it follows no statement */
	if (!w) {
		cd_job_end(op, err);
		return;
	}
	choose(w, op->place.model);
	job->state = w;
	prepare_next(op);
}
