/* SPDX-License-Identifier: MIT */
/* Details of errors: a head, then replicas or texts one behind the other. */
#include "proto/error_details.h"

#include <assert.h>
#include <string.h>

#include <coodie/details.h>

#include "proto/error_body.h"

enum kind { NOTHING, FAILURES, EXISTS, FUNCTION };

enum { ROOM = sizeof((coodie_error *)0)->details, HEAD = 24, LENGTH = 1, REASON = 2 };

/* How `details` is read; all zeros say nothing. */
struct details {
	uint8_t kind;
	uint8_t node_length;
	uint16_t port;
	uint16_t kept;  /* entries in `bytes` */
	uint16_t total; /* arguments that there were */
	uint8_t node[16];
	/* A replica: a length, the address, the reason; a text: a length, as many bytes, NUL. */
	uint8_t bytes[ROOM - HEAD];
};

static_assert(sizeof(struct details) == ROOM, "it fills its place");

/* ---- written --------------------------------------------------------------------------------- */

struct packing {
	struct details d;
	size_t len; /* of its bytes */
	bool full;  /* nothing is put behind what had no room */
};

static uint8_t *room_for(struct packing *p, size_t len)
{
	uint8_t *at = p->d.bytes + p->len;

	p->full = p->full || len > sizeof p->d.bytes - p->len;
	if (p->full)
		return NULL;
	p->len += len;
	p->d.kept++;
	return at;
}

static void put_text(struct packing *p, cql_text text)
{
	uint8_t *at = room_for(p, LENGTH + text.len + 1);

	if (!at)
		return;
	at[0] = (uint8_t)text.len;
	if (text.len)
		memcpy(at + LENGTH, text.data, text.len);
	at[LENGTH + text.len] = '\0';
}

static void put_failures(struct packing *p, const cql_error_message *e)
{
	p->d.kind = FAILURES;
	for (int32_t i = 0; i < e->num_failures && !p->full; i++) {
		const cql_failure *f = &e->failures[i];
		uint8_t *at = room_for(p, LENGTH + f->node.length + REASON);
		if (!at)
			return;
		at[0] = f->node.length;
		memcpy(at + LENGTH, f->node.address, f->node.length);
		memcpy(at + LENGTH + f->node.length, &f->code, REASON);
	}
}

static void put_exists(struct packing *p, const cql_error_message *e)
{
	p->d.kind = EXISTS;
	put_text(p, e->keyspace);
	put_text(p, e->table);
}

static void put_function(struct packing *p, const cql_error_message *e)
{
	p->d.kind = FUNCTION;
	p->d.total = e->arguments.count;
	put_text(p, e->keyspace);
	put_text(p, e->function);
	for (uint16_t i = 0; i < e->arguments.count && !p->full; i++)
		put_text(p, e->arguments.at[i]);
}

void cd_error_details_set(coodie_error *out, const cql_error_message *e)
{
	struct packing p = { .len = 0 };

	if (e->failures)
		put_failures(&p, e);
	else if (e->code == CD_SERVER_ALREADY_EXISTS)
		put_exists(&p, e);
	else if (e->code == CD_SERVER_FUNCTION_FAILURE)
		put_function(&p, e);
	memcpy(out->details, &p.d, sizeof p.d);
}

void cd_error_details_from(coodie_error *out, const cql_inet *node, uint16_t port)
{
	struct details d;

	memcpy(&d, out->details, sizeof d);
	d.node_length = node->length;
	d.port = port;
	memcpy(d.node, node->address, sizeof d.node);
	memcpy(out->details, &d, sizeof d);
}

/* ---- read ------------------------------------------------------------------------------------ */

static struct details details_of(const coodie_error *err)
{
	struct details d = { .kind = NOTHING };

	if (err && err->code != COODIE_OK)
		memcpy(&d, err->details, sizeof d);
	return d;
}

bool coodie_error_node(const coodie_error *err, cql_inet *address, uint16_t *port)
{
	const struct details d = details_of(err);

	if (!d.node_length || d.node_length > sizeof d.node)
		return false;
	if (address) {
		*address = (cql_inet){ .length = d.node_length };
		memcpy(address->address, d.node, sizeof d.node);
	}
	if (port)
		*port = d.port;
	return true;
}

/* Where the i-th entry begins, each with `more` bytes beyond its length and what that counts. An error
 * that a program has filled itself may say anything: false. */
static bool find(const struct details *d, size_t i, size_t more, size_t *at)
{
	size_t pos = 0;

	if (i >= d->kept)
		return false;
	for (;; i--) {
		if (pos >= sizeof d->bytes || LENGTH + d->bytes[pos] + more > sizeof d->bytes - pos)
			return false;
		if (!i)
			break;
		pos += LENGTH + d->bytes[pos] + more;
	}
	*at = pos;
	return true;
}

size_t coodie_error_failure_count(const coodie_error *err)
{
	const struct details d = details_of(err);

	return d.kind == FAILURES ? d.kept : 0;
}

bool coodie_error_failure(const coodie_error *err, size_t i, coodie_failure *out)
{
	const struct details d = details_of(err);
	const uint8_t *from;
	size_t at;

	if (d.kind != FAILURES || !find(&d, i, REASON, &at) || d.bytes[at] > sizeof d.node || !out)
		return false;
	from = d.bytes + at;
	*out = (coodie_failure){ .node.length = from[0] };
	memcpy(out->node.address, from + LENGTH, from[0]);
	memcpy(&out->reason, from + LENGTH + from[0], sizeof out->reason);
	return true;
}

/* The i-th text of an error of that kind. */
static const char *text_of(const coodie_error *err, enum kind kind, size_t i)
{
	const struct details d = details_of(err);
	size_t at;

	if (d.kind != kind || !find(&d, i, 1, &at) || d.bytes[at + LENGTH + d.bytes[at]])
		return NULL;
	return (const char *)err->details + offsetof(struct details, bytes) + at + LENGTH;
}

const char *coodie_error_keyspace(const coodie_error *err)
{
	const char *of_table = text_of(err, EXISTS, 0);

	return of_table ? of_table : text_of(err, FUNCTION, 0);
}

const char *coodie_error_table(const coodie_error *err)
{
	return text_of(err, EXISTS, 1);
}

const char *coodie_error_function(const coodie_error *err)
{
	return text_of(err, FUNCTION, 1);
}

size_t coodie_error_argument_count(const coodie_error *err)
{
	const struct details d = details_of(err);

	return d.kind == FUNCTION ? d.total : 0;
}

const char *coodie_error_argument(const coodie_error *err, size_t i)
{
	return i < coodie_error_argument_count(err) ? text_of(err, FUNCTION, i + 2) : NULL;
}
