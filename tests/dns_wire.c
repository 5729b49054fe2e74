/* SPDX-License-Identifier: MIT */
/* Writes DNS answers. */
#include "tests/dns_wire.h"

#include <arpa/inet.h>
#include <strings.h>

#include "base/buffer.h"
#include "tests/test.h"

enum { HEADER = 12 };

static void put(struct dns_out *o, const void *data, size_t len)
{
	assert_true(o->len + len <= sizeof o->data);
	memcpy(o->data + o->len, data, len);
	o->len += len;
}

static void put16(struct dns_out *o, unsigned value)
{
	uint8_t bytes[2];

	cd_put_be16(bytes, (uint16_t)value);
	put(o, bytes, 2);
}

static void put_name(struct dns_out *o, const char *name)
{
	while (*name) {
		size_t len = strcspn(name, ".");
		uint8_t head = (uint8_t)len;
		put(o, &head, 1);
		put(o, name, len);
		name += len + (name[len] == '.');
	}
	put(o, "", 1);
}

/* As it is in the question, or spelled out. */
static void put_owner(struct dns_out *o, const char *name)
{
	struct cd_dns_message m;

	assert_true(cd_dns_open(&m, o->data, o->len));
	if (strcasecmp(m.question.name, name) == 0)
		put16(o, 0xc000 | HEADER);
	else
		put_name(o, name);
}

static size_t begin_record(struct dns_out *o, const char *name, unsigned type)
{
	static const uint8_t class_and_time[] = { 0, 1, 0, 0, 0, 60 };

	put_owner(o, name);
	put16(o, type);
	put(o, class_and_time, sizeof class_and_time);
	put16(o, 0);
	cd_put_be16(o->data + 6, (uint16_t)(cd_get_be16(o->data + 6) + 1));
	return o->len;
}

static void end_record(struct dns_out *o, size_t start)
{
	cd_put_be16(o->data + start - 2, (uint16_t)(o->len - start));
}

void dns_begin(struct dns_out *o, const struct cd_dns_question *q, unsigned flags)
{
	o->len = 0;
	put16(o, q->id);
	put16(o, 0x8180 | flags);
	put16(o, 1);
	put(o, "\0\0\0\0\0\0", 6);
	put_name(o, q->name);
	put16(o, q->type);
	put16(o, 1);
}

void dns_add_address(struct dns_out *o, const char *name, const char *number)
{
	uint8_t bytes[16];
	bool v6 = inet_pton(AF_INET6, number, bytes) == 1;

	assert_true(v6 || inet_pton(AF_INET, number, bytes) == 1);
	size_t start = begin_record(o, name, v6 ? CD_DNS_AAAA : CD_DNS_A);
	put(o, bytes, v6 ? 16 : 4);
	end_record(o, start);
}

void dns_add_alias(struct dns_out *o, const char *name, const char *target)
{
	size_t start = begin_record(o, name, CD_DNS_CNAME);

	put_owner(o, target);
	end_record(o, start);
}

void dns_add_pointer(struct dns_out *o, const char *name, const char *target)
{
	size_t start = begin_record(o, name, CD_DNS_PTR);

	put_name(o, target);
	end_record(o, start);
}

void dns_add_srv(struct dns_out *o, const char *name, const struct cd_dns_srv *srv)
{
	size_t start = begin_record(o, name, CD_DNS_SRV);

	put16(o, srv->priority);
	put16(o, srv->weight);
	put16(o, srv->port);
	put_name(o, srv->target);
	end_record(o, start);
}

void dns_add_other(struct dns_out *o, const char *name, uint16_t type, const char *bytes)
{
	size_t start = begin_record(o, name, type);

	put(o, bytes, strlen(bytes));
	end_record(o, start);
}
