/* SPDX-License-Identifier: MIT */
/* Reads and writes as lists of steps: those of the node that was asked, and those of each node that
 * keeps the data, in Cassandra's words. */
#include "node/server/trace_steps.h"

#include <string.h>

#include "node/cluster/ring.h"
#include "node/function/term_parts.h"
#include "node/plan/plan.h"

#define NATIVE "Native-Transport-Requests-1"
#define READS "ReadStage-1"
#define WRITES "MutationStage-1"
#define COUNTERS "CounterMutationStage-1"
#define MESSAGES "Messaging-EventLoop-3-1"
#define RESPONSES "RequestResponseStage-1"

/* Who does it: the one that was asked, or one that keeps the data; with data elsewhere, first or
 * after all others. */
enum who { END = 0, ASKED, KEEPER };

/* Of texts: {table}, {rows} that were read, {other}: the node at the other end. */
struct step {
	enum who who;
	const char *text, *thread;
};

enum work_kind { READ, RANGE, WRITE, COUNTER, BATCH, NO_WORK };

/* Of one kind of work: what comes first, what is done where the data is, and around that when it is
 * elsewhere. */
struct work {
	struct step first[4], here[8], before[3], after[4];
};

static const struct work works[] = {
	[READ] = {
		.here = { { KEEPER, "Executing single-partition query on {table}", READS },
			  { KEEPER, "Acquiring sstable references", READS },
			  { KEEPER, "Merged data from memtables and 0 sstables", READS },
			  { KEEPER, "Read {rows} live rows and 0 tombstone cells", READS } },
		.before = { { ASKED, "reading data from {other}", NATIVE },
			    { KEEPER, "READ_REQ message received from {other}", MESSAGES } },
		.after = { { KEEPER, "Enqueuing response to {other}", READS },
			   { ASKED, "READ_RSP message received from {other}", MESSAGES },
			   { ASKED, "Processing response from {other}", RESPONSES } },
	},
	[RANGE] = {
		.first = { { ASKED, "Computing ranges to query", NATIVE },
			   { ASKED,
			     "Submitting range requests on {ranges} ranges with a concurrency of 1 (0.0 rows per range expected)",
			     NATIVE },
			   { ASKED, "Submitted 1 concurrent range requests", NATIVE } },
		.here = { { KEEPER,
			    "Executing seq scan across 0 sstables for (min(-9223372036854775808), min(-9223372036854775808)]",
			    READS },
			  { KEEPER, "Read {rows} live rows and 0 tombstone cells", READS } },
		.before = { { ASKED, "Enqueuing request to {other}", NATIVE },
			    { KEEPER, "RANGE_REQ message received from {other}", MESSAGES } },
		.after = { { KEEPER, "Enqueuing response to {other}", READS },
			   { ASKED, "RANGE_RSP message received from {other}", MESSAGES },
			   { ASKED, "Processing response from {other}", RESPONSES } },
	},
	[WRITE] = {
		.first = { { ASKED, "Determining replicas for mutation", NATIVE } },
		.here = { { KEEPER, "Appending to commitlog", WRITES },
			  { KEEPER, "Adding to {table} memtable", WRITES } },
		.before = { { KEEPER, "MUTATION_REQ message received from {other}", MESSAGES } },
		.after = { { KEEPER, "Enqueuing response to {other}", WRITES },
			   { ASKED, "MUTATION_RSP message received from {other}", MESSAGES },
			   { ASKED, "Processing response from {other}", RESPONSES } },
	},
	[COUNTER] = {
		.first = { { ASKED, "Determining replicas for mutation", NATIVE } },
		.here = { { KEEPER, "Acquiring counter locks", COUNTERS },
			  { KEEPER, "Appending to commitlog", COUNTERS },
			  { KEEPER, "Adding to {table} memtable", COUNTERS } },
		.before = { { KEEPER, "COUNTER_MUTATION_REQ message received from {other}", MESSAGES } },
		.after = { { KEEPER, "Enqueuing response to {other}", COUNTERS },
			   { ASKED, "COUNTER_MUTATION_RSP message received from {other}", MESSAGES },
			   { ASKED, "Processing response from {other}", RESPONSES } },
	},
	[BATCH] = {
		.first = { { ASKED, "Determining replicas for atomic batch", NATIVE } },
		.here = { { KEEPER, "Appending to commitlog", WRITES } },
		.before = { { KEEPER, "MUTATION_REQ message received from {other}", MESSAGES } },
		.after = { { KEEPER, "Enqueuing response to {other}", WRITES },
			   { ASKED, "MUTATION_RSP message received from {other}", MESSAGES },
			   { ASKED, "Processing response from {other}", RESPONSES } },
	},
};

/* ---- which work, and by whom ----------------------------------------------------------------- */

/* A request that did nothing to data was not admitted anywhere. */
static enum work_kind kind_of(const struct nd_exchange *e)
{
	const struct nd_plan *plan = e->plan;
	enum nd_statement_kind kind = plan && plan->statement ? plan->statement->kind : ND_BATCH;

