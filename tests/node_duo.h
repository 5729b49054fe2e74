/* SPDX-License-Identifier: MIT */
/* A connection of the node and a client's codec, mouth to mouth: no sockets. */
#ifndef TESTS_NODE_DUO_H
#define TESTS_NODE_DUO_H

#include <coodie/message.h>

#include "node/server/conn.h"

/* Both ends. */
struct duo {
	struct nd_service *service;
	struct nd_conn conn;
	cql_outbox *out;
	cql_inbox *in;
	cql_arena *arena; /* of what the client read */
	unsigned version;
	uint64_t now_us;
	size_t step;            /* bytes fed at once; 0: all */
	const cql_terms *terms; /* what the client has agreed on; NULL: nothing */
};

void duo_begin(struct duo *d, struct nd_service *service, unsigned version);
void duo_end(struct duo *d);

/* Feeds raw bytes to the node. */
void duo_feed(struct duo *d, const void *data, size_t len);
/* Writes a request; it is not fed before duo_answer(), duo_ask() or duo_flush(). */
void duo_put(struct duo *d, const cql_message *request);
void duo_flush(struct duo *d);
/* The next answer or event; false: none. It lives until duo_end(). */
bool duo_next(struct duo *d, cql_message *out);
/* As duo_next(), but the node may run out of memory: false when it said nothing or ended. */
bool duo_try(struct duo *d, cql_message *out);
/* Sends a request on stream 7 and takes its answer, which must be there. */
cql_message duo_ask(struct duo *d, cql_message request);
/* STARTUP, whatever it takes, and the switch. `compression` NULL: none. */
cql_message duo_startup(struct duo *d, const char *compression);
/* Everything up to READY; who is asked for a password is ada, with lovelace. */
void duo_ready(struct duo *d, const char *compression);

cql_text duo_text(const char *s);
bool duo_says(const cql_message *m, int32_t code, const char *text);

#endif
