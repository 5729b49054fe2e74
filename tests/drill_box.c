/* SPDX-License-Identifier: MIT */
/* Nodes that fail in every way the node knows, go down, come back, move, join and leave. */
#include "tests/drill_box.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	NODES = 3,
	MOST_NODES = 60,       /* ever: the box has room for 64 */
	LONGEST_NS = 30000000, /* from one thing to the next */
	CLEAR_EVERY = 50,      /* of them: rules that never fitted are forgotten */
	SETTLE_NS = 300000000,
};

struct drill_box {
	coodie_node *node;
	pthread_t thread;
	bool runs;
	atomic_bool stop;
	uint64_t random;
	bool down[NODES];
	uint32_t count, guest; /* nodes ever made; the one that joined last, 0: none */
	struct drill_weather told;
	coodie_error failure;
};

static const char *const rules[] = {
	"times=3,do=delay:20ms",
	"times=1,do=delay:300ms",
	"times=1,do=delay:1500ms",
	"at=accept,times=1,do=delay:200ms",
	"times=1,do=stall",
	"at=accept,times=1,do=stall",
	"times=2,do=drop",
	"times=1,do=reset",
	"times=1,do=close",
	"times=1,do=half-close",
	"at=accept,times=1,do=reset",
	"at=accept,times=1,do=close",
	"at=accept,times=2,do=refuse",
	"at=accept,times=2,do=limit:1",
	"times=1,do=truncate",
	"times=1,do=crc:payload",
	"times=1,do=crc:header",
	"opcode=EXECUTE,times=1,do=stream",
	"opcode=QUERY,times=1,do=stream",
	"opcode=EXECUTE,times=1,do=opcode",
	"opcode=BATCH,times=1,do=opcode",
	"opcode=EXECUTE,times=3,do=error:OVERLOADED",
	"opcode=EXECUTE,times=2,do=error:IS_BOOTSTRAPPING",
	"opcode=BATCH,times=2,do=error:OVERLOADED",
	"times=2,do=error:SERVER_ERROR",
	"opcode=EXECUTE,times=3,do=unprepared",
	"opcode=PREPARE,times=1,do=drop",
	"opcode=STARTUP,times=1,do=stall",
	"opcode=OPTIONS,times=1,do=drop",
	"opcode=REGISTER,times=1,do=close",
	"match=system.local,times=1,do=drop",
	"match=system.peers,times=1,do=truncate",
	"match=system_schema,times=1,do=reset",
	"match=system.local,times=1,do=disagree",
};

enum { RULES = sizeof rules / sizeof rules[0] };

static uint32_t draw(struct drill_box *b, uint32_t below)
{
	b->random = b->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(b->random >> 33) % below;
}

static void sleep_ns(uint64_t ns)
{
	nanosleep(&(struct timespec){ 0, (long)ns }, NULL);
}

/* ---- what happens ------------------------------------------------------------------------------ */

static bool add_fault(struct drill_box *b, coodie_error *err)
{
	b->told.faults++;
	return coodie_node_add_fault(b->node, rules[draw(b, RULES)], NULL, err);
}

static bool take_down(struct drill_box *b, coodie_error *err)
{
	uint32_t i = draw(b, NODES);
	bool other = b->down[0] || b->down[1] || b->down[2];

	if (b->down[i] || (other && draw(b, 4))) /* two at once: seldom */
		return true;
	b->told.downs++;
	b->down[i] = true;
	return coodie_node_take_down(b->node, i, err);
}

static bool bring_up(struct drill_box *b, uint32_t i, coodie_error *err)
{
	b->down[i] = false;
	return coodie_node_bring_up(b->node, i, err);
}

static bool come_back(struct drill_box *b, coodie_error *err)
{
	for (uint32_t i = 0; i < NODES; i++)
		if (b->down[i])
			return bring_up(b, i, err);
	return true;
}

