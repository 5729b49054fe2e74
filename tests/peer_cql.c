/* SPDX-License-Identifier: MIT */
/* From requests to answers: the handshake, the script, prepared statements, paging, and answers
 * held back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/peer_internal.h"

enum { KIND_VOID = 1, KIND_ROWS, KIND_SET_KEYSPACE, KIND_PREPARED };
enum { META_GLOBAL = 0x01, META_MORE = 0x02, META_NONE = 0x04 };

/* An answer on its way. */
struct peer_reply {
	struct peer_reply *next;
	struct peer_conn *conn;
	struct peer_message message;
	enum peer_damage damage;
	coodie_watch *timer; /* of a delayed one */
};

/* What a QUERY or an EXECUTE asks beside its text. */
struct parameters {
	int32_t page_rows;
	uint32_t from_row;
	bool skip_metadata;
};

/* ---- sending --------------------------------------------------------------------------------- */

static struct peer_message new_message(const struct peer_request *r, enum peer_opcode opcode)
{
	struct peer_message m = { .stream = r->stream, .opcode = (uint8_t)opcode };

	cd_buffer_init(&m.body, NULL, 0);
	return m;
}

/* Sends and frees, with the damage of this phase if it is the one. */
static void send_now(struct peer_conn *c, enum peer_phase phase, struct peer_message *m,
		     enum peer_damage damage)
{
	if (phase && c->at == phase)
		damage = c->peer->options.damage;
	peer_conn_send(c, damage, m);
	cd_buffer_deinit(&m->body);
}

static void send_error(struct peer_conn *c, enum peer_phase phase, const struct peer_request *r,
		       int32_t code, const char *text)
{
	struct peer_message m = new_message(r, PEER_OP_ERROR);

	cd_buffer_be32(&m.body, (uint32_t)code);
	peer_put_string(&m.body, text);
	send_now(c, phase, &m, PEER_FINE);
}

static void free_reply(struct peer_reply *reply)
{
	if (reply->timer)
		reply->conn->peer->loop.vtable->timer_free(reply->conn->peer->loop.state,
							   reply->timer);
	cd_buffer_deinit(&reply->message.body);
	free(reply);
}

static void unlink_reply(struct peer_reply **list, const struct peer_reply *reply)
{
	while (*list != reply)
		list = &(*list)->next;
	*list = reply->next;
}

void peer_forget_replies(struct peer *p, const struct peer_conn *c)
{
	struct peer_reply **lists[2] = { &p->held, &p->delayed };

	for (int i = 0; i < 2; i++)
		for (struct peer_reply **at = lists[i]; *at;) {
			struct peer_reply *reply = *at;
			if (reply->conn != c) {
				at = &reply->next;
				continue;
			}
			*at = reply->next;
			p->held_count -= i == 0;
			free_reply(reply);
		}
}

static void on_delay(void *user)
{
	struct peer_reply *reply = user;
	struct peer *p = reply->conn->peer;

	unlink_reply(&p->delayed, reply);
	peer_conn_send(reply->conn, reply->damage, &reply->message);
	free_reply(reply);
	peer_reap(p);
}

/* The list is newest first, so this is the reverse of the order they were asked in. */
void peer_release_held(struct peer *p)
{
	while (p->held) {
		struct peer_reply *reply = p->held;
		p->held = reply->next;
		p->held_count--;
		peer_conn_send(reply->conn, reply->damage, &reply->message);
		free_reply(reply);
	}
}

/* Sends the answer to a statement now, later, or with others. Takes the message. */
static void send_answer(struct peer_conn *c, struct peer_message *take, enum peer_damage damage,
			uint32_t delay_ms)
{
	struct peer *p = c->peer;
	struct peer_reply *reply;
	unsigned hold;

	pthread_mutex_lock(&p->lock);
	hold = p->hold;
	pthread_mutex_unlock(&p->lock);
	if (!hold && !delay_ms) {
		peer_conn_send(c, damage, take);
		cd_buffer_deinit(&take->body);
		return;
	}
	reply = calloc(1, sizeof *reply);
	peer_must(reply, "memory for a reply");
	*reply = (struct peer_reply){ .conn = c, .message = *take, .damage = damage };
	if (delay_ms) {
		reply->timer = p->loop.vtable->timer_new(p->loop.state, on_delay, reply);
		peer_must(reply->timer, "a timer");
		reply->next = p->delayed;
		p->delayed = reply;
		p->loop.vtable->timer_set(p->loop.state, reply->timer, (uint64_t)delay_ms * 1000);
		return;
	}
	reply->next = p->held;
	p->held = reply;
	if (++p->held_count >= hold)
		peer_release_held(p);
}

