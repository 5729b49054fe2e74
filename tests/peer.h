/* SPDX-License-Identifier: MIT */
/* A scripted CQL server for tests: a thread, a port on 127.0.0.1, and a table of what to answer
 * to which statement.
 *
 * It writes and reads the wire by itself, without proto/: what the library misunderstands on
 * both sides would not be found by a peer that shares its codec. It can do everything wrong that
 * a peer on a network can. */
#ifndef TESTS_PEER_H
#define TESTS_PEER_H

#include <coodie/value.h>

struct peer;

/* Where in the life of a connection something goes wrong. The order is that of a connection. */
enum peer_phase {
	PEER_AT_NOTHING = 0,
	PEER_AT_CONNECT, /* the SYN is never answered (only STALL) */
	PEER_AT_ACCEPT,  /* as soon as the connection is there */
	PEER_AT_TLS,     /* at the first bytes of the handshake */
	PEER_AT_OPTIONS, /* as the answer to this message, and so on */
	PEER_AT_STARTUP,
	PEER_AT_AUTH,
	PEER_AT_REGISTER,
	PEER_AT_QUERY,
	PEER_AT_PREPARE,
	PEER_AT_EXECUTE
};

/* What goes wrong. */
enum peer_damage {
	PEER_FINE = 0,
	PEER_STALL,      /* silence from here on, the connection stays open */
	PEER_CLOSE,      /* an orderly end instead of an answer */
	PEER_RESET,      /* a hard one */
	PEER_TEXT,       /* options.text as it is, then the end */
	PEER_GARBAGE,    /* bytes that mean nothing */
	PEER_ALERT,      /* a TLS alert in clear, then the end: a TLS server that heard CQL */
	PEER_LONG,       /* a header that claims 1 GiB */
	PEER_NEGATIVE,   /* a header with a body length of -1 */
	PEER_STREAM,     /* the answer, on a stream nobody asked on */
	PEER_OPCODE,     /* an answer that nobody expects here: AUTH_SUCCESS */
	PEER_REQUEST,    /* a header without the response bit */
	PEER_SHORT,      /* the answer with its body cut to the half, the header agreeing */
	PEER_CUT,        /* half the bytes of the answer, then the end */
	PEER_HEADER_CRC, /* the answer with a wrong CRC of the segment's header; v5, from AUTH on */
	PEER_PAYLOAD_CRC /* the answer with a wrong CRC of the segment's payload; v5, from AUTH on
			  */
};

/* Borrowed texts must live until peer_free(). A zeroed struct is a friendly v5 server. */
struct peer_options {
	const char *address;          /* default 127.0.0.1 */
	const char *user, *password;  /* asks for them when set */
	const char *certs;            /* the folder of make-certs: turns TLS on */
	const char *cert;             /* default "server" */
	bool client_auth;             /* wants a client certificate */
	unsigned highest;             /* protocol version: 3, 4, or 5 (default) */
	bool no_lz4;                  /* does not offer it */
	bool fragment;                /* sends one byte per system call */
	enum peer_phase at;           /* something goes wrong here on every connection, */
	enum peer_damage damage;      /* namely this, */
	unsigned first;               /* or only on so many; 0: on all */
	const char *text;             /* for PEER_TEXT */
	const char *const *supported; /* more of SUPPORTED: key, value, ..., NULL */
};

enum peer_kind { PEER_VOID = 0, PEER_ROWS, PEER_ERROR, PEER_SET_KEYSPACE };

/* An answer to a statement. Copied by peer_on(). */
struct peer_answer {
	enum peer_kind kind;
	enum peer_damage damage;
	uint32_t delay_ms;
	uint32_t times;      /* steps aside after so many; 0: never */
	const char *binds;   /* "id int, tags set<text>": what PREPARE says of the markers; default:
				all text */
	const char *columns; /* of PEER_ROWS, written likewise */
	cql_args values;     /* of PEER_ROWS: row after row; scalars, null and cql_from_encoded() */
	bool echo;           /* with the custom payload of the request, if it has one */
	const char *warning; /* NULL: none */
	int32_t code;        /* of PEER_ERROR */
	const char *message; /* of PEER_ERROR; of PEER_SET_KEYSPACE: the name */
	cql_blob details;    /* of PEER_ERROR: what follows the message */
};

/* Starts a peer. Never NULL: a failure ends the program, with the reason on stderr. */
struct peer *peer_new(const struct peer_options *options);
/* Ends every connection and the thread, and frees all; NULL is fine. */
void peer_free(struct peer *p);
/* "127.0.0.1:40123", and its port; both for ever the same. */
const char *peer_address(const struct peer *p);
unsigned peer_port(const struct peer *p);

/* What to answer to this statement, or, with a last '*', to every one that begins so. Answers to
 * the same text are used in the order they were given, each until its `times` are over; one
 * without `times` replaces the one without before it. Statements nobody scripted: system.local
 * and system.peers are answered as a one-node cluster does, USE too, the rest is PEER_VOID. */
void peer_on(struct peer *p, const char *cql, struct peer_answer answer);
/* Answers PREPARE's ids it has given out with UNPREPARED from now on; who prepares again gets other
 * ids. */
void peer_forget(struct peer *p);
/* Collects answers to QUERY and EXECUTE; when there are n it sends them, the last first. 0:
 * sends what it has and stops. */
void peer_hold(struct peer *p, unsigned n);
/* Ends all connections, the orderly way; when it returns, that is done. */
void peer_drop(struct peer *p);

/* What it has seen so far; any thread. */
uint64_t peer_connections(const struct peer *p);
uint64_t peer_open_connections(const struct peer *p);
/* Requests with this opcode (a byte of v4 section 2.4); 0xff: all. */
uint64_t peer_requests(const struct peer *p, unsigned opcode);
/* Those of them that had a custom payload. */
uint64_t peer_payloads(const struct peer *p, unsigned opcode);

#endif
