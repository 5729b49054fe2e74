/* SPDX-License-Identifier: MIT */
/* The handshake as Cassandra has it: what is offered, what may be asked for, who may come in. */
#include "node/server/conn_handshake.h"

#include <strings.h>

#include "base/alloc.h"
#include "node/auth/role.h"

#define AUTHENTICATOR "org.apache.cassandra.auth.PasswordAuthenticator"
#define CQL_VERSION "3.4.7"

static cql_text text_of(const char *s)
{
	return (cql_text){ s, strlen(s) };
}

static void refuse(struct nd_exchange *e, const char *text, cql_text what)
{
	nd_refuse(&e->problem, ND_PROTOCOL_ERROR, text, (int)(what.len < 200 ? what.len : 200),
		  what.data ? what.data : "");
}

/* ---- OPTIONS -------------------------------------------------------------------------------- */

void nd_answer_options(struct nd_exchange *e)
{
	const struct nd_service *s = e->conn->service;
	enum { COMPRESSION, VERSIONS, CQL, OPTIONS };
	cql_option *at = cd_arena_take_array(&e->conn->arena, OPTIONS, sizeof *at);
	cql_text *values = cd_arena_take_array(&e->conn->arena, OPTIONS + 1, sizeof *values);
	uint16_t count;

	if (!at || !values) {
		nd_no_memory(&e->problem);
		return;
	}
	values[0] = text_of("lz4");
	values[1] = text_of("4/v4");
	values[2] = text_of("5/v5");
	values[3] = text_of(CQL_VERSION);
	at[COMPRESSION] = (cql_option){ text_of("COMPRESSION"), values, s->lz4 };
	at[VERSIONS] = (cql_option){ text_of("PROTOCOL_VERSIONS"), values + 1,
				     (uint16_t)(s->highest - 3) };
	at[CQL] = (cql_option){ text_of("CQL_VERSION"), values + 3, 1 };
	count = OPTIONS;
	if (s->scylla &&
	    !nd_scylla_supported(s->scylla, e->conn->shard, &e->conn->arena, &at, &count)) {
		nd_no_memory(&e->problem);
		return;
	}
	e->answer.opcode = CQL_OP_SUPPORTED;
	e->answer.as.options.at = at;
	e->answer.as.options.count = count;
}

/* ---- STARTUP -------------------------------------------------------------------------------- */

static bool is_word(cql_text t, const char *word)
{
	return t.len == strlen(word) && !strncasecmp(t.data, word, t.len);
}

/* The last of a key counts, as in Cassandra's map. */
static cql_text find_option(const struct nd_exchange *e, const char *key)
{
	cql_text found = { NULL, 0 };

	for (uint16_t i = 0; i < e->request->as.options.count; i++)
		if (is_word(e->request->as.options.at[i].key, key))
			found = *e->request->as.options.at[i].values;
	return found;
}

/* "3", "3.0", "3.4.5", "3.4.5-beta1": the major number, or -1. */
static int major_of(cql_text version)
{
	size_t digits = 0, dots = 0;
	int major = 0;

	while (digits < version.len && digits < 4 && version.data[digits] >= '0' &&
	       version.data[digits] <= '9')
		major = 10 * major + (version.data[digits++] - '0');
	if (!digits)
		return -1;
	for (size_t i = digits; i < version.len && version.data[i] != '-'; i++) {
		dots += version.data[i] == '.';
		if (version.data[i] != '.' && (version.data[i] < '0' || version.data[i] > '9'))
			return -1;
	}
	return dots && dots < 4 ? major : -1;
}

static bool check_cql_version(struct nd_exchange *e)
{
	cql_text version = find_option(e, "CQL_VERSION");
	int major = major_of(version);

	if (!version.data)
		return nd_refuse(&e->problem, ND_PROTOCOL_ERROR,
				 "Missing value CQL_VERSION in STARTUP message");
	if (major < 0)
		refuse(e, "Invalid version value: %.*s", version);
	else if (major < 3)
		refuse(e,
		       "CQL version %.*s is not supported by the binary protocol (supported version are >= 3.0.0)",
		       version);
	return !e->problem.happened;
}

static bool check_compression(struct nd_exchange *e)
{
	cql_text name = find_option(e, "COMPRESSION");

	if (!name.data || (is_word(name, "lz4") && e->conn->service->lz4))
		return true;
	if (is_word(name, "snappy"))
		return nd_refuse(&e->problem, ND_PROTOCOL_ERROR,
				 "This instance does not support Snappy compression");
	refuse(e, "Unknown compression algorithm: %.*s", name);
	return false;
}

static void keep(char *to, size_t size, cql_text from)
{
	size_t len = from.len < size ? from.len : size - 1;

	if (len)
		memcpy(to, from.data, len);
	to[len] = '\0';
}

void nd_answer_startup(struct nd_exchange *e)
{
	struct nd_conn *c = e->conn;

	if (!check_cql_version(e) || !check_compression(e))
		return;
	if (c->service->scylla) {
		c->agreed = nd_scylla_agree(e->request->as.options.at,
					    e->request->as.options.count);
		c->terms = &c->agreed.terms;
	}
	keep(c->driver_name, sizeof c->driver_name, find_option(e, "DRIVER_NAME"));
	keep(c->driver_version, sizeof c->driver_version, find_option(e, "DRIVER_VERSION"));
	if (c->service->db && c->service->db->has_roles) {
		e->answer.opcode = CQL_OP_AUTHENTICATE;
		e->answer.as.authenticator = text_of(AUTHENTICATOR);
	} else {
		e->answer.opcode = CQL_OP_READY;
	}
}

