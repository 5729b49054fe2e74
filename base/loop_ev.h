/* SPDX-License-Identifier: MIT */
/* A private libev loop: made with EVFLAG_NOENV | EVFLAG_NOSIGMASK, run by blocking calls and by
 * owned threads. */
#ifndef BASE_LOOP_EV_H
#define BASE_LOOP_EV_H

#include <coodie/libev.h>

bool cd_loop_ev_new(coodie_loop *out, coodie_error *err);
void cd_loop_ev_free(coodie_loop *loop);

#endif
