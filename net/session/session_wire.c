/* SPDX-License-Identifier: MIT */
/* The rings of a session's connections, read. */
#include <coodie/observe.h>

#include "base/error.h"
#include "net/engine/engine_impl.h"
#include "net/metrics/wire_ring.h"
#include "net/session/session.h"

struct reading {
	coodie_wire_fn *fn;
	void *user;
	bool stopped, any;
};

static void read_engine(void *engine, void *user)
{
	const struct cd_engine *e = engine;
	struct reading *r = user;

	r->any |= e->options->wire_ring;
	for (const struct cd_wire *w = e->wires; w && !r->stopped; w = w->next)
		r->stopped = !cd_wire_ring_each(w->ring, w->number, r->fn, r->user);
}

bool coodie_session_wire(const coodie_session *s, coodie_wire_fn *fn, void *user, coodie_error *err)
{
	struct reading r = { fn, user, false, false };

	cd_clear(err);
	if (!s || !fn)
		return cd_fail(err, COODIE_ERR_INVALID, "wire: %s is NULL",
			       s ? "the function" : "the session");
	if (!cd_session_each(s, "wire", read_engine, &r, err))
		return false;
	return r.any || cd_fail(err, COODIE_ERR_UNSUPPORTED, "wire: the option wire_ring is off");
}