/* Comes back at another address, unless somebody is there. */
static bool move(struct drill_box *b, coodie_error *err)
{
	char host[64];
	uint32_t i = 1 + draw(b, NODES - 1);
	const char *at = coodie_node_address(b->node, 0);

	if (!b->down[i])
		return true;
	snprintf(host, sizeof host, "%.*s", (int)strcspn(at, ":"), at);
	snprintf(strrchr(host, '.'), 8, ".%u", 100 + (unsigned)draw(b, 100));
	if (!coodie_node_move(b->node, i, host, err))
		return bring_up(b, i, err);
	b->told.moves++;
	b->down[i] = false;
	return true;
}

static bool join_or_leave(struct drill_box *b, coodie_error *err)
{
	uint32_t guest = b->guest;

	if (guest) {
		b->told.leaves++;
		b->guest = 0;
		return coodie_node_remove(b->node, guest, err);
	}
	if (b->count == MOST_NODES)
		return true;
	b->told.joins++;
	b->count++;
	return coodie_node_add(b->node, NULL, NULL, &b->guest, err);
}

static bool do_something(struct drill_box *b, coodie_error *err)
{
	uint32_t chance = draw(b, 1000);

	if (chance < 15)
		return take_down(b, err);
	if (chance < 100)
		return come_back(b, err);
	if (chance < 130)
		return move(b, err);
	if (chance < 140)
		return join_or_leave(b, err);
	return add_fault(b, err);
}

static void *blow(void *user)
{
	struct drill_box *b = user;

	for (uint64_t i = 0; !atomic_load(&b->stop); i++) {
		if (!do_something(b, &b->failure))
			return NULL;
		if (i % CLEAR_EVERY == 0)
			coodie_node_clear_faults(b->node);
		sleep_ns(draw(b, LONGEST_NS));
	}
	return NULL;
}

/* ---- the box ----------------------------------------------------------------------------------- */

bool drill_box_begin(struct drill_box *b, coodie_error *err)
{
	if (pthread_create(&b->thread, NULL, blow, b) != 0) {
		err->code = COODIE_ERR_NO_MEMORY;
		snprintf(err->message, sizeof err->message, "no thread for the weather");
		return false;
	}
	b->runs = true;
	return true;
}

static void stop(struct drill_box *b)
{
	if (!b->runs)
		return;
	atomic_store(&b->stop, true);
	pthread_join(b->thread, NULL);
	b->runs = false;
}

/* One after the other, so that somebody is always there. */
static bool restart_all(struct drill_box *b, coodie_error *err)
{
	for (uint32_t i = 0; i < NODES; i++) {
		if (!coodie_node_take_down(b->node, i, err))
			return false;
		sleep_ns(SETTLE_NS);
		if (!coodie_node_bring_up(b->node, i, err))
			return false;
		sleep_ns(SETTLE_NS);
	}
	return true;
}

bool drill_box_end(struct drill_box *b, coodie_error *err)
{
	stop(b);
	if (b->failure.code != COODIE_OK) {
		*err = b->failure;
		return false;
	}
	coodie_node_clear_faults(b->node);
	for (uint32_t i = 0; i < NODES; i++)
		if (!bring_up(b, i, err))
			return false;
	return (!b->guest || join_or_leave(b, err)) && restart_all(b, err);
}

struct drill_box *drill_box_open(const char *address, const coodie_allocator *a, uint64_t seed,
				 coodie_error *err)
{
	struct drill_box *b = calloc(1, sizeof *b);
	coodie_node_options *o = coodie_node_options_new(err);

	if (b && o) {
		b->random = seed;
		b->count = NODES;
		coodie_node_options_set_allocator(o, a);
		if (coodie_node_options_set_address(o, address, err) &&
		    coodie_node_options_set_nodes(o, NODES, err))
			b->node = coodie_node_start(o, err);
	}
	coodie_node_options_free(o);
	if (b && b->node)
		return b;
	free(b);
	return NULL;
}

const char *drill_box_address(const struct drill_box *b, uint32_t i)
{
	return coodie_node_address(b->node, i);
}

void drill_box_told(const struct drill_box *b, struct drill_weather *out)
{
	*out = b->told;
}

void drill_box_close(struct drill_box *b)
{
	if (!b)
		return;
	stop(b);
	coodie_node_stop(b->node);
	free(b);
}
