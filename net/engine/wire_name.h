/* SPDX-License-Identifier: MIT */
/* The name of a node of which only the address is known, looked up before it is connected to (N15; option
 * `resolve_names`). */
#ifndef NET_WIRE_NAME_H
#define NET_WIRE_NAME_H

#include "net/engine/wire.h"

/* Whether it is to be looked up: once per host, until none of its connections stands. */
bool cd_wire_name_wanted(const struct cd_engine *e, const struct cd_dial *d);
/* Looks it up; the wire connects then, by its address when that has no name. */
bool cd_wire_name_ask(struct cd_wire *w, coodie_error *err);

#endif