/* ---- the handshake --------------------------------------------------------------------------- */

static void on_options(struct peer_conn *c, const struct peer_request *r)
{
	struct peer_message m = new_message(r, PEER_OP_SUPPORTED);
	const char *const *more = c->peer->options.supported;
	uint16_t count = 3;

	for (size_t i = 0; more && more[i]; i += 2)
		count++;
	cd_buffer_be16(&m.body, count);
	peer_put_string(&m.body, "CQL_VERSION");
	cd_buffer_be16(&m.body, 1);
	peer_put_string(&m.body, "3.4.7");
	peer_put_string(&m.body, "COMPRESSION");
	cd_buffer_be16(&m.body, c->peer->options.no_lz4 ? 1 : 2);
	peer_put_string(&m.body, "snappy");
	if (!c->peer->options.no_lz4)
		peer_put_string(&m.body, "lz4");
	peer_put_string(&m.body, "PROTOCOL_VERSIONS");
	cd_buffer_be16(&m.body, c->peer->options.highest >= 5 ? 3 : 2);
	peer_put_string(&m.body, "3/v3");
	peer_put_string(&m.body, "4/v4");
	if (c->peer->options.highest >= 5)
		peer_put_string(&m.body, "5/v5");
	for (size_t i = 0; more && more[i]; i += 2) {
		peer_put_string(&m.body, more[i]);
		cd_buffer_be16(&m.body, 1);
		peer_put_string(&m.body, more[i + 1]);
	}
	send_now(c, PEER_AT_OPTIONS, &m, PEER_FINE);
}

/* Does a [string map] say key = value? */
static bool map_says(struct cd_reader map, const char *key, const char *value)
{
	for (uint16_t n = cd_reader_be16(&map); n && !map.failed; n--) {
		struct cd_span k = cd_reader_span(&map, cd_reader_be16(&map));
		struct cd_span v = cd_reader_span(&map, cd_reader_be16(&map));
		if (k.len == strlen(key) && !strncasecmp((const char *)k.at, key, k.len))
			return v.len == strlen(value) &&
			       !strncasecmp((const char *)v.at, value, v.len);
	}
	return false;
}

static void on_startup(struct peer_conn *c, const struct peer_request *r)
{
	bool login = c->peer->options.password;
	struct peer_message m = new_message(r, login ? PEER_OP_AUTHENTICATE : PEER_OP_READY);

	if (!map_says(r->body, "CQL_VERSION", "3.0.0") &&
	    !map_says(r->body, "CQL_VERSION", "3.4.7")) {
		cd_buffer_deinit(&m.body);
		send_error(c, PEER_AT_STARTUP, r, 0x000a,
			   "Missing value CQL_VERSION in STARTUP message");
		return;
	}
	if (login)
		peer_put_string(&m.body, "org.apache.cassandra.auth.PasswordAuthenticator");
	c->lz4 = map_says(r->body, "COMPRESSION", "lz4");
	send_now(c, PEER_AT_STARTUP, &m, PEER_FINE);
	c->segments = c->version >= 5;
}

static void on_auth(struct peer_conn *c, const struct peer_request *r)
{
	const struct peer_options *o = &c->peer->options;
	struct cd_reader body = r->body;
	struct cd_span token = cd_reader_span(&body, cd_reader_be32(&body));
	size_t user = strlen(o->user ? o->user : ""),
	       password = strlen(o->password ? o->password : "");
	struct peer_message m;

	if (!o->password || token.len != user + password + 2 || token.at[0] ||
	    memcmp(token.at + 1, o->user, user) || token.at[user + 1] ||
	    memcmp(token.at + user + 2, o->password, password)) {
		send_error(c, PEER_AT_AUTH, r, 0x0100,
			   "Provided username and/or password are incorrect");
		return;
	}
	m = new_message(r, PEER_OP_AUTH_SUCCESS);
	cd_buffer_be32(&m.body, UINT32_MAX);
	send_now(c, PEER_AT_AUTH, &m, PEER_FINE);
}

