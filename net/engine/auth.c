/* SPDX-License-Identifier: MIT */
/* One exchange of tokens: questions of the server, answers of an authenticator, now or later. */
#include "net/engine/auth.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/secret.h"
#include "net/engine/conn.h"

enum answer {
	ANSWER_NONE,   /* nothing was asked */
	ANSWER_OPEN,   /* asked, and not yet answered */
	ANSWER_TOKEN,  /* to be sent */
	ANSWER_FAILURE /* the connection is to end with `error` */
};

struct coodie_auth {
	coodie_allocator allocator;
	struct cd_conn *conn; /* NULL: the exchange is over */
	cql_inet address;
	uint16_t port;
	enum answer answer;
	unsigned inside; /* calls of the authenticator on the stack */
	uint8_t *token;
	cql_blob sent; /* the token as it goes into the message */
	coodie_error error;
	void *data;
	const char *host; /* behind the class name */
	char class_name[];
};

/* ---- what an authenticator calls ------------------------------------------------------------ */

const char *coodie_auth_class(const coodie_auth *a)
{
	return a ? a->class_name : "";
}

cql_inet coodie_auth_address(const coodie_auth *a, uint16_t *port)
{
	if (port)
		*port = a ? a->port : 0;
	return a ? a->address : (cql_inet){ .length = 0 };
}

const char *coodie_auth_host(const coodie_auth *a)
{
	return a ? a->host : "";
}

void *coodie_auth_data(const coodie_auth *a)
{
	return a ? a->data : NULL;
}

void coodie_auth_set_data(coodie_auth *a, void *data)
{
	if (a)
		a->data = data;
}

static void drop_token(coodie_auth *a)
{
	if (a->token)
		cd_wipe(a->token, a->sent.len);
	cd_release(&a->allocator, a->token);
	a->token = NULL;
	a->sent = (cql_blob){ NULL, 0 };
}

/* Frees it when nobody knows it any more: neither the connection nor who has an answer open. */
static void free_if_over(coodie_auth *a)
{
	if (a->conn || a->inside || a->answer == ANSWER_OPEN)
		return;
	const coodie_allocator allocator = a->allocator;
	drop_token(a);
	cd_release(&allocator, a);
}

static void answered(coodie_auth *a, enum answer answer)
{
	struct cd_conn *c = a->conn;

	a->answer = answer;
	if (!c)
		free_if_over(a);
	else if (!a->inside && c->auth.wake)
		c->auth.wake(c->auth.wake_user);
}

void coodie_auth_respond(coodie_auth *a, const void *data, size_t len)
{
	if (!a || a->answer != ANSWER_OPEN)
		return;
	if (!data || !a->conn) {
		answered(a, ANSWER_TOKEN);
		return;
	}
	a->token = cd_alloc(&a->allocator, len ? len : 1);
	if (!a->token) {
		cd_no_memory(&a->error, "a login");
		answered(a, ANSWER_FAILURE);
		return;
	}
	if (len)
		memcpy(a->token, data, len);
	a->sent = (cql_blob){ a->token, len };
	answered(a, ANSWER_TOKEN);
}

void cd_auth_fail(coodie_auth *a, const coodie_error *why)
{
	if (!a || a->answer != ANSWER_OPEN)
		return;
	a->error = *why;
	answered(a, ANSWER_FAILURE);
}

void coodie_auth_fail(coodie_auth *a, const char *message)
{
	coodie_error err;

	cd_fail(&err, COODIE_ERR_AUTH, "%s", message ? message : "the authenticator gave up");
	cd_auth_fail(a, &err);
}

/* ---- what the connection calls -------------------------------------------------------------- */

static const coodie_authenticator *table_of(const struct cd_conn *c)
{
	return c->options->authenticator.initial ? &c->options->authenticator : &cd_auth_plain;
}