	if (!e->admitted || kind == ND_TRUNCATE)
		return NO_WORK;
	if (kind == ND_SELECT)
		return e->reads_range ? RANGE : READ;
	if (kind == ND_BATCH)
		return BATCH;
	return plan->table && plan->table->is_counter ? COUNTER : WRITE;
}

/* How many replicas a read waits for. */
static uint32_t waited_for(cql_consistency level, uint32_t replicas)
{
	switch (level) {
	case CQL_CONSISTENCY_TWO:
		return 2;
	case CQL_CONSISTENCY_THREE:
		return 3;
	case CQL_CONSISTENCY_ALL:
		return replicas;
	case CQL_CONSISTENCY_QUORUM:
	case CQL_CONSISTENCY_LOCAL_QUORUM:
	case CQL_CONSISTENCY_EACH_QUORUM:
	case CQL_CONSISTENCY_SERIAL:
	case CQL_CONSISTENCY_LOCAL_SERIAL:
		return replicas / 2 + 1;
	default:
		return 1;
	}
}

/* The replicas that are up, the node that was asked first. */
static void find_replicas(const struct nd_ring *r, uint32_t self, const struct nd_exchange *e,
			  struct nd_replicas *out)
{
	struct nd_replicas all;

	out->count = 0;
	nd_ring_replicas(r, e->admitted_keyspace, e->token, self, false, &all);
	for (uint32_t i = 0; i < all.count; i++)
		if (all.at[i] == self)
			out->at[out->count++] = (uint8_t)self;
	for (uint32_t i = 0; i < all.count; i++)
		if (all.at[i] != self && r->nodes[all.at[i]].is_up)
			out->at[out->count++] = all.at[i];
}

/* ---- writing them down ------------------------------------------------------------------------- */

struct teller {
	const struct nd_exchange *e;
	struct nd_request *x;
	struct nd_trace_step *steps;
	uint32_t count;
	uint32_t ranges;
	cql_inet self, keeper;
};

static const char *node_text(struct teller *t, cql_inet node)
{
	char text[CQL_INET_TEXT_SIZE];

	return nd_text(&t->x->problem, t->x->arena, "/%s:7000", cql_inet_format(node, text));
}

static unsigned rows_read(const struct nd_exchange *e)
{
	const cql_message *m = &e->answer;

	return m->opcode == CQL_OP_RESULT && m->as.result.kind == COODIE_RESULT_ROWS
		       ? (unsigned)m->as.result.row_count
		       : 0;
}

static const char *value_of(struct teller *t, const struct step *s, const char *name)
{
	const struct nd_plan *plan = t->e->plan;

	if (!strncmp(name, "table", 5))
		return plan && plan->table ? plan->table->name : "";
	if (!strncmp(name, "other", 5))
		return node_text(t, s->who == ASKED ? t->keeper : t->self);
	return nd_text(&t->x->problem, t->x->arena, "%u",
		       !strncmp(name, "rows", 4) ? rows_read(t->e) : (unsigned)t->ranges);
}

static void tell(struct teller *t, const struct step *s)
{
	size_t head = strcspn(s->text, "{");
	const char *tail = strchr(s->text, '}'), *value = "";

	if (s->text[head])
		value = value_of(t, s, s->text + head + 1);
	if (!value || t->count == ND_TRACE_STEPS)
		return;
	t->steps[t->count] = (struct nd_trace_step){
		nd_text(&t->x->problem, t->x->arena, "%.*s%s%s", (int)head, s->text, value,
			tail ? tail + 1 : ""),
		s->who == ASKED ? t->self : t->keeper,
		s->thread,
	};
	t->count += t->steps[t->count].activity != NULL;
}

static void tell_all(struct teller *t, const struct step *steps, size_t most)
{
	for (size_t i = 0; i < most && steps[i].who != END; i++)
		tell(t, &steps[i]);
}

#define TELL(t, list) tell_all(t, list, sizeof(list) / sizeof *(list))

uint32_t nd_trace_steps(const struct nd_exchange *e, struct nd_request *x, cql_inet self,
			struct nd_trace_step steps[ND_TRACE_STEPS])
{
	enum work_kind kind = kind_of(e);
	const struct nd_ring *ring = x->db->ring;
	struct teller t = { e, x, steps, 0, 1, self, self };
	struct nd_replicas replicas = { .count = 1 };
	uint32_t index = ring ? nd_ring_index(ring, x->coordinator) : 0, wanted;

	if (kind == NO_WORK)
		return 0;
	replicas.at[0] = (uint8_t)index;
	if (ring) {
		find_replicas(ring, index, e, &replicas);
		t.ranges = ring->now.count + 1;
	}
	wanted = kind <= RANGE ? waited_for(e->consistency, replicas.count) : replicas.count;
	TELL(&t, works[kind].first);
	for (uint32_t i = 0; i < replicas.count && i < wanted; i++) {
		bool is_here = replicas.at[i] == index;

		t.keeper = is_here ? self : ring->nodes[replicas.at[i]].address;
		if (!is_here)
			TELL(&t, works[kind].before);
		TELL(&t, works[kind].here);
		if (!is_here)
			TELL(&t, works[kind].after);
	}
	return t.count;
}