static void on_register(struct peer_conn *c, const struct peer_request *r)
{
	struct peer_message m = new_message(r, PEER_OP_READY);

	send_now(c, PEER_AT_REGISTER, &m, PEER_FINE);
}

/* ---- the script ------------------------------------------------------------------------------ */

struct peer_script *peer_script_ref(struct peer_script *s)
{
	s->references++;
	return s;
}

void peer_script_unref(struct peer_script *s)
{
	if (!s || --s->references)
		return;
	peer_free_columns(s->binds, s->bind_count);
	peer_free_columns(s->columns, s->column_count);
	cd_buffer_deinit(&s->cells);
	cd_buffer_deinit(&s->details);
	free(s->message);
	free(s->warning);
	free(s->cql);
	free(s);
}

static bool matches(const struct peer_script *s, const char *cql, bool whole)
{
	size_t len = strlen(s->cql);

	if (s->answer.times && !s->left)
		return false;
	if (whole)
		return !strcmp(s->cql, cql);
	return len && s->cql[len - 1] == '*' && !strncmp(s->cql, cql, len - 1);
}

/* The script's row for a statement, or what the peer says by itself. `use` counts it off. Freed
 * with unref. */
static struct peer_script *find_script(struct peer *p, const char *cql, bool use)
{
	struct peer_script *found = NULL;

	pthread_mutex_lock(&p->lock);
	for (int whole = 1; whole >= 0; whole--)
		for (struct peer_script *s = p->scripts; s && !found; s = s->next)
			if (matches(s, cql, whole)) {
				found = peer_script_ref(s);
				s->left -= use && s->answer.times;
			}
	pthread_mutex_unlock(&p->lock);
	if (!found)
		found = peer_system_script(p, cql);
	if (!found) {
		found = calloc(1, sizeof *found);
		peer_must(found, "memory for a script");
		found->references = 1;
		if (!strncasecmp(cql, "USE ", 4)) {
			found->answer.kind = PEER_SET_KEYSPACE;
			found->message = strdup(cql + 4);
		}
	}
	return found;
}

static void release_script(struct peer *p, struct peer_script *s)
{
	pthread_mutex_lock(&p->lock); /* peer_on() may free the same one */
	peer_script_unref(s);
	pthread_mutex_unlock(&p->lock);
}

static void skip_cells(struct cd_reader *r, uint64_t count)
{
	while (count--) {
		int32_t len = (int32_t)cd_reader_be32(r);
		cd_reader_take(r, len < 0 ? 0 : (size_t)len);
	}
}

static void put_rows(struct peer_conn *c, const struct peer_script *s, const struct parameters *q,
		     struct cd_buffer *b)
{
	struct cd_reader cells = cd_reader_over(s->cells.data, s->cells.len);
	size_t from = q->from_row < s->row_count ? q->from_row : s->row_count,
	       rows = s->row_count - from;
	bool more = q->page_rows > 0 && rows > (size_t)q->page_rows;
	const uint8_t *start;

	if (more)
		rows = (size_t)q->page_rows;
	cd_buffer_be32(b, KIND_ROWS);
	cd_buffer_be32(b,
		       META_GLOBAL | (more ? META_MORE : 0) | (q->skip_metadata ? META_NONE : 0));
	cd_buffer_be32(b, (uint32_t)s->column_count);
	if (more) {
		cd_buffer_be32(b, 4);
		cd_buffer_be32(b, (uint32_t)(from + rows));
	}
	if (!q->skip_metadata)
		peer_put_columns(b, c->version, s->columns, s->column_count);
	cd_buffer_be32(b, (uint32_t)rows);
	skip_cells(&cells, (uint64_t)from * s->column_count);
	start = cells.at;
	skip_cells(&cells, (uint64_t)rows * s->column_count);
	cd_buffer_bytes(b, start, (size_t)(cells.at - start));
}

