/* SPDX-License-Identifier: MIT */
/* What an engine says of itself: the connection that speaks for it, and its numbers. */
#include <string.h>

#include "base/error.h"
#include "net/engine/engine_impl.h"

/* The connection that speaks for the session. */
static struct cd_wire *first_up(const struct cd_engine *e)
{
	if (e->control.wire)
		return e->control.wire;
	for (struct cd_wire *w = e->wires; w; w = w->next)
		if (w->state == CD_WIRE_UP)
			return w;
	return NULL;
}

const char *cd_engine_supported(const struct cd_engine *e, const char *key, size_t i)
{
	const struct cd_wire *up = first_up(e), *w = up ? up : e->last;

	return w ? cd_conn_supported(&w->link.conn, key, i) : NULL;
}

static void put_text(char *to, size_t size, const char *from)
{
	size_t len = strlen(from) < size ? strlen(from) : size - 1;

	memcpy(to, from, len);
	to[len] = '\0';
}

bool cd_engine_info(const struct cd_engine *e, coodie_connection_info *info, coodie_error *err)
{
	const struct cd_wire *w = first_up(e);

	if (!w)
		return cd_fail(err, COODIE_ERR_CLOSED, "the session is not connected");
	*info = (coodie_connection_info){
		.size = sizeof *info,
		.protocol_version = w->link.conn.version,
		.shard = cd_wire_supported(w, "SCYLLA_SHARD"),
		.shard_count = cd_wire_supported(w, "SCYLLA_NR_SHARDS"),
	};
	put_text(info->address, sizeof info->address, w->link.address.text);
	put_text(info->compression, sizeof info->compression, w->link.conn.lz4 ? "lz4" : "none");
	if (w->link.tls) {
		put_text(info->tls_version, sizeof info->tls_version, cd_tls_version(w->link.tls));
		put_text(info->tls_cipher, sizeof info->tls_cipher, cd_tls_cipher(w->link.tls));
	}
	return true;
}

void cd_engine_stats(const struct cd_engine *e, coodie_session_stats *stats)
{
	*stats = e->stats;
	const struct cd_tally *own = &e->tally;
	const struct cd_tallies tallies = { &own, 1 };
	const struct cd_metric_source source = { .each = cd_tally_each, .owner = &tallies };
	coodie_metrics m = { .size = sizeof m };

	stats->size = sizeof *stats;
	if (cd_metric_sum(&source, NULL, &m, NULL)) {
		stats->requests = m.attempts;
		stats->responses = m.responses;
	}
	for (const struct cd_wire *w = e->wires; w; w = w->next) {
		stats->bytes_sent += w->link.bytes_sent;
		stats->bytes_received += w->link.bytes_received;
	}
	stats->in_flight = e->in_flight;
	stats->waiting = e->waiting.count + e->held;
}
