/* SPDX-License-Identifier: MIT */
/* Rows of system.local, system.peers and system.peers_v2: columns are found by their names, and each
 * of them may be missing, null, or of a type that was not expected. */
#include "net/ring/topology_row.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

void cd_topology_skip(struct cd_topology_draft *d, const char *format, ...)
{
	struct cd_topology *t = d->topology;
	char text[200];
	va_list args;

	t->skipped++;
	if (t->note_count == CD_TOPOLOGY_NOTES)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	const char *copy = cd_arena_strndup(&t->arena, text, strlen(text));
	d->no_memory |= !copy;
	if (copy)
		d->notes[t->note_count++] = copy;
}

/* ---- columns --------------------------------------------------------------------------------- */

struct row {
	struct cd_topology_draft *draft;
	coodie_result *table;
	const char *name; /* of the table */
	coodie_cursor at;
	char where[CQL_INET_TEXT_SIZE]; /* whose row it is, for notes */
};

/* Null when the column is missing or does not read. */
static cql_value column(const struct row *r, const char *name)
{
	cql_value v = cql_null();
	size_t i;

	if (coodie_result_column_index(r->table, name, &i))
		coodie_cursor_value(&r->at, i, &v, NULL);
	return v;
}

/* "" for what is no text; NULL: out of memory. */
static const char *text_column(const struct row *r, const char *name)
{
	struct cd_topology_draft *d = r->draft;
	cql_text text;

	if (!cql_to_text(column(r, name), &text, NULL))
		return "";
	const char *copy = cd_arena_strndup(&d->topology->arena, text.data, text.len);
	d->no_memory |= !copy;
	return copy;
}

static bool uuid_column(const struct row *r, const char *name, cql_uuid *out)
{
	static const cql_uuid none;

	return cql_to_uuid(column(r, name), out, NULL) && memcmp(out, &none, sizeof none) != 0;
}

/* An address that can be connected to: 0.0.0.0 and :: cannot. */
static bool inet_column(const struct row *r, const char *name, cql_inet *out)
{
	static const uint8_t any[16];
	cql_inet inet;

	if (!cql_to_inet(column(r, name), &inet, NULL) || !inet.length ||
	    memcmp(inet.address, any, inet.length) == 0)
		return false;
	*out = inet;
	return true;
}

static uint16_t port_column(const struct row *r, const char *name)
{
	int32_t port;

	return cql_to_int32(column(r, name), &port, NULL) && port > 0 && port <= UINT16_MAX
		       ? (uint16_t)port
		       : r->draft->source->port;
}

/* ---- tokens ---------------------------------------------------------------------------------- */

static int compare_tokens(const void *a, const void *b)
{
	const struct cd_token *x = a, *y = b;

	return cd_token_is_less(*x, *y) ? -1 : cd_token_is_less(*y, *x);
}

static void read_tokens(const struct row *r, cql_set set, struct cd_topology_host *host)
{
	struct cd_topology *t = r->draft->topology;
	/* an item takes four bytes at least */
	uint32_t most = set.seq.count < set.seq.bytes / 4 ? set.seq.count : set.seq.bytes / 4;
	struct cd_token *at = cd_arena_take_array(&t->arena, most, sizeof *at);
	uint32_t count = 0;
	cql_value item;
	cql_text text;

	r->draft->no_memory |= !at;
	if (!at)
		return;
	for (cql_iter it = cql_set_iter(set); count < most && cql_iter_next(&it, &item);)
		if (cql_to_text(item, &text, NULL) &&
		    cd_partitioner_parse(t->partitioner, text, &at[count]))
			count++;
	qsort(at, count, sizeof *at, compare_tokens);
	host->tokens = at;
	host->token_count = count;
}