static struct peer_message make_answer(struct peer_conn *c, const struct peer_request *r,
				       const struct peer_script *s, const struct parameters *q)
{
	bool is_error = s->answer.kind == PEER_ERROR;
	struct peer_message m = new_message(r, is_error ? PEER_OP_ERROR : PEER_OP_RESULT);

	if (r->flags & PEER_FLAG_TRACING) {
		m.flags |= PEER_FLAG_TRACING;
		cd_buffer_bytes(&m.body, "trace-id-16bytes", 16);
	}
	if (s->warning) {
		m.flags |= PEER_FLAG_WARNING;
		cd_buffer_be16(&m.body, 1);
		peer_put_string(&m.body, s->warning);
	}
	if (s->answer.echo && r->payload.len) {
		m.flags |= PEER_FLAG_PAYLOAD;
		cd_buffer_bytes(&m.body, r->payload.at, r->payload.len);
	}
	switch (s->answer.kind) {
	case PEER_VOID:
		cd_buffer_be32(&m.body, KIND_VOID);
		break;
	case PEER_ROWS:
		put_rows(c, s, q, &m.body);
		break;
	case PEER_SET_KEYSPACE:
		cd_buffer_be32(&m.body, KIND_SET_KEYSPACE);
		peer_put_string(&m.body, s->message ? s->message : "");
		break;
	case PEER_ERROR:
		cd_buffer_be32(&m.body, (uint32_t)s->answer.code);
		peer_put_string(&m.body, s->message ? s->message : "");
		cd_buffer_bytes(&m.body, s->details.data, s->details.len);
		break;
	}
	return m;
}

static void run(struct peer_conn *c, const struct peer_request *r, enum peer_phase phase,
		const char *cql, const struct parameters *q)
{
	struct peer_script *s = find_script(c->peer, cql, true);
	struct peer_message m = make_answer(c, r, s, q);
	bool here = c->at == phase;

	send_answer(c, &m, here ? c->peer->options.damage : s->answer.damage, s->answer.delay_ms);
	release_script(c->peer, s);
}

/* ---- statements ------------------------------------------------------------------------------ */

static char *take_long_string(struct cd_reader *r)
{
	struct cd_span text = cd_reader_span(r, cd_reader_be32(r));
	char *copy = strndup(text.at ? (const char *)text.at : "", text.len);

	peer_must(copy, "memory for a statement");
	return copy;
}

/* v4 section 4.1.4; what comes behind the paging state is of no interest here. */
static struct parameters take_parameters(struct peer_conn *c, struct cd_reader *r)
{
	struct parameters q = { 0 };
	uint32_t flags;

	cd_reader_be16(r);
	flags = c->version >= 5 ? cd_reader_be32(r) : cd_reader_u8(r);
	q.skip_metadata = flags & 0x02;
	for (uint16_t n = flags & 0x01 ? cd_reader_be16(r) : 0; n; n--) {
		if (flags & 0x40)
			cd_reader_span(r, cd_reader_be16(r));
		skip_cells(r, 1);
	}
	if (flags & 0x04)
		q.page_rows = (int32_t)cd_reader_be32(r);
	if (flags & 0x08) {
		struct cd_span state = cd_reader_span(r, cd_reader_be32(r));
		if (state.len == 4)
			q.from_row = cd_get_be32(state.at);
	}
	return q;
}

static void on_query(struct peer_conn *c, const struct peer_request *r)
{
	struct cd_reader body = r->body;
	char *cql = take_long_string(&body);
	struct parameters q = take_parameters(c, &body);

	if (body.failed)
		send_error(c, PEER_AT_NOTHING, r, 0x000a, "this QUERY is too short");
	else
		run(c, r, PEER_AT_QUERY, cql, &q);
	free(cql);
}

/* The same text has the same id, as on real nodes, until peer_forget(). */
static void make_id(struct peer *p, const char *cql, uint8_t id[PEER_PREPARED_ID])
{
	pthread_mutex_lock(&p->lock);
	uint64_t hash = UINT64_C(14695981039346656037) + p->forgotten;
	pthread_mutex_unlock(&p->lock);

	for (const char *at = cql; *at; at++)
		hash = (hash ^ (uint8_t)*at) * UINT64_C(1099511628211);
	cd_put_be64(id, hash);
	cd_put_be64(id + 8, ~hash);
}