static void *user_of(const struct cd_conn *c)
{
	return c->options->authenticator.initial ? c->options->authenticator_user
						 : (void *)(uintptr_t)c->options;
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

bool cd_auth_begin(struct cd_conn *c, cql_text class_name, coodie_error *err)
{
	const char *host = c->auth.host ? c->auth.host : "";
	const size_t host_len = strlen(host);
	coodie_auth *a = cd_alloc_zero(&c->options->allocator,
				       sizeof *a + class_name.len + 1 + host_len + 1);

	if (!a)
		return cd_no_memory(err, "a login");
	a->allocator = c->options->allocator;
	a->conn = c;
	a->address = c->auth.address;
	a->port = c->auth.port;
	a->answer = ANSWER_OPEN;
	for (size_t i = 0; i < class_name.len; i++) /* it goes into messages */
		a->class_name[i] = is_control(class_name.data[i]) ? '?' : class_name.data[i];
	a->host = memcpy(a->class_name + class_name.len + 1, host, host_len);
	c->auth.exchange = a;
	a->inside++;
	table_of(c)->initial(a, user_of(c));
	a->inside--;
	return cd_auth_go_on(c, err);
}

bool cd_auth_waits(const struct cd_conn *c)
{
	return c->auth.exchange && c->auth.exchange->answer == ANSWER_OPEN;
}

static bool fail_unasked(coodie_error *err, const char *what)
{
	return cd_fail(err, COODIE_ERR_PROTOCOL, "%s came before the AUTH_RESPONSE that it answers",
		       what);
}

bool cd_auth_challenge(struct cd_conn *c, cql_blob token, coodie_error *err)
{
	coodie_auth *a = c->auth.exchange;
	const coodie_authenticator *table = table_of(c);

	if (cd_auth_waits(c))
		return fail_unasked(err, "AUTH_CHALLENGE");
	if (!table->challenge)
		return cd_fail(
			err, COODIE_ERR_AUTH,
			"%.100s asks for more than a first answer, and the authenticator has "
			"no `challenge`",
			a->class_name);
	a->answer = ANSWER_OPEN;
	a->inside++;
	table->challenge(a, token.data, token.len, user_of(c));
	a->inside--;
	return cd_auth_go_on(c, err);
}

/* What waits in these buffers while a token is written must not move, which would leave a copy of
 * it behind. A segment may need room for as much again, and headers. */
enum { TOKEN_ROOM = 512 };

static bool send_token(struct cd_conn *c, cql_blob token, coodie_error *err)
{
	const cql_message m = { .opcode = CQL_OP_AUTH_RESPONSE, .as.token = token };
	size_t room = token.len + token.len / 8 + TOKEN_ROOM;

	c->auth.told = true;
	if (!cd_buffer_reserve(&c->out.bytes, room) || !cd_buffer_reserve(&c->out.scratch, room))
		return cd_no_memory(err, "a login");
	return cd_message_write(&c->out, &m, NULL, err);
}

bool cd_auth_go_on(struct cd_conn *c, coodie_error *err)
{
	coodie_auth *a = c->auth.exchange;

	if (!a || a->answer == ANSWER_OPEN || a->answer == ANSWER_NONE)
		return true;
	if (a->answer == ANSWER_FAILURE) {
		cd_error_copy(err, &a->error);
		return false;
	}
	a->answer = ANSWER_NONE;
	bool ok = send_token(c, a->sent, err);
	drop_token(a);
	return ok;
}

static void wipe_outbox(struct cd_conn *c)
{
	cd_wipe(c->out.bytes.data, c->out.bytes.cap);
	cd_wipe(c->out.scratch.data, c->out.scratch.cap);
	c->auth.told = false;
}

bool cd_auth_succeed(struct cd_conn *c, cql_blob token, coodie_error *err)
{
	coodie_auth *a = c->auth.exchange;
	const coodie_authenticator *table = table_of(c);

	if (cd_auth_waits(c))
		return fail_unasked(err, "AUTH_SUCCESS");
	a->inside++;
	if (table->success)
		table->success(a, token.data, token.len, user_of(c));
	a->inside--;
	if (c->out.bytes
		    .len) /* it is the token, which a peer of good faith would have waited for */
		return fail_unasked(err, "AUTH_SUCCESS");
	cd_auth_end(c);
	return true;
}

void cd_auth_end(struct cd_conn *c)
{
	coodie_auth *a = c->auth.exchange;

	if (c->auth.told)
		wipe_outbox(c);
	if (!a)
		return;
	c->auth.exchange = NULL;
	a->conn = NULL;
	a->inside++;
	if (table_of(c)->cleanup)
		table_of(c)->cleanup(a, user_of(c));
	a->inside--;
	free_if_over(a);
}
