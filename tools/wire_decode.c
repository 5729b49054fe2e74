/* SPDX-License-Identifier: MIT */
/* `coodie wire decode`: what is in a capture, a dump or a stream of bytes. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tools/arguments.h"
#include "tools/pcap.h"
#include "tools/wire.h"
#include "tools/wire_stream.h"

struct decode {
	const char *path;
	bool json, hex, binary, pcap, lz4, segments, client, server;
	uint32_t version, port;
	struct wire_sink sink;
};

/* ---- forms of input ------------------------------------------------------------------------- */

static int digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Hexadecimal digits to bytes, in place; spaces, and # to the end of a line, are left out.
 * Returns the position of what is none, or `len`. */
static size_t unhex(struct bytes *b, struct bytes *out)
{
	int high = -1;
	size_t i = 0, last = 0;
	bool comment = false;

	for (; i < b->len; i++) {
		int c = b->at[i], d = digit(c);
		unsigned char byte;
		if (c == '#' || c == '\n')
			comment = c == '#';
		if (comment || isspace(c))
			continue;
		if (d < 0)
			return i;
		last = i;
		if (high < 0) {
			high = d;
			continue;
		}
		byte = (unsigned char)(high << 4 | d);
		bytes_add(out, &byte, 1);
		high = -1;
	}
	return high < 0 ? i : last;
}

static void setup(const struct decode *d, struct wire_connection *c)
{
	if (d->lz4)
		c->compression = CQL_COMPRESSION_LZ4;
	if (d->segments) {
		c->mode = WIRE_SEGMENTS;
		c->version = 5;
	} else if (d->version == 4) {
		c->mode = WIRE_ENVELOPES;
		c->version = 4;
	}
}

static void decode_bytes(struct decode *d, const struct bytes *b)
{
	int direction = d->client ? 1 : d->server ? 0 : -1;
	struct wire_connection c;
	struct wire_stream s;

	wire_connection_init(&c, &d->sink);
	setup(d, &c);
	wire_stream_init(&s, &c, direction);
	/* in pieces: what was read can be forgotten */
	for (size_t at = 0; at < b->len && !ferror(d->sink.to); at += 1 << 20)
		wire_stream_feed(&s, b->at + at, b->len - at < 1 << 20 ? b->len - at : 1 << 20, 0);
	wire_stream_end(&s);
	wire_stream_deinit(&s);
	wire_connection_deinit(&c);
}

/* ---- captures ------------------------------------------------------------------------------- */

struct session {
	struct wire_connection connection;
	struct wire_stream streams[2]; /* [from_client] */
};

static void print_address(const struct tcp_address *a, char out[64])
{
	char ip[CQL_INET_TEXT_SIZE];
	cql_inet inet = { .length = a->length };

	memcpy(inet.address, a->ip, a->length);
	cql_inet_format(inet, ip);
	snprintf(out, 64, a->length == 4 ? "%s:%u" : "[%s]:%u", ip, a->port);
}

static void *open_session(void *context, const struct tcp_address *client,
			  const struct tcp_address *server)
{
	struct decode *d = context;
	struct session *s = calloc(1, sizeof *s);

	if (!s) {
		fputs("coodie wire: out of memory\n", stderr);
		exit(EXIT_FAILURE);
	}
	wire_connection_init(&s->connection, &d->sink);
	setup(d, &s->connection);
	print_address(client, s->connection.client);
	print_address(server, s->connection.server);
	for (int from_client = 0; from_client <= 1; from_client++)
		wire_stream_init(&s->streams[from_client], &s->connection, from_client);
	return s;
}

static void take_data(void *user, bool from_client, const uint8_t *data, size_t len, double time)
{
	wire_stream_feed(&((struct session *)user)->streams[from_client], data, len, time);
}

static void take_gap(void *user, bool from_client, uint64_t len)
{
	wire_stream_gap(&((struct session *)user)->streams[from_client], len);
}

static void close_session(void *user)
{
	struct session *s = user;

	for (int from_client = 1; from_client >= 0; from_client--) {
		wire_stream_end(&s->streams[from_client]);
		wire_stream_deinit(&s->streams[from_client]);
	}
	wire_connection_deinit(&s->connection);
	free(s);
}

static void decode_capture(struct decode *d, const struct bytes *b)
{
	const struct tcp_calls calls = { open_session, take_data, take_gap, close_session, d };
	struct tcp_table *table = tcp_new(&calls, (uint16_t)d->port);
	size_t packets = 0, pieces = 0;
	struct pcap_packet packet;
	struct pcap_reader reader;
	struct tcp_piece piece;

	pcap_open(&reader, b->at, b->len);
	while (pcap_next(&reader, &packet) && !ferror(d->sink.to)) {
		packets++;
		if (!tcp_parse(&packet, &piece) ||
		    (piece.from.port != d->port && piece.to.port != d->port))
			continue;
		pieces++;
		tcp_take(table, &piece);
	}
	tcp_free(table);
	if (reader.error) {
		fprintf(stderr, "coodie wire decode: %s: %s\n", d->path, reader.error);
		d->sink.errors++;
	}
	if (!pieces) {
		fprintf(stderr,
			"coodie wire decode: %s: %zu packets, none of TCP port %u; see --port\n",
			d->path, packets, (unsigned)d->port);
		d->sink.errors++;
	}
}

