/* SPDX-License-Identifier: MIT */
/* `coodie ping`: connects to a node, says what was negotiated, and times round trips. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/connect.h"
#include "tools/tool.h"

/* What is asked of the node, and under which name each answer is shown. `column` is NULL for
 * what the session knows. */
enum fact_id {
	FACT_ADDRESS,
	FACT_SERVER,
	FACT_CQL,
	FACT_PROTOCOL,
	FACT_COMPRESSION,
	FACT_TLS,
	FACT_CIPHER,
	FACT_CLUSTER,
	FACT_DATA_CENTER,
	FACT_RACK,
	FACT_HOST_ID,
	FACT_SHARD,
	FACT_SHARD_COUNT,
	FACTS
};

static const struct {
	const char *label, *key, *column;
	bool number; /* in JSON */
} facts[FACTS] = {
	[FACT_ADDRESS] = { "address", "address", NULL, false },
	[FACT_SERVER] = { "server", "release_version", "release_version", false },
	[FACT_CQL] = { "CQL", "cql_version", "cql_version", false },
	[FACT_PROTOCOL] = { "protocol", "protocol_version", NULL, true },
	[FACT_COMPRESSION] = { "compression", "compression", NULL, false },
	[FACT_TLS] = { "TLS", "tls_version", NULL, false },
	[FACT_CIPHER] = { "cipher", "tls_cipher", NULL, false },
	[FACT_CLUSTER] = { "cluster", "cluster_name", "cluster_name", false },
	[FACT_DATA_CENTER] = { "data center", "data_center", "data_center", false },
	[FACT_RACK] = { "rack", "rack", "rack", false },
	[FACT_HOST_ID] = { "host id", "host_id", "host_id", false },
	[FACT_SHARD] = { "shard", "shard", NULL, true },
	[FACT_SHARD_COUNT] = { "shards", "shard_count", NULL, true },
};

static const char local_query[] =
	"SELECT release_version, cql_version, cluster_name, data_center, rack, host_id "
	"FROM system.local WHERE key = 'local'";
static const char beat_query[] = "SELECT key FROM system.local WHERE key = 'local'";

