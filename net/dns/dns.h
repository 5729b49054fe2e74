/* SPDX-License-Identifier: MIT */
/* Messages of the domain name system (RFC 1035, AAAA of RFC 3596, SRV of RFC 2782): questions out,
 * answers in. No sockets and no clock. Everything in an answer is hostile. */
#ifndef NET_DNS_H
#define NET_DNS_H

#include <coodie/value.h>

#include "base/reader.h"

/* A name is text without its last dot, in lower case; the root is "". Room for 253 bytes and NUL. */
enum { CD_DNS_NAME_SIZE = 254, CD_DNS_QUERY_MAX = 12 + 255 + 4, CD_DNS_HOPS = 16 };

enum cd_dns_type {
	CD_DNS_A = 1,
	CD_DNS_CNAME = 5,
	CD_DNS_PTR = 12,
	CD_DNS_AAAA = 28,
	CD_DNS_SRV = 33
};

enum cd_dns_rcode { CD_DNS_NO_ERROR = 0, CD_DNS_NO_SUCH_NAME = 3 };

struct cd_dns_question {
	uint16_t id, type;
	char name[CD_DNS_NAME_SIZE];
};

/* A place where a service runs. */
struct cd_dns_srv {
	uint16_t priority, weight, port;
	char target[CD_DNS_NAME_SIZE]; /* "": the service is decidedly not there */
};

/* What is said of a name. */
struct cd_dns_record {
	char name[CD_DNS_NAME_SIZE];
	uint16_t type;
	union {
		cql_inet address;              /* A, AAAA */
		char target[CD_DNS_NAME_SIZE]; /* CNAME, PTR */
		struct cd_dns_srv srv;         /* SRV */
	} of;
};

/* A message being read, answers last. A copy reads on by itself. */
struct cd_dns_message {
	struct cd_dns_question question; /* the only one */
	bool response, truncated;
	uint8_t rcode;
	uint16_t left; /* answers not yet read */
	const uint8_t *start;
	struct cd_reader r;
};

/* Whether it can be asked for: labels of 1 to 63 bytes without blanks and control characters. */
bool cd_dns_is_name(const char *name);
/* A recursive query. @return its length; 0: cd_dns_is_name() would say no */
size_t cd_dns_encode(const struct cd_dns_question *q, uint8_t out[CD_DNS_QUERY_MAX]);
/* Reads the header and the question; false: this is no message with one question of the internet.
 * The bytes must outlive `m`. */
bool cd_dns_open(struct cd_dns_message *m, const void *data, size_t len);
/* The next answer of a type named above. False: there is none left, or with m->r.failed set the
 * message is broken. */
bool cd_dns_next(struct cd_dns_message *m, struct cd_dns_record *out);
/* Whether it answers `q`: the same id and the same question. */
bool cd_dns_answers(const struct cd_dns_message *m, const struct cd_dns_question *q);
/* Calls `each` with every record of the type asked for whose name is the one asked for, or the end
 * of a chain of up to CD_DNS_HOPS aliases from there. `each` returns false when it has enough.
 * False: the message is broken; `each` may have been called. */
bool cd_dns_find(const struct cd_dns_message *m,
		 bool (*each)(const struct cd_dns_record *record, void *user), void *user);

/* Sorts as RFC 2782 says: by priority, among equals by chance and weight. `random` returns 32 random
 * bits. */
void cd_dns_order(struct cd_dns_srv *list, size_t count, uint32_t (*random)(void *user),
		  void *user);

#endif
