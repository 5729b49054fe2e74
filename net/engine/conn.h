/* SPDX-License-Identifier: MIT */
/* The protocol's side of one connection: from OPTIONS to READY, and whose answer comes next. No
 * I/O: bytes go in through `in` and out through `out`, and whoever owns it takes events until there
 * are no more. */
#ifndef NET_CONN_H
#define NET_CONN_H

#include "base/arena.h"
#include "net/engine/auth.h"
#include "net/engine/streams.h"
#include "net/options/options.h"
#include "net/ring/extensions.h"
#include "proto/inbox.h"
#include "proto/message.h"
#include "proto/outbox.h"

enum cd_conn_state {
	CD_CONN_NEW,
	CD_CONN_OPTIONS,  /* waits for SUPPORTED */
	CD_CONN_STARTUP,  /* waits for READY or AUTHENTICATE */
	CD_CONN_AUTH,     /* waits for AUTH_SUCCESS */
	CD_CONN_KEYSPACE, /* waits for the answer to USE */
	CD_CONN_READY,
	CD_CONN_FAILED,
	CD_CONN_STATES
};

enum cd_conn_event {
	CD_CONN_MORE,   /* nothing until more bytes come */
	CD_CONN_UP,     /* requests may be sent from now on */
	CD_CONN_ANSWER, /* an envelope for a stream */
	CD_CONN_EVENT,  /* an EVENT */
	CD_CONN_BROKEN  /* close it; `lower_version` may say how to try again */
};

struct cd_conn {
	enum cd_conn_state state;
	const coodie_options *options;
	const char *keyspace;      /* to use; NULL: none; borrowed until READY */
	const char *session_id;    /* SESSION_ID of STARTUP; NULL: not said; borrowed likewise */
	const char *driver_config; /* DRIVER_CONFIG, likewise */
	uint8_t version;           /* tried, then agreed */
	uint8_t lower_version;     /* not 0: a new connection with this one may work */
	bool lz4;
	struct cd_inbox in;
	struct cd_outbox out;
	struct cd_streams streams;
	struct cd_auth auth;
	struct cd_arena arena;       /* of `supported` */
	const cql_option *supported; /* what the server said; its values are terminated */
	uint16_t supported_count;
	struct cd_extensions extensions; /* that are agreed on */
};

void cd_conn_init(struct cd_conn *c, const coodie_options *o, const char *keyspace,
		  uint8_t version);
void cd_conn_deinit(struct cd_conn *c);
/* Writes OPTIONS. */
bool cd_conn_start(struct cd_conn *c, coodie_error *err);
/* What the bytes in the inbox mean. `out` is borrowed until the next call. */
enum cd_conn_event cd_conn_next(struct cd_conn *c, cql_envelope *out, coodie_error *err);
/* The same for an envelope that was taken out of the inbox. */
enum cd_conn_event cd_conn_take(struct cd_conn *c, const cql_envelope *e, coodie_error *err);
/* What is being waited for: "OPTIONS", "STARTUP", "AUTH_RESPONSE", "USE"; "a request" when ready.
 */
const char *cd_conn_phase(const struct cd_conn *c);
/* The i-th value the server gave for a key, in any case; NULL when there is none. */
const char *cd_conn_supported(const struct cd_conn *c, const char *key, size_t i);
/* What an ERROR says. False, with `err`, when it is broken. */
bool cd_conn_read_error(const struct cd_conn *c, const cql_envelope *e, coodie_error *said,
			coodie_error *err);
/* Answers that are still expected, and wanted. */
uint32_t cd_conn_in_flight(const struct cd_conn *c);
/* Whether so many answers are missing that the connection should be replaced. */
bool cd_conn_worn_out(const struct cd_conn *c);

#endif
