/* SPDX-License-Identifier: MIT */
/* Answers of a DNS server: names are such that they can be asked for, everything read comes from the
 * message, and reading ends.
 *
 * Input: a message. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "net/dns/dns.h"

enum { RECORD_MIN = 11 }; /* a root name, type, class, time, length */

/* The root, or a name that comes back from the wire as it went there. */
static void check_name(const char *name)
{
	struct cd_dns_question q = { .id = 7, .type = CD_DNS_A };
	uint8_t wire[CD_DNS_QUERY_MAX];
	struct cd_dns_message m;

	FUZZ_CHECK(strlen(name) < CD_DNS_NAME_SIZE);
	if (!*name)
		return;
	FUZZ_CHECK(cd_dns_is_name(name));
	memcpy(q.name, name, strlen(name) + 1);
	size_t len = cd_dns_encode(&q, wire);
	FUZZ_CHECK(len != 0 && cd_dns_open(&m, wire, len));
	FUZZ_CHECK(strcmp(m.question.name, name) == 0);
}

static bool check_record(const struct cd_dns_record *r, void *user)
{
	size_t *count = user;

	++*count;
	check_name(r->name);
	if (r->type == CD_DNS_SRV)
		check_name(r->of.srv.target);
	else if (r->type == CD_DNS_CNAME || r->type == CD_DNS_PTR)
		check_name(r->of.target);
	else
		FUZZ_CHECK(r->of.address.length == (r->type == CD_DNS_A ? 4 : 16));
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = fuzz_copy((cql_blob){ data, size });
	struct cd_dns_message m, again;
	struct cd_dns_record r;
	size_t all = 0, found = 0;

	if (cd_dns_open(&m, copy, size)) {
		check_name(m.question.name);
		again = m;
		bool whole = cd_dns_find(&m, check_record, &found);
		while (cd_dns_next(&again, &r))
			check_record(&r, &all);
		FUZZ_CHECK(all <= size / RECORD_MIN);
		FUZZ_CHECK(found <= all * (CD_DNS_HOPS + 1));
		FUZZ_CHECK(whole == !again.r.failed);
	}
	free(copy);
	return 0;
}
