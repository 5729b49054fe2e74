/* SPDX-License-Identifier: MIT */
/* QUERY, PREPARE and EXECUTE, with the rules Cassandra has for them. */
#include "node/server/conn_statement.h"

#include <inttypes.h>

#include "base/alloc.h"
#include "node/auth/access.h"
#include "node/cql/parser.h"
#include "node/value/hex.h"

/* ---- the request ---------------------------------------------------------------------------- */

const char *nd_statement_keyspace(struct nd_exchange *e, cql_text name)
{
	const char *copy = cd_arena_strndup(&e->conn->arena, name.data, name.len);

	if (!copy)
		nd_no_memory(&e->problem);
	else if (!nd_schema_keyspace(&e->conn->service->db->schema, copy))
		nd_refuse(&e->problem, ND_INVALID, "Keyspace '%s' does not exist", copy);
	return e->problem.happened ? NULL : copy;
}

static bool check_params(struct nd_exchange *e, const cql_params *p)
{
	if (p->has_page_rows && p->page_rows == 0)
		return nd_refuse(&e->problem, ND_PROTOCOL_ERROR, "The page size cannot be 0");
	if (p->has_timestamp && p->timestamp_us == INT64_MIN)
		return nd_refuse(&e->problem, ND_PROTOCOL_ERROR,
				 "Out of bound timestamp, must be in [%" PRId64 ", %" PRId64
				 "] (got %" PRId64 ")",
				 -INT64_MAX, INT64_MAX, INT64_MIN);
	if (p->consistency == CQL_CONSISTENCY_NODE_LOCAL)
		return nd_refuse(
			&e->problem, ND_INVALID,
			"NODE_LOCAL consistency level is highly dangerous and should be used only for debugging purposes");
	return true;
}

/* What came together is of one time: a look at the clock takes as long as finding a row. */
static int64_t clock_of(struct nd_conn *c)
{
	const struct nd_clock *clock = &c->service->db->clock;

	if (!c->clock_us)
		c->clock_us = clock->now_us(clock->user);
	return c->clock_us;
}

bool nd_statement_begin(struct nd_exchange *e, const cql_params *p, struct nd_request *x)
{
	struct nd_conn *c = e->conn;
	struct nd_database *db = c->service->db;

	if (!check_params(e, p))
		return false;
	nd_request_init(x, db, &c->arena);
	x->coordinator = c->service->coordinator;
	x->keyspace = x->used_keyspace = c->keyspace;
	x->role = c->role;
	x->version = c->version;
	x->consistency = p->consistency;
	x->serial_consistency = p->serial_consistency ? p->serial_consistency
						      : CQL_CONSISTENCY_SERIAL;
	x->skip_metadata = p->skip_metadata;
	x->has_page_rows = p->has_page_rows;
	x->page_rows = p->page_rows;
	x->paging_state = p->paging_state;
	x->has_timestamp = p->has_timestamp;
	x->timestamp_us = p->timestamp_us;
	x->has_now = p->has_now;
	x->now_in_seconds = p->now_in_seconds;
	x->now_us = clock_of(c);
	x->is_ordinary_user = c->role && !nd_access_is_super(x);
	if (p->keyspace.data)
		x->keyspace = nd_statement_keyspace(e, p->keyspace);
	return !e->problem.happened;
}

/* Neither null nor what is unset has bytes. */
static inline struct nd_value value_of(const cql_bound *b)
{
	enum nd_presence presence = b->value.data ? ND_VALUE : b->is_unset ? ND_UNSET : ND_NULL;

	return (struct nd_value){ presence, b->value.data, b->value.len };
}

static bool is_named(cql_text name, cql_text marker)
{
	return name.len == marker.len && !memcmp(name.data, marker.data, name.len);
}

/* A marker that no value names has none: then there are too few. */
static uint32_t bind_names(const cql_markers *markers, const cql_bound *values, uint16_t count,
			   struct nd_value *to)
{
	uint32_t found = 0;

	for (uint32_t i = 0; i < markers->column_count; i++)
		for (uint16_t j = 0; j < count; j++)
			if (is_named(values[j].name, markers->columns[i].name)) {
				to[found++] = value_of(&values[j]);
				break;
			}
	return found;
}

uint32_t nd_statement_values(const cql_markers *markers, const cql_bound *values, uint16_t count,
			     struct nd_value *to)
{
	if (count && values->name.data)
		return bind_names(markers, values, count, to);
	for (uint16_t i = 0; i < count; i++)
		to[i] = value_of(&values[i]);
	return count;
}

bool nd_statement_bind(struct nd_exchange *e, const cql_markers *markers, const cql_bound *values,
		       uint16_t count, struct nd_request *x)
{
	uint32_t most = markers->column_count > count ? markers->column_count : count;
	struct nd_value *to;

	if (!most)
		return true;
	to = cd_arena_take(&e->conn->arena, most * sizeof *to);
	if (!to)
		return nd_no_memory(&e->problem);
	x->values = to;
	x->value_count = nd_statement_values(markers, values, count, to);
	return true;
}

/* ---- the answer ----------------------------------------------------------------------------- */

