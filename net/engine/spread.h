/* SPDX-License-Identifier: MIT */
/* Prepared statements told to nodes before a request of theirs comes (Q4). */
#ifndef NET_SPREAD_H
#define NET_SPREAD_H

#include "net/engine/prepared.h"
#include "net/engine/wire.h"

/* A statement that was prepared on `from` for the first time: the other nodes are told. */
void cd_spread_statement(struct cd_engine *e, struct coodie_prepared *p,
			 const struct cd_wire *from);
/* A node has come up with this connection: it is told what is known. */
void cd_spread_all(struct cd_engine *e, struct cd_wire *w);

#endif