/* ---- AUTH_RESPONSE -------------------------------------------------------------------------- */

/* SASL PLAIN (RFC 4616): identity NUL user NUL password. */
static bool split_token(struct nd_exchange *e, cql_text *user, cql_text *password)
{
	const char *at = (const char *)e->request->as.token.data;
	size_t end = e->request->as.token.len;
	cql_text parts[2] = { { NULL, 0 }, { NULL, 0 } };
	unsigned count = 0;

	for (size_t i = end; i-- > 0;) {
		if (at[i])
			continue;
		if (count == 2)
			return nd_refuse(
				&e->problem, ND_BAD_CREDENTIALS,
				"Credential format error: username or password is empty or contains NUL(\\0) character");
		parts[count++] = (cql_text){ at + i + 1, end - i - 1 };
		end = i;
	}
	if (!parts[0].len)
		return nd_refuse(&e->problem, ND_BAD_CREDENTIALS, "Password must not be null");
	if (!parts[1].len)
		return nd_refuse(&e->problem, ND_BAD_CREDENTIALS,
				 "Authentication ID must not be null");
	*password = parts[0];
	*user = parts[1];
	return true;
}

/* Whether the role is there, the password its own, and LOGIN true. */
static bool check_login(struct nd_exchange *e, const char *role, cql_text password)
{
	struct nd_database *db = e->conn->service->db;
	struct nd_request x = { .db = db,
				.arena = &e->conn->arena,
				.problem = e->problem,
				.now_us = db->clock.now_us(db->clock.user) };
	struct nd_role found;

	if (!nd_role_check_password(&x, role, password.data, password.len))
		nd_refuse(&x.problem, ND_BAD_CREDENTIALS,
			  "Provided username %.200s and/or password are incorrect", role);
	else if (nd_role_find(&x, role, &found) && !found.can_login)
		nd_refuse(&x.problem, ND_BAD_CREDENTIALS, "%.200s is not permitted to log in",
			  role);
	e->problem = x.problem;
	return !x.problem.happened;
}

void nd_answer_auth_response(struct nd_exchange *e)
{
	const coodie_allocator *a = e->conn->service->allocator;
	cql_text user = { NULL, 0 }, password = { NULL, 0 };
	char *role;

	if (!split_token(e, &user, &password))
		return;
	role = cd_strndup(a, user.data, user.len);
	if (!role)
		nd_no_memory(&e->problem);
	if (!role || !check_login(e, role, password)) {
		cd_release(a, role);
		return;
	}
	cd_release(a, e->conn->role);
	e->conn->role = role;
	e->answer.opcode = CQL_OP_AUTH_SUCCESS;
	e->answer.as.token = (cql_blob){ NULL, 0 };
}

/* ---- REGISTER ------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	unsigned bit;
} events[] = {
	{ "TOPOLOGY_CHANGE", ND_EVENT_TOPOLOGY_CHANGE },
	{ "STATUS_CHANGE", ND_EVENT_STATUS_CHANGE },
	{ "SCHEMA_CHANGE", ND_EVENT_SCHEMA_CHANGE },
	{ "TRACE_COMPLETE", 0 }, /* known to Cassandra, sent by nobody */
	{ "CLIENT_ROUTES_CHANGE", ND_EVENT_CLIENT_ROUTES_CHANGE }, /* ScyllaDB's: the last */
};

static bool find_event(const struct nd_service *s, cql_text name, unsigned *bit)
{
	size_t count = sizeof events / sizeof events[0] - !s->scylla;

	for (size_t i = 0; i < count; i++)
		if (is_word(name, events[i].name)) {
			*bit = events[i].bit;
			return true;
		}
	return false;
}

void nd_answer_register(struct nd_exchange *e)
{
	const cql_texts *wanted = &e->request->as.register_events;
	unsigned mask = 0, bit;

	for (uint16_t i = 0; i < wanted->count; i++) {
		if (!find_event(e->conn->service, wanted->at[i], &bit)) {
			refuse(e,
			       "Invalid value '%.*s' for org.apache.cassandra.transport.Event$Type",
			       wanted->at[i]);
			return;
		}
		mask |= bit;
	}
	e->conn->events |= mask;
	e->answer.opcode = CQL_OP_READY;
}

/* ---- afterwards ----------------------------------------------------------------------------- */

void nd_handshake_done(struct nd_exchange *e)
{
	struct nd_conn *c = e->conn;

	if (e->problem.happened)
		return;
	if (e->request->opcode == CQL_OP_STARTUP) {
		bool lz4 = find_option(e, "COMPRESSION").data;
		c->version = e->request->version;
		cd_inbox_switch(&c->in, c->version, lz4);
		cd_outbox_switch(&c->out, c->version, lz4);
	}
	if (e->answer.opcode == CQL_OP_AUTHENTICATE)
		c->state = ND_CONN_AUTHENTICATING;
	else if (c->state != ND_CONN_READY && e->request->opcode != CQL_OP_OPTIONS)
		c->state = ND_CONN_READY;
}
