/* SPDX-License-Identifier: MIT */
/** @file libev.h  coodie on a libev loop. */
#ifndef COODIE_LIBEV_H
#define COODIE_LIBEV_H

#include <coodie/loop.h>

COODIE_BEGIN

struct ev_loop;

/**
 * Makes a libev loop usable by coodie_session_attach(). Watchers are reference-neutral only while
 * requests or connections exist: a loop with an open session keeps running, as with any open
 * socket.
 * @param loop  the caller's loop; must outlive every session attached to it
 * @return a value to pass on; nothing to free
 */
COODIE_API coodie_loop coodie_loop_libev(struct ev_loop *loop);

COODIE_END

#endif