/* USE: from now on this connection's. */
static bool take_keyspace(struct nd_exchange *e, cql_text name)
{
	struct nd_conn *c = e->conn;
	char *copy = cd_strndup(c->service->allocator, name.data, name.len);

	if (!copy)
		return nd_no_memory(&e->problem);
	cd_release(c->service->allocator, c->keyspace);
	c->keyspace = copy;
	return true;
}

void nd_statement_end(struct nd_exchange *e, struct nd_request *x, bool ok)
{
	e->admitted = x->admitted;
	e->admitted_keyspace = x->admitted_keyspace;
	e->token = x->token;
	e->reads_range = x->reads_range;
	e->consistency = x->consistency;
	if (x->warning_count) {
		e->answer.has_warnings = true;
		e->answer.warnings = (cql_texts){ x->warnings, x->warning_count };
	}
	if (!ok || x->problem.happened) {
		if (x->problem.happened)
			e->problem = x->problem;
		if (!e->problem.happened)
			nd_refuse(&e->problem, ND_SERVER_ERROR, "the node gave no reason");
		return;
	}
	if (x->result.kind == COODIE_RESULT_SET_KEYSPACE && !take_keyspace(e, x->result.keyspace))
		return;
	e->answer.opcode = CQL_OP_RESULT;
	e->answer.as.result = x->result;
}

bool nd_statement_unprepared(struct nd_exchange *e, cql_blob id)
{
	char hex[2 * CD_MD5_SIZE + 1];

	nd_hex(hex, id.data, id.len < CD_MD5_SIZE ? id.len : CD_MD5_SIZE);
	nd_refuse(
		&e->problem, ND_UNPREPARED,
		"Prepared query with ID %s not found (either the query was not prepared on this host (maybe the host has been restarted?) or you have prepared too many queries and it has been evicted from the internal cache)",
		hex);
	e->problem.error.unprepared_id = id;
	return false;
}

/* ScyllaDB: an answer says so when a request came to the wrong node or shard. `block`: EXECUTE's byte
 * about tablets, negative: none. */
static void tell_place(struct nd_exchange *e, const struct nd_plan *plan,
		       const struct nd_request *x, int block)
{
	struct nd_conn *c = e->conn;
	struct nd_scylla_visit visit = { plan->table, x->token, c->shard, block };
	cql_payload *payload;

	if (!c->service->scylla || e->problem.happened || x->admitted != 1 || !plan->table ||
	    plan->table->keyspace->is_system)
		return;
	payload = cd_arena_take_zero(&c->arena, sizeof *payload);
	if (!payload ||
	    !nd_scylla_visited(c->service->scylla, &c->agreed, &visit, &c->arena, payload)) {
		nd_no_memory(&e->problem);
		return;
	}
	if (!payload->value.data)
		return;
	e->answer.has_payload = true;
	e->answer.payload = payload;
	e->answer.payload_count = 1;
}

/* ---- QUERY ---------------------------------------------------------------------------------- */

static const struct nd_plan *plan_query(struct nd_exchange *e, cql_text cql, const char *keyspace)
{
	struct nd_conn *c = e->conn;
	struct nd_statement *tree = nd_parse(&c->arena, cql.data, cql.len, &e->problem);

	if (!tree)
		return NULL;
	return nd_plan_new(c->service->db, &c->arena, tree, keyspace, c->version, &e->problem);
}

void nd_answer_query(struct nd_exchange *e)
{
	const cql_params *p = &e->request->as.query.params;
	const struct nd_plan *plan;
	struct nd_request x;
	bool ok;

	if (!nd_statement_begin(e, p, &x) ||
	    !(plan = plan_query(e, e->request->as.query.cql, x.keyspace)) ||
	    !nd_statement_bind(e, &plan->markers, p->values, p->value_count, &x))
		return;
	if (x.value_count != plan->markers.column_count) {
		nd_refuse(&e->problem, ND_INVALID, "Invalid amount of bind variables");
		return;
	}
	e->plan = plan;
	ok = nd_plan_run(plan, &x);
	if (ok && x.result.kind == COODIE_RESULT_ROWS && p->skip_metadata)
		x.result.metadata.columns = NULL;
	nd_statement_end(e, &x, ok);
	tell_place(e, plan, &x, -1);
}

/* ---- PREPARE -------------------------------------------------------------------------------- */

/* Once for each connection, as in Cassandra. */
static void warn_of_use(struct nd_exchange *e, const struct nd_prepared_statement *s)
{
	struct nd_request x = { .arena = &e->conn->arena };
	char hex[2 * CD_MD5_SIZE + 1];

	if (e->conn->warned_of_use)
		return;
	e->conn->warned_of_use = true;
	nd_hex(hex, s->id, CD_MD5_SIZE);
	nd_request_warn(
		&x,
		"`USE <keyspace>` with prepared statements is considered to be an anti-pattern due to ambiguity in non-qualified table names. Please consider removing instances of `Session#setKeyspace(<keyspace>)`, `Session#execute(\"USE <keyspace>\")` and `cluster.newSession(<keyspace>)` from your code, and always use fully qualified table names (e.g. <keyspace>.<table>). Keyspace used: %s, statement keyspace: %s, statement id: %s",
		e->conn->keyspace ? e->conn->keyspace : "null", s->keyspace ? s->keyspace : "null",
		hex);
	e->answer.has_warnings = x.warning_count;
	e->answer.warnings = (cql_texts){ x.warnings, x.warning_count };
}