/* ---- the command ---------------------------------------------------------------------------- */

/* Text of digits alone is meant as hexadecimal. */
static bool looks_like_hex(const struct bytes *b)
{
	size_t most = b->len < 4096 ? b->len : 4096, digits = 0;
	bool comment = false;

	for (size_t i = 0; i < most; i++) {
		int c = b->at[i];
		if (c == '#' || c == '\n')
			comment = c == '#';
		if (comment || isspace(c))
			continue;
		if (digit(c) < 0)
			return false;
		digits++;
	}
	return digits > 0;
}

static int decode_hex(struct decode *d, struct bytes *b)
{
	struct bytes out = { 0 };
	size_t end = unhex(b, &out);

	if (end < b->len) {
		fprintf(stderr,
			"coodie wire decode: %s: byte %zu begins no pair of hexadecimal digits\n",
			d->path, end);
		d->sink.errors++;
	}
	decode_bytes(d, &out);
	bytes_free(&out);
	return TOOL_OK;
}

static int run(struct decode *d)
{
	struct bytes b = { 0 };
	size_t errors;

	if (!wire_read_file(d->path, &b))
		return TOOL_FAILED;
	wire_memory_init(&d->sink.memory);
	d->sink.to = stdout;
	d->sink.json = d->json;
	if (d->pcap || (!d->hex && !d->binary && pcap_is(b.at, b.len)))
		decode_capture(d, &b);
	else if (d->hex || (!d->binary && looks_like_hex(&b)))
		decode_hex(d, &b);
	else
		decode_bytes(d, &b);
	errors = d->sink.errors;
	if (!errors && !d->sink.messages) {
		fprintf(stderr, "coodie wire decode: %s: no message in it\n", d->path);
		errors = 1;
	}
	wire_memory_deinit(&d->sink.memory);
	bytes_free(&b);
	return errors ? TOOL_FAILED : TOOL_OK;
}

static void print_help(const struct argument_table *tables)
{
	puts("Usage: coodie wire decode [OPTION...] FILE|-\n\n"
	     "Prints the messages in a file: a line for each, and its fields. Values are shown as CQL\n"
	     "where their types are known, from the metadata or from an earlier PREPARE. The file is\n"
	     "a capture (pcap, pcapng), bytes, or their hexadecimal digits; which of them, and the\n"
	     "version, its segments and its compression are found out. What is broken is reported and\n"
	     "stepped over. Passwords are not shown.");
	arguments_print(tables);
	puts("\nExit codes: 0 all was read, 1 something was broken, 2 wrong usage.\n\n"
	     "Examples:\n"
	     "  tcpdump -i any -w cql.pcap port 9042; coodie wire decode cql.pcap\n"
	     "  echo 040000000500000000 | coodie wire decode -\n"
	     "  coodie wire decode --json cql.pcap | jq 'select(.opcode == \"ERROR\")'");
}

static bool one_at_most(bool a, bool b, bool c)
{
	return a + b + c <= 1;
}

int wire_decode(int argc, char **argv)
{
	struct decode d = { .port = 9042 };
	const struct argument options[] = {
		{ .name = "json",
		  .help = "print a JSON object a line, in the names of the vectors",
		  .flag = &d.json },
		{ .name = "hex",
		  .help = "the input is hexadecimal digits; # begins a comment",
		  .flag = &d.hex },
		{ .name = "binary", .help = "the input is bytes", .flag = &d.binary },
		{ .name = "pcap", .help = "the input is a capture", .flag = &d.pcap },
		{ .name = "version",
		  .value = "N",
		  .help = "the protocol's version, 4 or 5",
		  .number = &d.version,
		  .least = 4,
		  .most = 5 },
		{ .name = "lz4",
		  .help = "bodies (v4) or segments (v5) are packed by LZ4",
		  .flag = &d.lz4 },
		{ .name = "segments",
		  .help = "v5 segments from the first byte on",
		  .flag = &d.segments },
		{ .name = "client",
		  .help = "the bytes are those of a client: requests",
		  .flag = &d.client },
		{ .name = "server",
		  .help = "the bytes are those of a server: responses",
		  .flag = &d.server },
		{ .name = "port",
		  .value = "N",
		  .help = "the server's port in a capture (default: 9042)",
		  .number = &d.port,
		  .least = 1,
		  .most = 65535 },
	};
	const struct argument_table tables[] = {
		{ "Options", options, sizeof options / sizeof options[0] },
		{ NULL, NULL, 0 },
	};
	enum arguments_outcome outcome = arguments_parse(tables, "wire decode", argc, argv,
							 &d.path);

	if (outcome == ARGUMENTS_HELP) {
		print_help(tables);
		return TOOL_OK;
	}
	if (outcome == ARGUMENTS_WRONG)
		return TOOL_USAGE;
	if (!d.path)
		return tool_misuse("wire decode", "which file? Give FILE, or - for standard input");
	if (!one_at_most(d.hex, d.binary, d.pcap))
		return tool_misuse("wire decode", "--hex, --binary and --pcap exclude each other");
	if (!one_at_most(d.client, d.server, false))
		return tool_misuse("wire decode", "--client and --server exclude each other");
	if (d.segments && d.version == 4)
		return tool_misuse("wire decode", "version 4 has no --segments");
	return run(&d);
}
