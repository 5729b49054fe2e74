/* SPDX-License-Identifier: MIT */
/* What the parts of the scripted peer share. All but the functions of peer.h run on the peer's
 * thread. */
#ifndef TESTS_PEER_INTERNAL_H
#define TESTS_PEER_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/loop_ev.h"
#include "base/reader.h"
#include "base/tls.h"
#include "tests/peer.h"

enum { PEER_OPCODES = 0x11, PEER_PREPARED_ID = 16, PEER_FILLERS = 8 };

enum peer_opcode {
	PEER_OP_ERROR = 0x00,
	PEER_OP_STARTUP = 0x01,
	PEER_OP_READY = 0x02,
	PEER_OP_AUTHENTICATE = 0x03,
	PEER_OP_OPTIONS = 0x05,
	PEER_OP_SUPPORTED = 0x06,
	PEER_OP_QUERY = 0x07,
	PEER_OP_RESULT = 0x08,
	PEER_OP_PREPARE = 0x09,
	PEER_OP_EXECUTE = 0x0a,
	PEER_OP_REGISTER = 0x0b,
	PEER_OP_BATCH = 0x0d,
	PEER_OP_AUTH_RESPONSE = 0x0f,
	PEER_OP_AUTH_SUCCESS = 0x10
};

enum {
	PEER_FLAG_COMPRESSED = 0x01,
	PEER_FLAG_TRACING = 0x02,
	PEER_FLAG_PAYLOAD = 0x04,
	PEER_FLAG_WARNING = 0x08
};

/* A column or a marker. */
struct peer_column {
	char *name;
	cql_type *type;
};

/* A row of the script, with everything encoded. */
struct peer_script {
	struct peer_script *next;
	char *cql;
	struct peer_answer answer; /* its pointers are not used, but for the copies below */
	struct peer_column *binds, *columns;
	size_t bind_count, column_count, row_count;
	uint32_t left;          /* of answer.times */
	struct cd_buffer cells; /* [bytes] after [bytes] */
	struct cd_buffer details;
	char *message, *warning;
	unsigned references; /* the table, and replies that are under way */
};

struct peer_prepared {
	struct peer_prepared *next;
	uint8_t id[PEER_PREPARED_ID];
	char *cql;
};

struct peer_conn;

struct peer {
	struct peer_options options;
	char address[64];
	unsigned port;
	int listener, wake[2], fillers[PEER_FILLERS];
	coodie_loop loop;
	struct cd_tls_context *tls;
	pthread_t thread;
	coodie_watch *accept_watch, *wake_watch;
	struct peer_conn *connections;
	struct peer_reply *held, *delayed; /* newest first */
	unsigned held_count;

	pthread_mutex_t lock; /* of what follows */
	struct peer_script *scripts;
	struct peer_prepared *prepared;
	uint64_t forgotten; /* how often */
	unsigned hold;
	bool stop, drop;
	pthread_cond_t dropped; /* `drop` is done */

	atomic_uint_least64_t connection_count, open_count, request_counts[PEER_OPCODES],
		payload_counts[PEER_OPCODES];
};

/* One message to be sent. */
struct peer_message {
	int16_t stream;
	uint8_t opcode, flags;
	struct cd_buffer body;
};

struct peer_conn {
	struct peer *peer;
	struct peer_conn *next;
	int fd;
	coodie_watch *io;
	struct cd_tls *tls;
	struct cd_buffer in;        /* what the wire carries, deciphered */
	struct cd_buffer envelopes; /* v5: what was in the segments */
	struct cd_buffer out;
	size_t sent;        /* of out */
	enum peer_phase at; /* where something goes wrong on this one */
	unsigned version;   /* 0 before the first message */
	bool lz4, segments; /* agreed and in force */
	bool stalled;       /* hears everything, says nothing */
	bool closing;       /* when `out` is empty */
	bool closed;        /* we have said that we are done; the client may go on */
	bool dead;          /* to be freed at the end of the turn */
};

/* A message from the client. */
struct peer_request {
	uint8_t version, flags, opcode;
	int16_t stream;
	struct cd_span payload; /* a [bytes map], when the flag says so */
	struct cd_reader body;  /* behind it */
};

/* peer_conn.c */
void peer_conn_new(struct peer *p, int fd);
void peer_conn_free(struct peer_conn *c);
void peer_conn_write(struct peer_conn *c, const void *data, size_t len);
void peer_conn_close(struct peer_conn *c, bool hard);
/* Sends a message with something wrong about it; `m` may be changed, and NULL when there was no
 * question yet. */
void peer_conn_send(struct peer_conn *c, enum peer_damage damage, struct peer_message *m);
/* Frees what has died; the last thing every callback of the loop does. */
void peer_reap(struct peer *p);

/* peer_wire.c */
/* Takes the next request out of c->in. 1: there is one, its body valid until peer_wire_done();
 * 0: not yet; -1: broken. */
int peer_wire_next(struct peer_conn *c, struct peer_request *r);
void peer_wire_done(struct peer_conn *c);
/* Appends the bytes of a message to `out`, with the damage that concerns framing. */
void peer_wire_put(const struct peer_conn *c, const struct peer_message *m, enum peer_damage damage,
		   struct cd_buffer *out);

/* peer_cql.c */
void peer_answer_request(struct peer_conn *c, const struct peer_request *r);
void peer_release_held(struct peer *p);
void peer_forget_replies(struct peer *p, const struct peer_conn *c);
struct peer_script *peer_script_ref(struct peer_script *s);
void peer_script_unref(struct peer_script *s);

/* peer_body.c */
void peer_put_string(struct cd_buffer *b, const char *text);
void peer_put_columns(struct cd_buffer *b, unsigned version, const struct peer_column *columns,
		      size_t count);
void peer_put_value(struct cd_buffer *b, const cql_type *type, cql_value v);
/* "a int, b list<text>" */
struct peer_column *peer_parse_columns(const char *text, size_t *count);
void peer_free_columns(struct peer_column *columns, size_t count);
/* The rows of system.local and system.peers for the columns a SELECT names. NULL when `cql` asks
 * for neither. */
struct peer_script *peer_system_script(const struct peer *p, const char *cql);

/* Ends the program: for what cannot happen in a test. */
void peer_must(bool ok, const char *what);

#endif