struct ping {
	struct connect connect;
	const char *where;
	uint32_t count;
	bool json;
	char text[FACTS][128]; /* "" where there is none */
	uint64_t connect_ns, least_ns, most_ns, total_ns;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static double ms(uint64_t ns)
{
	return (double)ns / 1e6;
}

static void set_fact(struct ping *p, enum fact_id fact, const char *text)
{
	snprintf(p->text[fact], sizeof p->text[fact], "%s", text);
}

static bool ask_session(struct ping *p, const coodie_session *s, coodie_error *err)
{
	coodie_connection_info info = { .size = sizeof info };

	if (!coodie_session_info(s, &info, err))
		return false;
	set_fact(p, FACT_ADDRESS, info.address);
	snprintf(p->text[FACT_PROTOCOL], sizeof p->text[0], "%u", info.protocol_version);
	set_fact(p, FACT_COMPRESSION, info.compression);
	set_fact(p, FACT_TLS, info.tls_version);
	set_fact(p, FACT_CIPHER, info.tls_cipher);
	if (info.shard_count > 0) {
		snprintf(p->text[FACT_SHARD], sizeof p->text[0], "%" PRId32, info.shard);
		snprintf(p->text[FACT_SHARD_COUNT], sizeof p->text[0], "%" PRId32,
			 info.shard_count);
	}
	return true;
}

/* Shows a column of any type; null shows as nothing. */
static bool take_column(struct ping *p, enum fact_id fact, const coodie_result *r,
			const coodie_cursor *c, coodie_error *err)
{
	cql_value value;
	cql_text text;
	size_t i;

	if (!coodie_result_column_index(r, facts[fact].column, &i))
		return true;
	if (!coodie_cursor_value(c, i, &value, err))
		return false;
	if (value.is.tag == CQL_TAG_TEXT && cql_to_text(value, &text, err))
		snprintf(p->text[fact], sizeof p->text[0], "%.*s", (int)text.len, text.data);
	else if (!cql_is_null(value))
		cql_value_format(value, p->text[fact], sizeof p->text[0]);
	return true;
}

static bool ask_node(struct ping *p, coodie_session *s, coodie_error *err)
{
	coodie_result *r = coodie_session_query(s, local_query, (cql_args){ 0, NULL }, NULL, err);
	coodie_cursor c;
	bool ok = true;

	if (!r)
		return false;
	c = coodie_result_cursor(r);
	if (coodie_cursor_next(&c))
		for (int fact = 0; fact < FACTS && ok; fact++)
			if (facts[fact].column)
				ok = take_column(p, (enum fact_id)fact, r, &c, err);
	coodie_result_free(r);
	return ok;
}

static bool beat(struct ping *p, coodie_session *s, coodie_error *err)
{
	p->least_ns = UINT64_MAX;
	for (uint32_t i = 0; i < p->count; i++) {
		uint64_t began = now_ns(), took;
		coodie_result *r = coodie_session_query(s, beat_query, (cql_args){ 0, NULL }, NULL,
							err);
		if (!r)
			return false;
		took = now_ns() - began;
		coodie_result_free(r);
		p->least_ns = took < p->least_ns ? took : p->least_ns;
		p->most_ns = took > p->most_ns ? took : p->most_ns;
		p->total_ns += took;
	}
	return true;
}

static bool measure(struct ping *p, coodie_error *err)
{
	coodie_session *s = connect_session(&p->connect, p->where, err);
	uint64_t began = now_ns();
	bool ok = false;

	if (!s)
		return false;
	if (coodie_session_connect(s, err)) {
		p->connect_ns = now_ns() - began;
		ok = ask_session(p, s, err) && ask_node(p, s, err) && beat(p, s, err);
	}
	coodie_session_free(s);
	return ok;
}

/* ---- the two ways to show it ---------------------------------------------------------------- */

static void print_text(const struct ping *p)
{
	printf("connected to %s in %.3f ms\n", p->text[FACT_ADDRESS], ms(p->connect_ns));
	for (int fact = FACT_SERVER; fact < FACTS; fact++) {
		const char *text = p->text[fact];
		if (!*text && fact == FACT_TLS)
			text = "none";
		if (*text && fact != FACT_SHARD && fact != FACT_SHARD_COUNT)
			printf("  %-12s %s%s\n", facts[fact].label,
			       fact == FACT_PROTOCOL ? "v" : "", text);
	}
	if (*p->text[FACT_SHARD_COUNT])
		printf("  %-12s %s of %s\n", "shard", p->text[FACT_SHARD],
		       p->text[FACT_SHARD_COUNT]);
	printf("%" PRIu32 " round trip%s: min %.3f ms, avg %.3f ms, max %.3f ms\n", p->count,
	       p->count == 1 ? "" : "s", ms(p->least_ns), ms(p->total_ns) / p->count,
	       ms(p->most_ns));
}

static void print_json_text(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void print_json(const struct ping *p)
{
	printf("{\"ok\": true");
	for (int fact = 0; fact < FACTS; fact++) {
		printf(", \"%s\": ", facts[fact].key);
		if (!*p->text[fact])
			printf("null");
		else if (facts[fact].number)
			printf("%s", p->text[fact]);
		else
			print_json_text(p->text[fact]);
	}
	printf(", \"connect_ms\": %.3f, \"round_trips\": %" PRIu32
	       ", \"min_ms\": %.3f, \"avg_ms\": %.3f, "
	       "\"max_ms\": %.3f}\n",
	       ms(p->connect_ns), p->count, ms(p->least_ns), ms(p->total_ns) / p->count,
	       ms(p->most_ns));
}

static void print_json_error(const coodie_error *err)
{
	printf("{\"ok\": false, \"code\": \"%s\", \"server_code\": ", coodie_errc_name(err->code));
	if (err->server_code == -1)
		printf("null");
	else
		printf("%" PRId32, err->server_code);
	printf(", \"message\": ");
	print_json_text(err->message);
	printf("}\n");
}

static void print_help(const struct argument_table *tables)
{
	puts("Usage: coodie ping HOST[:PORT] [OPTION...]\n\n"
	     "Connects to a Cassandra or ScyllaDB node as an application would, prints what was\n"
	     "negotiated and who answered, and times round trips: one small SELECT each. The port\n"
	     "is 9042 when none is given; an IPv6 address with a port is written [::1]:9042.");
	arguments_print(tables);
	puts("\nExit codes: 0 the node answered, 2 wrong usage, 8 it could not be reached, 9 it refused the\n"
	     "login (the reason is on stderr, with --json on stdout too); `coodie help` lists all.\n\n"
	     "Examples:\n"
	     "  coodie ping 10.0.0.1\n"
	     "  coodie ping node.example --tls --ca ca.pem --user app --password-file secret --json");
}

int tool_ping(int argc, char **argv)
{
	struct ping p = { .count = 10 };
	const struct argument own[] = {
		{ .name = "count",
		  .value = "N",
		  .help = "time this many round trips (default: 10)",
		  .number = &p.count,
		  .least = 1,
		  .most = 1000000 },
		{ .name = "json", .help = "print one JSON object", .flag = &p.json },
	};
	const struct argument_table tables[] = {
		{ "Options", own, sizeof own / sizeof own[0] },
		connect_arguments(&p.connect),
		{ NULL, NULL, 0 },
	};
	coodie_error err = { 0 };
	enum arguments_outcome outcome = arguments_parse(tables, "ping", argc, argv, &p.where);

	if (outcome == ARGUMENTS_HELP) {
		print_help(tables);
		return TOOL_OK;
	}
	if (outcome == ARGUMENTS_WRONG || !connect_check(&p.connect, "ping"))
		return TOOL_USAGE;
	if (!connect_has_host(&p.connect, p.where))
		return tool_misuse("ping", "which node? Give HOST, HOST:PORT, --uri or --config");
	if (!measure(&p, &err)) {
		if (p.json)
			print_json_error(&err);
		return err.code == COODIE_ERR_INVALID ? tool_misuse("ping", "%s", err.message)
						      : tool_fail("ping", &err);
	}
	(p.json ? print_json : print_text)(&p);
	return TOOL_OK;
}
