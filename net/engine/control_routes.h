/* SPDX-License-Identifier: MIT */
/* Client routes of a session that has `client_routes` (S14): who leads reads them and looks their names up; all
 * loops connect to hosts where the routes say. */
#ifndef NET_CONTROL_ROUTES_H
#define NET_CONTROL_ROUTES_H

#include <coodie/message.h>

#include "base/address.h"
#include "base/buffer.h"
#include "net/dns/resolver.h"
#include "net/ring/routes.h"
#include "net/ring/topology.h"

struct cd_engine;

enum { CD_ROUTE_SEARCHES = 8 }; /* names being looked up at once */

/* One name, and the routes of the draft that have it. */
struct cd_route_search {
	struct cd_engine *engine;
	struct cd_lookup lookup;
	uint32_t from, to; /* in `by_address` */
};

struct cd_control_routes {
	struct cd_arena arena;
	const char **ids; /* of the connections, best first */
	uint32_t id_count;
	struct cd_buffer text; /* the same as the value of a list */
	cql_bound value;
	struct cd_routes *known; /* that hosts go by; NULL: none were read (yet) */
	struct cd_routes *draft; /* whose names are being looked up, or wait to be taken over */
	uint32_t next;           /* of the draft, the next whose name is to be looked up */
	struct cd_route_search searches[CD_ROUTE_SEARCHES];
	bool refused;           /* the server has no such table */
	uint64_t registered_on; /* the number of the connection that was told REGISTER */
};

bool cd_control_routes_init(struct cd_engine *e, coodie_error *err);
void cd_control_routes_deinit(struct cd_engine *e);
/* No name is looked up any more. */
void cd_control_routes_end(struct cd_engine *e);

/* Asks the connection of the control role; the question is counted in `asked` until the names in its answer
 * are known. Without the option: nothing. */
void cd_control_routes_ask(struct cd_engine *e);
/* Takes over what was read. False: it is not whole, and is to be read again. */
bool cd_control_routes_take(struct cd_engine *e);
/* Takes over what another loop has read; NULL: nothing. @return whether it is something else */
bool cd_control_routes_follow(struct cd_engine *e, struct cd_routes *routes);
/* CLIENT_ROUTES_CHANGE: whether it is about ours. */
bool cd_control_routes_concern(const struct cd_engine *e, const cql_event *event);

/* Where a host is connected to, and by which name. False: it has no route, which the log says. */
bool cd_control_routes_find(const struct cd_engine *e, const struct cd_topology_host *t,
			    struct cd_address *out, const char **name);

#endif
