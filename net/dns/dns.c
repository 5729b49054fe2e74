/* SPDX-License-Identifier: MIT */
/* The DNS codec: names with compression, one question, answers, and the order of services. */
#include "net/dns/dns.h"

#include <string.h>

#include "base/buffer.h"

enum {
	HEADER = 12,
	CLASS_IN = 1,
	LABEL_MAX = 63,
	WIRE_NAME_MAX = 255,
	POINTER = 0xc0,
	JUMPS = 32, /* no server of good will needs as many for one name */
	FLAG_RESPONSE = 0x8000,
	FLAG_TRUNCATED = 0x0200,
	FLAG_RECURSE = 0x0100,
	OPCODE = 0x7800,
	RCODE = 0x000f
};

/* ---- names ---------------------------------------------------------------------------------- */

/* In a label; what would make its text ambiguous or spoil a log is in no name we know. */
static bool is_plain(uint8_t byte)
{
	return byte > ' ' && byte != 0x7f && byte != '.' && byte != '\\';
}

static char lower(uint8_t byte)
{
	return (char)(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
}

static bool add_label(char out[CD_DNS_NAME_SIZE], size_t *len, struct cd_span label)
{
	if (*len + (*len != 0) + label.len >= CD_DNS_NAME_SIZE)
		return false;
	if (*len)
		out[(*len)++] = '.';
	for (size_t i = 0; i < label.len; i++) {
		if (!is_plain(label.at[i]))
			return false;
		out[(*len)++] = lower(label.at[i]);
	}
	return true;
}

/* A name at r->at. A pointer leads to before everything that was read of the name so far, so that
 * there is an end to it. `r` goes on behind the first pointer. */
static void read_name(const struct cd_dns_message *m, struct cd_reader *r,
		      char out[CD_DNS_NAME_SIZE])
{
	struct cd_reader at = *r;
	const uint8_t *lowest = at.at;
	size_t len = 0;
	int jumps = 0;
	uint8_t head;

	while ((head = cd_reader_u8(&at)) != 0) {
		if (head >= POINTER) {
			size_t offset = (size_t)(head & ~POINTER) << 8 | cd_reader_u8(&at);
			if (!jumps)
				*r = at;
			if (at.failed || ++jumps > JUMPS || offset >= (size_t)(lowest - m->start))
				break;
			lowest = at.at = m->start + offset;
		} else {
			struct cd_span label = cd_reader_span(&at, head);
			if (head > LABEL_MAX || at.failed || !add_label(out, &len, label))
				break;
		}
	}
	if (head || at.failed) {
		r->failed = true;
		len = 0;
	} else if (!jumps) {
		*r = at;
	}
	out[len] = '\0';
}

/* @return bytes written; 0: no name */
static size_t write_name(const char *name, uint8_t out[WIRE_NAME_MAX])
{
	size_t len = 0;

	while (*name) {
		size_t label = strcspn(name, ".");
		if (label == 0 || label > LABEL_MAX || len + label + 2 > WIRE_NAME_MAX)
			return 0;
		out[len++] = (uint8_t)label;
		for (size_t i = 0; i < label; i++, len++) {
			out[len] = (uint8_t)name[i];
			if (!is_plain(out[len]))
				return 0;
		}
		name += label;
		if (*name == '.' && !*++name)
			return 0;
	}
	if (len)
		out[len++] = 0;
	return len;
}

bool cd_dns_is_name(const char *name)
{
	uint8_t wire[WIRE_NAME_MAX];

	return write_name(name, wire) != 0;
}

/* ---- questions ------------------------------------------------------------------------------ */

size_t cd_dns_encode(const struct cd_dns_question *q, uint8_t out[CD_DNS_QUERY_MAX])
{
	size_t len = write_name(q->name, out + HEADER);

	if (!len)
		return 0;
	memset(out, 0, HEADER);
	cd_put_be16(out, q->id);
	cd_put_be16(out + 2, FLAG_RECURSE);
	cd_put_be16(out + 4, 1);
	cd_put_be16(out + HEADER + len, q->type);
	cd_put_be16(out + HEADER + len + 2, CLASS_IN);
	return HEADER + len + 4;
}

bool cd_dns_open(struct cd_dns_message *m, const void *data, size_t len)
{
	struct cd_reader r = cd_reader_over(data, len);

	*m = (struct cd_dns_message){ .start = data };
	m->question.id = cd_reader_be16(&r);
	uint16_t flags = cd_reader_be16(&r);
	uint16_t questions = cd_reader_be16(&r);
	m->left = cd_reader_be16(&r);
	cd_reader_take(&r, 4); /* how many of what is not read here */
	read_name(m, &r, m->question.name);
	m->question.type = cd_reader_be16(&r);
	uint16_t class = cd_reader_be16(&r);
	m->response = flags & FLAG_RESPONSE;
	m->truncated = flags & FLAG_TRUNCATED;
	m->rcode = flags & RCODE;
	m->r = r;
	return !r.failed && !(flags & OPCODE) && questions == 1 && class == CLASS_IN;
}

static bool same_name(const char *a, const char *b)
{
	while (*a && lower((uint8_t)*a) == lower((uint8_t)*b))
		a++, b++;
	return !*a && !*b;
}

bool cd_dns_answers(const struct cd_dns_message *m, const struct cd_dns_question *q)
{
	return m->response && m->question.id == q->id && m->question.type == q->type &&
	       same_name(m->question.name, q->name);
}

/* ---- answers -------------------------------------------------------------------------------- */

static void read_address(struct cd_reader *r, uint8_t length, cql_inet *out)
{
	const uint8_t *at = cd_reader_take(r, length);

	*out = (cql_inet){ .length = length };
	if (at)
		memcpy(out->address, at, length);
}

static void read_srv(const struct cd_dns_message *m, struct cd_reader *r, struct cd_dns_srv *out)
{
	out->priority = cd_reader_be16(r);
	out->weight = cd_reader_be16(r);
	out->port = cd_reader_be16(r);
	read_name(m, r, out->target);
}

/* The data of a record, `r` being at its start. False: nobody asks for such. */
static bool read_data(const struct cd_dns_message *m, struct cd_reader *r,
		      struct cd_dns_record *out)
{
	switch (out->type) {
	case CD_DNS_A:
		read_address(r, 4, &out->of.address);
		return true;
	case CD_DNS_AAAA:
		read_address(r, 16, &out->of.address);
		return true;
	case CD_DNS_CNAME:
	case CD_DNS_PTR:
		read_name(m, r, out->of.target);
		return true;
	case CD_DNS_SRV:
		read_srv(m, r, &out->of.srv);
		return true;
	default:
		return false;
	}
}

bool cd_dns_next(struct cd_dns_message *m, struct cd_dns_record *out)
{
	while (m->left && !m->r.failed) {
		m->left--;
		read_name(m, &m->r, out->name);
		out->type = cd_reader_be16(&m->r);
		uint16_t class = cd_reader_be16(&m->r);
		cd_reader_take(&m->r, 4); /* its time to live: nothing is kept */
		struct cd_span data = cd_reader_span(&m->r, cd_reader_be16(&m->r));
		struct cd_reader r = { .at = data.at,
				       .end = data.at ? data.at + data.len : NULL,
				       .failed = m->r.failed };
		if (r.failed)
			return false;
		bool known = class == CLASS_IN && read_data(m, &r, out);
		if (known && (r.failed || r.at != r.end))
			m->r.failed = true;
		if (known && !m->r.failed)
			return true;
	}
	return false;
}

struct chain {
	char name[CD_DNS_NAME_SIZE], next[CD_DNS_NAME_SIZE];
	bool goes_on, enough;
};

/* One look at all answers: hands over what `c->name` has, notes where it leads. */
static bool look(struct cd_dns_message m, struct chain *c,
		 bool (*each)(const struct cd_dns_record *record, void *user), void *user)
{
	struct cd_dns_record record;

	c->goes_on = false;
	while (!c->enough && cd_dns_next(&m, &record)) {
		if (strcmp(record.name, c->name))
			continue;
		if (record.type == m.question.type) {
			c->enough = !each(&record, user);
		} else if (record.type == CD_DNS_CNAME && !c->goes_on) {
			c->goes_on = true;
			memcpy(c->next, record.of.target, sizeof c->next);
		}
	}
	return !m.r.failed;
}

bool cd_dns_find(const struct cd_dns_message *m,
		 bool (*each)(const struct cd_dns_record *record, void *user), void *user)
{
	struct chain c = { .goes_on = true };

	memcpy(c.next, m->question.name, sizeof c.next);
	for (int i = 0; c.goes_on && !c.enough && i <= CD_DNS_HOPS; i++) {
		memcpy(c.name, c.next, sizeof c.name);
		if (!look(*m, &c, each, user))
			return false;
	}
	return true;
}

/* ---- services ------------------------------------------------------------------------------- */

static bool before(const struct cd_dns_srv *a, const struct cd_dns_srv *b)
{
	if (a->priority != b->priority)
		return a->priority < b->priority;
	return !a->weight && b->weight; /* those of no weight first: they get their small chance */
}

/* There are few; equals stay as they are. */
static void sort(struct cd_dns_srv *list, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct cd_dns_srv moved = list[i];
		size_t at = i;
		for (; at > 0 && before(&moved, &list[at - 1]); at--)
			list[at] = list[at - 1];
		list[at] = moved;
	}
}

/* Which of those with the first one's priority comes first. */
static size_t pick(const struct cd_dns_srv *list, size_t count, uint32_t chance)
{
	uint64_t sum = 0, wanted;
	size_t i;

	for (i = 0; i < count && list[i].priority == list->priority; i++)
		sum += list[i].weight;
	wanted = ((sum + 1) * chance) >> 32; /* 0 to sum */
	sum = 0;
	for (i = 0; (sum += list[i].weight) < wanted; i++)
		;
	return i;
}

void cd_dns_order(struct cd_dns_srv *list, size_t count, uint32_t (*random)(void *user), void *user)
{
	sort(list, count);
	for (; count > 1; list++, count--) {
		size_t i = pick(list, count, random(user));
		struct cd_dns_srv first = list[i];
		memmove(list + 1, list, i * sizeof *list);
		*list = first;
	}
}