/* False: it has none, whatever the partitioner. */
static bool tokens_column(const struct row *r, struct cd_topology_host *host)
{
	cql_set set;

	if (!cql_to_set(column(r, "tokens"), &set, NULL) || !set.seq.count)
		return false;
	if (r->draft->topology->partitioner == CD_PARTITIONER_OTHER)
		return true;
	read_tokens(r, set, host);
	return r->draft->no_memory || host->token_count > 0;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static bool skip(struct row *r, const char *why)
{
	cd_topology_skip(r->draft, "%s, %s: %s", r->name, r->where, why);
	return false;
}

/* What both tables say alike. A peer that lacks a part of it is not a host yet, or not any more. */
static bool read_host(struct row *r, struct cd_topology_host *host)
{
	bool is_peer = !host->is_local;

	cql_inet_format(host->address, r->where);
	if (!uuid_column(r, "host_id", &host->host_id))
		return skip(r, "no host_id");
	host->datacenter = text_column(r, "data_center");
	host->rack = text_column(r, "rack");
	host->release = text_column(r, "release_version");
	uuid_column(r, "schema_version", &host->schema_version);
	bool has_tokens = tokens_column(r, host);
	if (r->draft->no_memory)
		return false;
	if (is_peer && !*host->datacenter)
		return skip(r, "no data_center");
	if (is_peer && !has_tokens && !r->draft->source->is_scylla)
		return skip(r, "no tokens: it has not joined");
	return true;
}

static bool read_local(struct row *r, struct cd_topology_host *host)
{
	host->is_local = true;
	host->port = port_column(r, "rpc_port");
	host->address = r->draft->source->address;
	if (!inet_column(r, "rpc_address", &host->address))
		inet_column(r, "broadcast_address", &host->address);
	return read_host(r, host);
}

/* peers_v2 has native_address and native_port, peers has rpc_address. */
static bool read_peer(struct row *r, struct cd_topology_host *host)
{
	host->port = port_column(r, "native_port");
	if (!inet_column(r, "native_address", &host->address) &&
	    !inet_column(r, "rpc_address", &host->address) &&
	    !inet_column(r, "peer", &host->address)) {
		snprintf(r->where, sizeof r->where, "a row");
		return skip(r, "no address");
	}
	return read_host(r, host);
}

/* What the row of local says of the cluster. */
static void read_cluster(const struct row *r)
{
	struct cd_topology *t = r->draft->topology;
	const char *name = text_column(r, "partitioner");
	const char *dot = name ? strrchr(name, '.') : NULL;

	t->cluster_name = text_column(r, "cluster_name");
	t->partitioner_name = dot ? dot + 1 : name;
	if (name)
		t->partitioner = cd_partitioner_of(name);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static bool is_table(coodie_result *table, const char *name, coodie_error *err)
{
	size_t i;

	if (table && coodie_result_kind(table) == COODIE_RESULT_ROWS &&
	    coodie_result_column_index(table, "host_id", &i))
		return true;
	return cd_fail(err, COODIE_ERR_PROTOCOL, "%s: the answer has no column host_id", name);
}

/* The next host; its slot is not known yet. NULL: no room. */
static struct cd_topology_host *add(struct cd_topology_draft *d, const char *table)
{
	if (d->count == d->room) {
		cd_topology_skip(d, "%s: more than %d hosts", table, CD_TOPOLOGY_HOSTS);
		return NULL;
	}
	struct cd_topology_host *host = &d->hosts[d->count];
	*host = (struct cd_topology_host){ .datacenter = "", .rack = "", .release = "" };
	return host;
}

static bool read_table(struct cd_topology_draft *d, coodie_result *table, const char *name,
		       bool (*read)(struct row *, struct cd_topology_host *))
{
	struct row r = { .draft = d, .table = table, .name = name };

	r.at = coodie_result_cursor(table);
	while (!d->no_memory && coodie_cursor_next(&r.at)) {
		struct cd_topology_host *host = add(d, name);
		if (read == read_local)
			read_cluster(&r);
		if (host && !d->no_memory && read(&r, host))
			d->count++;
	}
	return !d->no_memory;
}

bool cd_topology_read(struct cd_topology_draft *d, coodie_error *err)
{
	coodie_result *local = d->source->local, *peers = d->source->peers;
	size_t rows = 1;

	if (!is_table(local, "system.local", err) ||
	    (peers && !is_table(peers, "system.peers", err)))
		return false;
	if (coodie_result_row_count(local) != 1)
		return cd_fail(err, COODIE_ERR_PROTOCOL, "system.local: %zu rows; expected 1",
			       coodie_result_row_count(local));
	if (peers)
		rows += coodie_result_row_count(peers);
	d->room = rows > CD_TOPOLOGY_HOSTS ? CD_TOPOLOGY_HOSTS : (uint32_t)rows;
	d->hosts = cd_arena_take_array(&d->topology->arena, d->room, sizeof *d->hosts);
	d->no_memory = !d->hosts;
	return !d->no_memory && read_table(d, local, "system.local", read_local) &&
	       (!peers || read_table(d, peers, "system.peers", read_peer));
}
