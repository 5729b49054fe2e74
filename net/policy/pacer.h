/* SPDX-License-Identifier: MIT */
/* How fast connections are opened (C7, U11): so many per second in a session, so many at a time to
 * a host, and the more a host has already, the more patiently: when a cluster comes back, all its
 * clients reach every node soon, and fill their pools later. */
#ifndef NET_PACER_H
#define NET_PACER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* One per session; any thread. */
struct cd_pacer {
	_Atomic uint64_t due_us;     /* when the bucket would be full again */
	_Atomic uint32_t per_second; /* 0: no limit */
};

/* One per host and loop. Zeroed: nothing open. */
struct cd_pacer_host {
	uint32_t opening, open;
	uint64_t ready_us; /* not before */
};

#define CD_PACER_LATER UINT64_MAX

void cd_pacer_init(struct cd_pacer *p, uint32_t per_second);
void cd_pacer_set(struct cd_pacer *p, uint32_t per_second);

/* Asks to open a connection. 0: go on, and tell by cd_pacer_opened() how it ended. Else in how many
 * microseconds to ask again; CD_PACER_LATER: when one that is being opened has ended. `at_once`:
 * connections to the host that may be being opened; 0: any number. */
uint64_t cd_pacer_ask(struct cd_pacer *p, struct cd_pacer_host *h, uint32_t at_once,
		      uint64_t now_us);
/* How it ended. The host is to have `wanted` connections in the end (1 at least): all pauses until then
 * take two seconds at most, however chance falls. */
void cd_pacer_opened(struct cd_pacer_host *h, bool open, uint32_t wanted, uint64_t now_us,
		     uint64_t random);
/* One that was open is not any more. */
void cd_pacer_closed(struct cd_pacer_host *h);

#endif
