/* SPDX-License-Identifier: MIT */
/* Traces are written as Cassandra 5.0 writes them: a row of system_traces.sessions, its duration last,
 * and events of what was done, all of which are gone after a day. */
#include "node/server/trace.h"

#include <stdio.h>
#include <string.h>

#include "base/timeuuid.h"
#include "node/cluster/system_parts.h"
#include "node/server/prepared.h"

enum { STORAGE_PORT = 7000, TIME_TO_LIVE_S = 86400, EVENTS = 3 };

/* By the request's opcode: what the session is called, and its events. */
static const struct kind {
	const char *request;
	struct event {
		const char *activity;
		bool with_text; /* of the statement, behind it */
	} events[EVENTS];
} kinds[CQL_OP_COUNT] = {
	[CQL_OP_QUERY] = { "Execute CQL3 query",
			   { { "Parsing ", true },
			     { "Preparing statement", false },
			     { "Executing statement", false } } },
	[CQL_OP_PREPARE] = { "Preparing CQL3 query",
			     { { "Parsing ", true }, { "Preparing statement", false } } },
	[CQL_OP_EXECUTE] = { "Execute CQL3 prepared query",
			     { { "Executing prepared statement", false } } },
	[CQL_OP_BATCH] = { "Execute batch of CQL3 queries", { { "Executing batch", false } } },
};

static int64_t now_us(const struct nd_exchange *e)
{
	const struct nd_clock *clock = &e->conn->service->db->clock;

	return clock->now_us(clock->user);
}

/* No two are the same: they are numbered. */
static cql_uuid make_id(const struct nd_exchange *e)
{
	uint64_t tail = ++e->conn->service->traces * UINT64_C(0x9e3779b97f4a7c15);

	return cd_timeuuid_of(cd_ticks_of(e->began_us / 1000),
			      (tail & ~(UINT64_C(3) << 62)) | UINT64_C(1) << 63);
}

