/* SPDX-License-Identifier: MIT */
/* DRIVER_CONFIG: values at their paths, in the order of the paths, which makes the objects. */
#include "net/options/driver_config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <coodie/policy.h>

#include "base/error.h"
#include "proto/value.h"

struct writer {
	struct cd_buffer *out;
	const char *path; /* of the value before; "" at the beginning */
};

static void put(struct writer *w, const char *text)
{
	cd_buffer_bytes(w->out, text, strlen(text));
}

/* Bytes of two paths that name the same objects: up to the last '.' both have. */
static size_t common(const char *a, const char *b)
{
	size_t n = 0;

	for (size_t i = 0; a[i] && a[i] == b[i]; i++)
		if (a[i] == '.')
			n = i + 1;
	return n;
}

/* Closes and opens objects until the value of `path` can follow. Paths come in order. */
static void place(struct writer *w, const char *path)
{
	size_t same = common(w->path, path);
	const char *at;

	for (at = w->path + same; (at = strchr(at, '.')); at++)
		put(w, "}");
	put(w, *w->path ? "," : "{");
	for (at = path + same; strchr(at, '.'); at = strchr(at, '.') + 1) {
		put(w, "\"");
		cd_buffer_bytes(w->out, at, (size_t)(strchr(at, '.') - at));
		put(w, "\":{");
	}
	put(w, "\"");
	put(w, at);
	put(w, "\":");
	w->path = path;
}

static void end(struct writer *w)
{
	for (const char *at = w->path; (at = strchr(at, '.')); at++)
		put(w, "}");
	put(w, "}");
}

static void put_number(struct writer *w, const char *path, uint64_t n)
{
	char text[24];

	snprintf(text, sizeof text, "%" PRIu64, n);
	place(w, path);
	put(w, text);
}

/* Zero stands for "none": left out. */
static void put_limit(struct writer *w, const char *path, uint64_t n)
{
	if (n)
		put_number(w, path, n);
}

static void put_flag(struct writer *w, const char *path, bool flag)
{
	place(w, path);
	put(w, flag ? "true" : "false");
}

static void put_text(struct writer *w, const char *path, const char *text)
{
	bool utf8 = cd_utf8_valid(text, strlen(text));
	char escaped[8];

	place(w, path);
	put(w, "\"");
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (c >= 0x80 && !utf8)
			put(w, "?");
		else if (c < 0x20 || c == '"' || c == '\\') {
			snprintf(escaped, sizeof escaped, "\\u%04x", c);
			put(w, escaped);
		} else {
			cd_buffer_u8(w->out, c);
		}
	}
	put(w, "\"");
}

static void put_verbatim(struct writer *w, const char *path, const char *json)
{
	place(w, path);
	put(w, json);
}

/* ---- the groups ----------------------------------------------------------------------------- */

static void put_connection(struct writer *w, const struct coodie_options *o)
{
	put_number(w, "connection.requests.in-flight.max", o->max_in_flight);
	put_number(w, "connection.requests.orphaned.max", o->max_orphans);
	if (o->connect_timeout_ms)
		put_number(w, "connection.connect.timeout-ms", o->connect_timeout_ms);
	else
		put_verbatim(w, "connection.connect", "{}");
	put_flag(w, "connection.pool.shard-aware.enabled", o->shard_aware);
	put_flag(w, "connection.socket.tcp-no-delay", o->tcp_no_delay);
	put_flag(w, "connection.socket.keep-alive", o->tcp_keepalive_s != 0);
	put_flag(w, "connection.socket.reuse-address", o->shard_aware); /* of chosen ports */
	put_limit(w, "connection.socket.receive-buffer.size-bytes", o->receive_buffer);
	put_limit(w, "connection.socket.send-buffer.size-bytes", o->send_buffer);
	put_text(w, "connection.reconnection.policy.type", "exponential");
	put_number(w, "connection.reconnection.policy.base-ms", o->reconnect_min_ms);
	put_number(w, "connection.reconnection.policy.max-ms", o->reconnect_max_ms);
	if (o->tls)
		put_flag(w, "connection.tls.hostname-verification", o->tls == 1);
	else if (o->tls_context)
		put_verbatim(w, "connection.tls", "{}");
}

static void put_control(struct writer *w, const struct coodie_options *o)
{
	put_number(w, "control-plane.queries.system.timeout.client-side-ms",
		   o->metadata_timeout_ms);
	put_number(w, "control-plane.queries.system.timeout.server-side-ms",
		   o->metadata_timeout_ms);
	put_number(w, "control-plane.schema.agreement.timeout-ms", o->schema_wait_ms);
}

static void put_defaults(struct writer *w, const struct coodie_options *o)
{
	put_limit(w, "query.defaults.page.size", o->page_rows);
	put_text(w, "query.defaults.consistency", cql_consistency_name(o->consistency));
	if (o->serial_consistency != CQL_CONSISTENCY_UNSET)
		put_text(w, "query.defaults.serial-consistency",
			 cql_consistency_name(o->serial_consistency));
	put_flag(w, "query.defaults.idempotence", false);
	put_flag(w, "query.defaults.client-timestamps", o->timestamps != 0);
	put_limit(w, "query.defaults.request.timeout-ms", o->request_timeout_ms);
}