static void remember(struct peer *p, const char *cql, const uint8_t id[PEER_PREPARED_ID])
{
	struct peer_prepared *s;

	pthread_mutex_lock(&p->lock);
	for (s = p->prepared; s && memcmp(s->id, id, PEER_PREPARED_ID);)
		s = s->next;
	if (!s) {
		s = calloc(1, sizeof *s);
		peer_must(s, "memory for a statement");
		memcpy(s->id, id, PEER_PREPARED_ID);
		s->cql = strdup(cql);
		s->next = p->prepared;
		p->prepared = s;
	}
	pthread_mutex_unlock(&p->lock);
}

/* Markers nobody described are text. */
static void put_default_binds(struct cd_buffer *b, uint32_t count)
{
	char name[16];

	if (!count)
		return;
	peer_put_string(b, "peer");
	peer_put_string(b, "statement");
	for (uint32_t i = 0; i < count; i++) {
		snprintf(name, sizeof name, "p%u", (unsigned)i);
		peer_put_string(b, name);
		cd_buffer_be16(b, CQL_KIND_TEXT);
	}
}

static uint32_t count_markers(const char *cql)
{
	uint32_t n = 0;

	for (bool quoted = false; *cql; cql++) {
		quoted ^= *cql == '\'';
		n += *cql == '?' && !quoted;
	}
	return n;
}

/* RESULT Prepared, v4 section 4.2.5.4 and v5 section 4.2.5.4. */
static void put_prepared(struct peer_conn *c, const struct peer_script *s, const char *cql,
			 const uint8_t id[PEER_PREPARED_ID], struct cd_buffer *b)
{
	uint32_t binds = s->binds ? (uint32_t)s->bind_count : count_markers(cql);
	bool rows = s->answer.kind == PEER_ROWS && s->column_count;

	cd_buffer_be32(b, KIND_PREPARED);
	cd_buffer_be16(b, PEER_PREPARED_ID);
	cd_buffer_bytes(b, id, PEER_PREPARED_ID);
	if (c->version >= 5) {
		cd_buffer_be16(b, PEER_PREPARED_ID);
		cd_buffer_bytes(b, id, PEER_PREPARED_ID);
	}
	cd_buffer_be32(b, binds ? META_GLOBAL : 0);
	cd_buffer_be32(b, binds);
	cd_buffer_be32(b, 0); /* no partition key to route by */
	if (s->binds)
		peer_put_columns(b, c->version, s->binds, s->bind_count);
	else
		put_default_binds(b, binds);
	cd_buffer_be32(b, rows ? META_GLOBAL : META_NONE);
	cd_buffer_be32(b, rows ? (uint32_t)s->column_count : 0);
	if (rows)
		peer_put_columns(b, c->version, s->columns, s->column_count);
}

static void on_prepare(struct peer_conn *c, const struct peer_request *r)
{
	struct cd_reader body = r->body;
	char *cql = take_long_string(&body);
	struct peer_script *s = find_script(c->peer, cql, false);
	struct peer_message m = new_message(r, PEER_OP_RESULT);
	uint8_t id[PEER_PREPARED_ID];

	make_id(c->peer, cql, id);
	remember(c->peer, cql, id);
	put_prepared(c, s, cql, id, &m.body);
	send_now(c, PEER_AT_PREPARE, &m, PEER_FINE);
	release_script(c->peer, s);
	free(cql);
}

/* The text of a statement that was prepared, to be freed; NULL: that id is not known. */
static char *find_prepared(struct peer *p, struct cd_span id)
{
	char *cql = NULL;

	pthread_mutex_lock(&p->lock);
	for (const struct peer_prepared *s = p->prepared; s && !cql; s = s->next)
		if (id.len == PEER_PREPARED_ID && !memcmp(s->id, id.at, id.len))
			cql = strdup(s->cql);
	pthread_mutex_unlock(&p->lock);
	return cql;
}

static void send_unprepared(struct peer_conn *c, const struct peer_request *r, struct cd_span id)
{
	struct peer_message m = new_message(r, PEER_OP_ERROR);

	cd_buffer_be32(&m.body, 0x2500);
	peer_put_string(&m.body, "Prepared query with ID of these bytes not found");
	cd_buffer_be16(&m.body, (uint16_t)id.len);
	cd_buffer_bytes(&m.body, id.at, id.len);
	send_now(c, PEER_AT_NOTHING, &m, PEER_FINE);
}

