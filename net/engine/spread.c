/* SPDX-License-Identifier: MIT */
/* Statements are told by requests of the engine's own, whose answers nobody looks at: where one comes to
 * nothing, the node asks for the statement when it needs it. */
#include "net/engine/spread.h"

#include <string.h>

#include "net/engine/engine_impl.h"
#include "net/engine/pool.h"

static void on_told(coodie_result *take_res, const coodie_error *err, void *user)
{
	(void)err;
	(void)user;
	coodie_result_free(take_res);
}

/* False: no more for now. */
static bool tell(struct cd_engine *e, struct cd_wire *w, struct coodie_prepared *p)
{
	struct cd_request *r = cd_engine_begin_own(e, CD_REQUEST_TELL, NULL);

	if (!r)
		return false;
	r->prepared = cd_prepared_ref(p);
	r->pin = w;
	r->done.result = on_told;
	if (!cd_engine_put(e, w, r, NULL)) {
		cd_engine_drop(e, r);
		return false;
	}
	if (e->options->connect_timeout_ms)
		cd_engine_add_deadline(e, &r->deadline, e->options->connect_timeout_ms);
	return true;
}

void cd_spread_statement(struct cd_engine *e, struct coodie_prepared *p, const struct cd_wire *from)
{
	for (uint32_t i = 0; i < e->hosts.room; i++) {
		const struct cd_host *h = e->hosts.at[i];
		struct cd_wire *w = h && h != from->host ? cd_pool_pick(h, -1) : NULL;
		if (w)
			tell(e, w, p);
	}
}

/* A connection prepares in its keyspace. */
static bool is_of_keyspace(const struct cd_engine *e, const struct coodie_prepared *p)
{
	return p->own_keyspace || !strcmp(p->keyspace, e->keyspace ? e->keyspace : "");
}

void cd_spread_all(struct cd_engine *e, struct cd_wire *w)
{
	struct coodie_prepared *p = e->prepared.newest;

	while (p && cd_wire_has_room(w) &&
	       (!cd_prepared_is_known(p) || !is_of_keyspace(e, p) || tell(e, w, p)))
		p = p->older;
}