void nd_trace_begin(struct nd_exchange *e)
{
	if (!(e->request->flags & CQL_FLAG_TRACING) || !kinds[e->request->opcode].request)
		return;
	e->is_traced = true;
	e->began_us = now_us(e);
	e->trace = make_id(e);
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* What is said about the request: the text, and how it is to be run. */
struct about {
	cql_text cql;             /* `data` NULL: there is none */
	const cql_params *params; /* NULL: likewise */
};

static struct about look(const struct nd_exchange *e)
{
	const cql_message *m = e->request;
	struct about out = { 0 };

	if (m->opcode == CQL_OP_QUERY)
		out = (struct about){ m->as.query.cql, &m->as.query.params };
	else if (m->opcode == CQL_OP_PREPARE)
		out.cql = m->as.prepare.cql;
	else if (m->opcode == CQL_OP_EXECUTE)
		out = (struct about){ e->held ? cql_text_of(e->held->cql) : out.cql,
				      &m->as.execute.params };
	else
		out.params = &m->as.batch.params;
	return out;
}

static void put_parameters(struct nd_rows *r, const struct about *a)
{
	const cql_params *p = a->params;
	char *rows = cd_arena_take(r->x->arena, 16); /* rows point to their texts */

	if (a->cql.data)
		nd_rows_put_entry(r, "parameters", "query", a->cql);
	if (!p)
		return;
	nd_rows_put_entry(r, "parameters", "consistency_level",
			  cql_text_of(cql_consistency_name(p->consistency)));
	nd_rows_put_entry(
		r, "parameters", "serial_consistency_level",
		cql_text_of(cql_consistency_name(p->serial_consistency ? p->serial_consistency
								       : CQL_CONSISTENCY_SERIAL)));
	if (p->has_page_rows && rows) {
		snprintf(rows, 16, "%ld", (long)p->page_rows);
		nd_rows_put_entry(r, "parameters", "page_size", cql_text_of(rows));
	}
}

static void put_session(struct nd_rows *r, const struct nd_exchange *e, cql_inet coordinator,
			const struct about *about, int32_t took_us)
{
	const cql_timestamp began = { e->began_us / 1000 };

	nd_rows_partition(r, cql_from_uuid(e->trace));
	nd_rows_row(r, NULL);
	nd_rows_put(r, "client", cql_from_inet(e->conn->client));
	nd_rows_put(r, "command", cql_from_str("QUERY"));
	nd_rows_put(r, "coordinator", cql_from_inet(coordinator));
	nd_rows_put(r, "coordinator_port", cql_from_int(STORAGE_PORT));
	nd_rows_put(r, "request", cql_from_str(kinds[e->request->opcode].request));
	nd_rows_put(r, "started_at", cql_from_timestamp(began));
	put_parameters(r, about);
	nd_rows_put(r, "duration", cql_from_int(took_us));
}

/* In the request's arena likewise. */
static cql_value activity_of(const struct nd_rows *r, const struct event *event, cql_text cql)
{
	size_t head = strlen(event->activity), tail = event->with_text ? cql.len : 0;
	char *out = cd_arena_take(r->x->arena, head + tail + 1);

	if (!out)
		return cql_null();
	memcpy(out, event->activity, head);
	if (tail)
		memcpy(out + head, cql.data, tail);
	out[head + tail] = '\0';
	return cql_from_str(out);
}

/* Spread over what the request took; never 0, as which cqlsh shows none. */
static int32_t elapsed(int32_t took_us, int i)
{
	int32_t at = (int32_t)((int64_t)took_us * (i + 1) / (EVENTS + 1));

	return at > i ? at : i + 1;
}

static void put_events(struct nd_rows *r, const struct nd_exchange *e, cql_inet source,
		       const struct about *about, int32_t took_us)
{
	const struct event *events = kinds[e->request->opcode].events;
	const uint64_t ticks = cd_ticks_of(e->began_us / 1000);

	nd_rows_partition(r, cql_from_uuid(e->trace));
	for (int i = 0; i < EVENTS && events[i].activity; i++) {
		const cql_value id = cql_from_uuid(
			cd_timeuuid_of(ticks + (uint64_t)i, UINT64_C(1) << 63));
		nd_rows_row(r, &id);
		nd_rows_put(r, "activity", activity_of(r, &events[i], about->cql));
		nd_rows_put(r, "source", cql_from_inet(source));
		nd_rows_put(r, "source_elapsed", cql_from_int(elapsed(took_us, i)));
		nd_rows_put(r, "source_port", cql_from_int(STORAGE_PORT));
		nd_rows_put(r, "thread", cql_from_str("Native-Transport-Requests-1"));
	}
}

/* A trace that there is no memory for is not written: who reads it waits in vain, as for one that a
 * node of Cassandra was too busy for. */
void nd_trace_end(struct nd_exchange *e)
{
	struct nd_service *s = e->conn->service;
	const struct nd_keyspace *k = nd_schema_keyspace(&s->db->schema, "system_traces");
	const int32_t took_us = (int32_t)(now_us(e) - e->began_us);
	struct nd_request x = { .db = s->db,
				.arena = &e->conn->arena,
				.coordinator = s->coordinator,
				.now_us = e->began_us };
	const struct about about = look(e);
	struct nd_system_node self;
	struct nd_rows r;

	if (!k || !nd_system_node(&x, 0, &self))
		return;
	nd_problem_init(&x.problem, x.arena);
	nd_rows_begin(&r, nd_keyspace_table(k, "events"), &x);
	r.ttl = TIME_TO_LIVE_S;
	put_events(&r, e, self.address, &about, took_us);
	if (!nd_rows_end(&r))
		return;
	nd_rows_begin(&r, nd_keyspace_table(k, "sessions"), &x);
	r.ttl = TIME_TO_LIVE_S;
	put_session(&r, e, self.address, &about, took_us);
	nd_rows_end(&r);
}