static void on_execute(struct peer_conn *c, const struct peer_request *r)
{
	struct cd_reader body = r->body;
	struct cd_span id = cd_reader_span(&body, cd_reader_be16(&body));
	struct parameters q;

	if (c->version >= 5)
		cd_reader_span(&body, cd_reader_be16(&body));
	q = take_parameters(c, &body);
	char *cql = find_prepared(c->peer, id);
	if (body.failed)
		send_error(c, PEER_AT_NOTHING, r, 0x000a, "this EXECUTE is too short");
	else if (cql)
		run(c, r, PEER_AT_EXECUTE, cql, &q);
	else
		send_unprepared(c, r, id);
	free(cql);
}

/* Values nobody looks at. */
static void skip_values(struct cd_reader *r)
{
	for (unsigned left = cd_reader_be16(r); left && !r->failed; left--) {
		int32_t len = (int32_t)cd_reader_be32(r);
		cd_reader_span(r, len > 0 ? (size_t)len : 0);
	}
}

/* v4 section 4.1.7. The id of its first statement that is not known; an empty span: all are. */
static struct cd_span check_batch(struct peer *p, struct cd_reader *body)
{
	struct cd_span unknown = { NULL, 0 };

	cd_reader_u8(body);
	for (unsigned left = cd_reader_be16(body); left && !body->failed; left--) {
		bool prepared = cd_reader_u8(body);
		size_t len = prepared ? cd_reader_be16(body) : cd_reader_be32(body);
		struct cd_span what = cd_reader_span(body, len);
		char *cql = prepared && !body->failed ? find_prepared(p, what) : NULL;
		if (prepared && !cql && !unknown.at)
			unknown = what;
		free(cql);
		skip_values(body);
	}
	return unknown;
}

static void on_batch(struct peer_conn *c, const struct peer_request *r)
{
	struct peer_message m = new_message(r, PEER_OP_RESULT);
	struct cd_reader body = r->body;
	struct cd_span unknown = check_batch(c->peer, &body);

	if (body.failed) {
		cd_buffer_deinit(&m.body);
		send_error(c, PEER_AT_NOTHING, r, 0x000a, "this BATCH is too short");
		return;
	}
	if (unknown.at) {
		cd_buffer_deinit(&m.body);
		send_unprepared(c, r, unknown);
		return;
	}
	cd_buffer_be32(&m.body, KIND_VOID);
	send_answer(c, &m, PEER_FINE, 0);
}

/* ---- the table ------------------------------------------------------------------------------- */

static void (*const on_request[PEER_OPCODES])(struct peer_conn *c, const struct peer_request *r) = {
	[PEER_OP_STARTUP] = on_startup,    [PEER_OP_OPTIONS] = on_options,
	[PEER_OP_QUERY] = on_query,        [PEER_OP_PREPARE] = on_prepare,
	[PEER_OP_EXECUTE] = on_execute,    [PEER_OP_REGISTER] = on_register,
	[PEER_OP_AUTH_RESPONSE] = on_auth, [PEER_OP_BATCH] = on_batch,
};

/* Real nodes answer a version they do not speak with their own highest in the header, on stream
 * 0. */
static void refuse_version(struct peer_conn *c, const struct peer_request *r)
{
	struct peer_request at_zero = *r;
	char text[120];

	at_zero.stream = 0;
	c->version = c->peer->options.highest;
	snprintf(text, sizeof text,
		 "Invalid or unsupported protocol version (%u); supported versions are (3/v3%s%s)",
		 r->version & 0x7fu, c->version >= 4 ? ", 4/v4" : "",
		 c->version >= 5 ? ", 5/v5" : "");
	send_error(c, PEER_AT_NOTHING, &at_zero, 0x000a, text);
	peer_conn_close(c, false);
}

void peer_answer_request(struct peer_conn *c, const struct peer_request *r)
{
	if (r->version < 3 || r->version > c->peer->options.highest) {
		refuse_version(c, r);
		return;
	}
	if (!c->version)
		c->version = r->version;
	if (r->version != c->version || r->opcode >= PEER_OPCODES || !on_request[r->opcode])
		send_error(c, PEER_AT_NOTHING, r, 0x000a, "the peer has no answer to this message");
	else
		on_request[r->opcode](c, r);
}
