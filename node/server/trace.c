/* SPDX-License-Identifier: MIT */
/* Traces are written as Cassandra 5.0 writes them: a row of system_traces.sessions, its duration last,
 * and events of what was done, all of which are gone after a day. */
#include "node/server/trace.h"

#include <coodie/text.h>
#include <coodie/wire.h>
#include <stdio.h>
#include <string.h>

#include "base/timeuuid.h"
#include "node/cluster/system_parts.h"
#include "node/function/term_parts.h"
#include "node/plan/plan.h"
#include "node/server/prepared.h"
#include "node/server/trace_steps.h"

enum { STORAGE_PORT = 7000, EVENTS = 2 };

/* By the request's opcode: what the session is called, and its first events. */
static const struct kind {
	const char *request;
	struct event {
		const char *activity;
		bool with_text; /* of the statement, behind it */
	} events[EVENTS];
} kinds[CQL_OP_COUNT] = {
	[CQL_OP_QUERY] = { "Execute CQL3 query",
			   { { "Parsing ", true }, { "Preparing statement", false } } },
	[CQL_OP_PREPARE] = { "Preparing CQL3 query",
			     { { "Parsing ", true }, { "Preparing statement", false } } },
	[CQL_OP_EXECUTE] = { "Execute CQL3 prepared query", { { NULL, false } } },
	[CQL_OP_BATCH] = { "Execute batch of CQL3 queries", { { NULL, false } } },
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

/* "bound_var_0_k": its literal, of which long ones are cut. */
static void put_bound(struct nd_rows *r, const struct nd_exchange *e, uint16_t i,
		      const cql_bound *bound)
{
	enum { MOST = 1000 };
	const cql_column_spec *marker = &e->plan->markers.columns[i];
	struct cd_arena *a = r->x->arena;
	char *text = cd_arena_take(a, MOST + sizeof "...'");
	cql_value v;
	const char *name = nd_text(&r->x->problem, a, "bound_var_%u_%.*s", (unsigned)i,
				   (int)marker->name.len, marker->name.data);

	if (!text || !name)
		return;
	if (bound->is_unset)
		strcpy(text, "<unset>");
	else if (!bound->value.data || !cql_decode(marker->type, bound->value, &v, NULL))
		strcpy(text, "null");
	else if (cql_literal_format(marker->type, v, text, MOST + 1) > MOST)
		strcpy(text + MOST, "...'");
	nd_rows_put_entry(r, "parameters", name, cql_text_of(text));
}

static void put_bound_values(struct nd_rows *r, const struct nd_exchange *e, const cql_params *p)
{
	if (e->request->opcode != CQL_OP_EXECUTE || !e->plan)
		return;
	for (uint16_t i = 0; i < p->value_count && i < e->plan->markers.column_count; i++)
		put_bound(r, e, i, &p->values[i]);
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
	if (about->params)
		put_bound_values(r, e, about->params);
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

/* The events of a trace on their way: each is a tick behind the one before. */
struct story {
	struct nd_rows *rows;
	uint64_t ticks;
	uint32_t told, count;
	int32_t took_us;
};

/* Spread over what the request took; never 0, as which cqlsh shows none. */
static int32_t elapsed(const struct story *s)
{
	int32_t at = (int32_t)((int64_t)s->took_us * (s->told + 1) / (s->count + 1));

	return at > (int32_t)s->told ? at : (int32_t)s->told + 1;
}

static void put_event(struct story *s, cql_value activity, cql_inet source, const char *thread)
{
	const cql_value id = cql_from_uuid(cd_timeuuid_of(s->ticks + s->told, UINT64_C(1) << 63));
	const int32_t elapsed_us = elapsed(s);

	s->told++;
	nd_rows_row(s->rows, &id);
	nd_rows_put(s->rows, "activity", activity);
	nd_rows_put(s->rows, "source", cql_from_inet(source));
	nd_rows_put(s->rows, "source_elapsed", cql_from_int(elapsed_us));
	nd_rows_put(s->rows, "source_port", cql_from_int(STORAGE_PORT));
	nd_rows_put(s->rows, "thread", cql_from_str(thread));
}

static void put_events(struct nd_rows *r, const struct nd_exchange *e, cql_inet source,
		       const struct about *about, int32_t took_us)
{
	const struct event *events = kinds[e->request->opcode].events;
	struct nd_trace_step steps[ND_TRACE_STEPS];
	uint32_t count = nd_trace_steps(e, r->x, source, steps);
	struct story story = { r, cd_ticks_of(e->began_us / 1000), 0, EVENTS + count, took_us };

	nd_rows_partition(r, cql_from_uuid(e->trace));
	for (int i = 0; i < EVENTS && events[i].activity; i++)
		put_event(&story, activity_of(r, &events[i], about->cql), source,
			  "Native-Transport-Requests-1");
	for (uint32_t i = 0; i < count; i++)
		put_event(&story, cql_from_str(steps[i].activity), steps[i].source,
			  steps[i].thread);
}

/* A day, unless cassandra.yaml says otherwise. */
static int32_t ttl_of(const struct nd_database *db)
{
	int64_t us = db->settings.trace_type_query_ttl;

	return us < 0 ? 0 : (int32_t)(us / 1000000);
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
	r.ttl = ttl_of(s->db);
	put_events(&r, e, self.address, &about, took_us);
	if (!nd_rows_end(&r))
		return;
	nd_rows_begin(&r, nd_keyspace_table(k, "sessions"), &x);
	r.ttl = ttl_of(s->db);
	put_session(&r, e, self.address, &about, took_us);
	nd_rows_end(&r);
}
