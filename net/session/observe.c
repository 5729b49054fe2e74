/* SPDX-License-Identifier: MIT */
/* What a session tells of itself in numbers. */
#include <coodie/observe.h>

#include "base/error.h"
#include "net/engine/engine_impl.h"
#include "net/session/session.h"

enum { LOOPS = 256 };

/* The engines of a session, and what they have counted. */
struct reading {
	const struct cd_engine *first;
	const struct cd_tally *at[LOOPS];
	struct cd_tallies loops;
	struct cd_metric_source source;
};

static bool add_loop(struct reading *r, const struct cd_engine *e)
{
	if (!e || r->loops.count == LOOPS)
		return false;
	r->first = r->first ? r->first : e;
	r->at[r->loops.count++] = &e->tally;
	return true;
}

/* False: `err` says why. */
static bool begin(struct reading *r, const coodie_session *s, const char *what, coodie_error *err)
{
	const struct cd_crew *crew;

	cd_clear(err);
	r->first = NULL;
	r->loops = (struct cd_tallies){ r->at, 0 };
	if (!s)
		return cd_fail(err, COODIE_ERR_INVALID, "%s: the session is NULL", what);
	crew = cd_session_crew(s);
	for (uint32_t i = 0; crew && add_loop(r, cd_crew_engine(crew, i)); i++)
		;
	if (!crew && !add_loop(r, cd_session_engine(s, what, err)))
		return false;
	if (!r->first)
		return cd_fail(err, COODIE_ERR_CLOSED, "the session was freed");
	r->source = (struct cd_metric_source){
		.each = cd_tally_each,
		.owner = &r->loops,
		.now_us = cd_engine_now(r->first),
		.forgets = r->first->options->histogram_window_ms != 0,
		.session_id = r->first->session_id,
	};
	return true;
}

bool coodie_session_metrics(const coodie_session *s, const coodie_scope *scope, coodie_metrics *out,
			    coodie_error *err)
{
	struct reading r;

	if (!begin(&r, s, "metrics", err))
		return false;
	if (!out)
		return cd_fail(err, COODIE_ERR_INVALID, "metrics: no place for them");
	return cd_metric_sum(&r.source, scope, out, err);
}

bool coodie_session_histogram(const coodie_session *s, const coodie_scope *scope,
			      enum coodie_histogram_kind kind, coodie_histogram *out,
			      coodie_error *err)
{
	struct reading r;

	if (!begin(&r, s, "histogram", err))
		return false;
	if (!out)
		return cd_fail(err, COODIE_ERR_INVALID, "histogram: no place for it");
	return cd_metric_histogram(&r.source, scope, kind, out, err);
}

size_t coodie_session_metrics_text(const coodie_session *s, char *out, size_t size)
{
	struct reading r;

	if (begin(&r, s, "metrics", NULL))
		return cd_metric_text(&r.source, out, size);
	if (size)
		*out = '\0';
	return 0;
}