static void put_retry(struct writer *w, const struct coodie_options *o,
		      const struct cd_driver_config *more)
{
	static const char path[] = "query.retry.policy.type";

	if (more->own_retry) {
		put_text(w, path, "custom");
		put_text(w, "query.retry.policy.name", "of the program");
	} else if (o->retry == COODIE_RETRY_FALLTHROUGH) {
		put_text(w, path, "fallthrough");
	} else if (o->retry == COODIE_RETRY_DOWNGRADING) {
		put_text(w, path, "downgrading-consistency");
	} else {
		put_text(w, path, "standard-error-aware");
	}
}

static void put_signals(struct writer *w, const struct coodie_options *o)
{
	static const char path[] = "query.load-balancing.policy.adaptive-ordering.signals";

	if (o->load_aware && o->latency_aware)
		put_verbatim(w, path, "[\"latency\",\"in-flight-requests\"]");
	else if (o->load_aware)
		put_verbatim(w, path, "[\"in-flight-requests\"]");
	else if (o->latency_aware)
		put_verbatim(w, path, "[\"latency\"]");
}

static void put_balancer(struct writer *w, const struct coodie_options *o,
			 const struct cd_driver_config *more)
{
	static const char path[] = "query.load-balancing.policy.type";

	if (more->own_balancer || !o->token_aware) {
		put_text(w, path, "custom");
		put_text(w, "query.load-balancing.policy.name",
			 more->own_balancer ? "of the program" : "round robin");
		return;
	}
	put_text(w, path, "token-aware");
	put_text(w, "query.load-balancing.policy.load-distribution",
		 o->shuffle ? "shuffle" : "replica-set");
	put_flag(w, "query.load-balancing.policy.fallback-to-non-preferred-nodes",
		 !o->datacenter_aware || o->remote_hosts > 0);
	put_signals(w, o);
}

/* Which datacenter and rack are preferred, and who said so. */
static void put_preference(struct writer *w, const struct coodie_options *o,
			   const struct cd_driver_config *more)
{
	static const char path[] = "query.load-balancing.node-preference.type";
	const char *found = more->datacenter && *more->datacenter ? more->datacenter : NULL;

	if (!o->datacenter_aware)
		return;
	if (o->local_datacenter) {
		put_text(w, path, o->local_rack ? "rack" : "dc");
		put_text(w, "query.load-balancing.node-preference.local-dc", o->local_datacenter);
		if (o->local_rack)
			put_text(w, "query.load-balancing.node-preference.local-rack",
				 o->local_rack);
	} else if (o->local_rack) {
		put_text(w, path, "rack-auto");
		put_text(w, "query.load-balancing.node-preference.local-rack", o->local_rack);
		if (found)
			put_text(w, "query.load-balancing.node-preference.inferred-local-dc",
				 found);
	} else {
		put_text(w, path, "dc-auto");
		if (found)
			put_text(w, "query.load-balancing.node-preference.local-dc", found);
	}
}

static void put_speculation(struct writer *w, const struct coodie_options *o,
			    const struct cd_driver_config *more)
{
	static const char path[] = "query.speculative-execution.policy.type";
	char percentile[32];

	if (more->own_speculation) {
		put_text(w, path, "custom");
		put_text(w, "query.speculative-execution.policy.name", "of the program");
	} else if (o->speculative_percentile > 0) {
		snprintf(percentile, sizeof percentile, "%" PRIu64 ".%02" PRIu64,
			 (uint64_t)(o->speculative_percentile * 100 + 0.5) / 100,
			 (uint64_t)(o->speculative_percentile * 100 + 0.5) % 100);
		put_text(w, path, "percentile");
		put_number(w, "query.speculative-execution.policy.max-executions",
			   o->speculative_max);
		put_verbatim(w, "query.speculative-execution.policy.percentile", percentile);
	} else if (o->speculative_delay_ms) {
		put_text(w, path, "constant");
		put_number(w, "query.speculative-execution.policy.max-executions",
			   o->speculative_max);
		put_number(w, "query.speculative-execution.policy.delay-ms",
			   o->speculative_delay_ms);
	}
}

bool cd_driver_config_write(struct cd_buffer *out, const struct coodie_options *o,
			    const struct cd_driver_config *more, coodie_error *err)
{
	struct writer w = { .out = out, .path = "" };
	size_t before = out->len;
	bool written;

	put_number(&w, "version", 1);
	put_connection(&w, o);
	put_control(&w, o);
	put_defaults(&w, o);
	put_retry(&w, o, more);
	put_balancer(&w, o, more);
	put_preference(&w, o, more);
	put_speculation(&w, o, more);
	end(&w);
	written = !out->failed;
	if (written && out->len - before <= CD_DRIVER_CONFIG_MAX)
		return true;
	cd_buffer_truncate(out, before);
	return written ? cd_fail(err, COODIE_ERR_LIMIT, "DRIVER_CONFIG: more than %d bytes",
				 CD_DRIVER_CONFIG_MAX)
		       : cd_no_memory(err, "DRIVER_CONFIG");
}
