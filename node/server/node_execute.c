/* SPDX-License-Identifier: MIT */
/* CQL without a client: each statement of a script as a QUERY of nobody's connection. */
#include "base/error.h"
#include "node/server/conn_statement.h"
#include "node/server/node.h"
#include "node/server/script.h"

struct script {
	const char *cql;
	bool ok;
	coodie_error err;
};

static bool run_one(struct nd_conn *c, cql_text cql, coodie_error *err)
{
	cql_message request = { .opcode = CQL_OP_QUERY };
	struct nd_exchange e = { .conn = c, .request = &request };
	const cql_error_message *why = &e.problem.error;

	request.as.query.cql = cql;
	request.as.query.params.consistency = CQL_CONSISTENCY_ONE;
	nd_problem_init(&e.problem, &c->arena);
	nd_answer_query(&e);
	if (!e.problem.happened)
		return true;
	cd_fail(err, COODIE_ERR_SERVER, "%.*s (0x%04x), in: %.*s",
		(int)(why->message.len < 160 ? why->message.len : 160), why->message.data,
		(unsigned)why->code, (int)(cql.len < 60 ? cql.len : 60), cql.data);
	err->server_code = why->code;
	return false;
}

/* Of a place in a script, from 1. */
static unsigned line_at(const char *cql, const char *at)
{
	unsigned line = 1;

	for (; cql < at; cql++)
		line += *cql == '\n';
	return line;
}

static void run_script(coodie_node *n, void *with)
{
	struct script *s = with;
	cql_text rest = { s->cql, strlen(s->cql) }, one;
	struct nd_conn c;

	n->db.admit =
		NULL; /* nobody's statement asks no replica: tests look in while nodes are down */
	nd_conn_init(&c, &n->members[0]->service);
	c.state = ND_CONN_READY;
	c.version = 5;
	s->ok = true;
	while (s->ok && nd_script_next(&rest, &one)) {
		s->ok = run_one(&c, one, &s->err);
		cd_arena_reset(&c.arena);
	}
	if (!s->ok)
		cd_error_prefix(&s->err, "line %u", line_at(s->cql, one.data));
	nd_conn_deinit(&c);
	n->db.admit = nd_ring_admit;
}

bool coodie_node_execute(coodie_node *n, const char *cql, coodie_error *err)
{
	struct script s = { .cql = cql };

	nd_node_run(n, run_script, &s);
	cd_clear(err);
	if (!s.ok)
		cd_error_copy(err, &s.err);
	return s.ok;
}