static bool validate(struct nd_exchange *e, const struct nd_plan *plan)
{
	struct nd_database *db = e->conn->service->db;
	struct nd_request x = { .db = db,
				.arena = &e->conn->arena,
				.problem = e->problem,
				.coordinator = e->conn->service->coordinator,
				.role = e->conn->role,
				.now_us = db->clock.now_us(db->clock.user) };
	bool ok = !plan->validate || plan->validate(plan, &x);

	e->problem = x.problem;
	return ok;
}

void nd_answer_prepare(struct nd_exchange *e)
{
	struct nd_conn *c = e->conn;
	const char *keyspace = c->keyspace;
	struct nd_prepared_statement *s;
	cql_text of = e->request->as.prepare.keyspace;

	if (of.data && !(keyspace = nd_statement_keyspace(e, of)))
		return;
	s = nd_prepared_make(c->service->prepared, e->request->as.prepare.cql, keyspace, c->version,
			     &e->problem);
	if (!s)
		return;
	if (!validate(e, s->plan))
		return;
	if (s->keyspace && !of.data)
		warn_of_use(e, s);
	e->answer.opcode = CQL_OP_RESULT;
	e->answer.as.result = (cql_result){
		.kind = COODIE_RESULT_PREPARED,
		.id = { s->id, sizeof s->id },
		.markers = s->plan->markers,
		.metadata = s->plan->metadata,
	};
	nd_scylla_mark(&c->agreed, s->plan->is_conditional, &e->answer.as.result.markers);
	if (nd_conn_has_metadata_ids(c))
		e->answer.as.result.metadata_id = (cql_blob){ s->metadata_id,
							      sizeof s->metadata_id };
}

/* ---- EXECUTE -------------------------------------------------------------------------------- */

/* LIST has columns only when it answers: they are always news to the client. */
static void tell_columns(struct nd_exchange *e, cql_metadata *m)
{
	uint8_t *id = cd_arena_take(&e->conn->arena, CD_MD5_SIZE);

	if (!id || !nd_metadata_id(m, &e->conn->arena, id)) {
		nd_no_memory(&e->problem);
		return;
	}
	m->new_metadata_id = (cql_blob){ id, CD_MD5_SIZE };
}

/* The client keeps the columns of PREPARED: they are sent when it did not ask to leave them out, when
 * it has others than ours, with conditions, whose columns are another each time, and with DESCRIBE,
 * which is prepared without any. */
static void skip_metadata(struct nd_exchange *e, const struct nd_prepared_statement *s,
			  struct nd_request *x)
{
	cql_blob id = e->request->as.execute.metadata_id;
	cql_metadata *m = &x->result.metadata;

	if (s->plan->is_conditional || s->plan->statement->kind == ND_DESCRIBE)
		return;
	if (!s->plan->metadata.columns && nd_conn_has_metadata_ids(e->conn)) {
		tell_columns(e, m);
		return;
	}
	if (nd_conn_has_metadata_ids(e->conn) &&
	    (id.len != sizeof s->metadata_id || memcmp(id.data, s->metadata_id, id.len) != 0)) {
		m->new_metadata_id = (cql_blob){ s->metadata_id, sizeof s->metadata_id };
		m->columns = s->plan->metadata.columns;
	} else if (x->skip_metadata) {
		m->columns = NULL;
	}
	e->head = nd_prepared_head(s, e->conn->version, m);
}

static void execute(struct nd_exchange *e, struct nd_prepared_statement *s)
{
	const cql_params *p = &e->request->as.execute.params;
	struct nd_request x;
	bool ok;

	if (!nd_statement_begin(e, p, &x) ||
	    !nd_statement_bind(e, &s->plan->markers, p->values, p->value_count, &x))
		return;
	if (x.value_count != s->plan->markers.column_count) {
		nd_refuse(&e->problem, ND_INVALID,
			  "there were %" PRIu32 " markers(?) in CQL but %" PRIu32
			  " bound variables",
			  s->plan->markers.column_count, x.value_count);
		return;
	}
	e->plan = s->plan;
	ok = nd_plan_run(s->plan, &x);
	if (ok && x.result.kind == COODIE_RESULT_ROWS)
		skip_metadata(e, s, &x);
	nd_statement_end(e, &x, ok);
	tell_place(e, s->plan, &x,
		   e->conn->agreed.tablets_v2 ? e->request->as.execute.tablet_version_block : -1);
}

void nd_answer_execute(struct nd_exchange *e)
{
	cql_blob id = e->request->as.execute.id;
	struct nd_prepared_statement *s = nd_prepared_find(e->conn->service->prepared, id);

	if (!s) {
		nd_statement_unprepared(e, id);
		return;
	}
	nd_prepared_hold(s);
	execute(e, s);
	e->held = s;
}
