/* SPDX-License-Identifier: MIT */
/* `coodie wire ring`: the last frames of connections, as the library writes them to its log. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/arguments.h"
#include "tools/wire.h"
#include "tools/wire_print.h"

enum { STREAMS = 32768, NAME_SIZE = 24, ADDRESS_SIZE = 104, UNANSWERED_SHOWN = 8 };

/* A request whose answer has not been seen. */
struct waiting {
	uint64_t at_us;
	char name[NAME_SIZE]; /* "": none */
};

struct event {
	char kind; /* '=', '>', '<' */
	char name[NAME_SIZE];
	int stream;
	uint32_t body_len;
};

struct ring {
	const char *path;
	bool json;
	struct pool pool;
	size_t line, events, errors;
	uint64_t connection, at_us;
	char address[ADDRESS_SIZE]; /* "": none yet */
	struct waiting *waiting;    /* by stream */
};

/* ---- reading -------------------------------------------------------------------------------- */

static bool take(const char **at, char c)
{
	if (**at != c)
		return false;
	++*at;
	return true;
}

static bool take_number(const char **at, uint64_t most, uint64_t *out)
{
	char *end;

	if (**at < '0' || **at > '9')
		return false;
	errno = 0;
	*out = strtoull(*at, &end, 10);
	*at = end;
	return !errno && *out <= most;
}

/* A word of capitals, digits and underscores; or 0x and two digits. */
static bool take_name(const char **at, char name[NAME_SIZE])
{
	size_t n = strspn(*at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789abcdefx");

	if (!n || n >= NAME_SIZE)
		return false;
	memcpy(name, *at, n);
	name[n] = 0;
	*at += n;
	return true;
}

static bool take_event(const char **at, struct event *e)
{
	uint64_t stream = 0, len = 0;
	bool negative;

	memset(e, 0, sizeof *e);
	if (**at != '=' && **at != '>' && **at != '<')
		return false;
	e->kind = *(*at)++;
	if (!take_name(at, e->name))
		return false;
	if (e->kind == '=')
		return true;
	if (!take(at, ' '))
		return false;
	negative = take(at, '-');
	if (!take_number(at, STREAMS - !negative, &stream) || !take(at, ' ') ||
	    !take_number(at, UINT32_MAX, &len))
		return false;
	e->stream = negative ? -(int)stream : (int)stream;
	e->body_len = (uint32_t)len;
	return true;
}

/* "wire 3 10.0.0.1:9042 12.345678:" */
static bool take_head(const char **at, uint64_t *connection, char address[ADDRESS_SIZE],
		      uint64_t *at_us)
{
	uint64_t seconds, micros;
	const char *begin;
	size_t n;

	*at += strlen("wire ");
	if (!take_number(at, UINT64_MAX, connection) || !take(at, ' '))
		return false;
	n = strcspn(*at, " \t\r\n");
	if (!n || n >= ADDRESS_SIZE)
		return false;
	memcpy(address, *at, n);
	address[n] = 0;
	*at += n;
	if (!take(at, ' ') || !take_number(at, UINT64_MAX / 1000000 - 1, &seconds) ||
	    !take(at, '.'))
		return false;
	begin = *at;
	if (!take_number(at, 999999, &micros) || *at - begin != 6)
		return false;
	*at_us = seconds * 1000000 + micros;
	return take(at, ':');
}

/* ---- showing -------------------------------------------------------------------------------- */

static void show_unanswered(struct ring *r)
{
	size_t count = 0;

	for (int i = 0; i < STREAMS && *r->address && !r->json; i++) {
		const struct waiting *w = &r->waiting[i];
		if (!*w->name)
			continue;
		if (count++ < UNANSWERED_SHOWN)
			printf("%s %s on stream %d (%" PRIu64 " us)",
			       count == 1 ? "  no answer:" : ",", w->name, i, r->at_us - w->at_us);
	}
	if (count > UNANSWERED_SHOWN)
		printf(", and %zu more", count - UNANSWERED_SHOWN);
	if (count)
		printf("\n");
	memset(r->waiting, 0, STREAMS * sizeof *r->waiting);
}

static void begin_connection(struct ring *r, uint64_t connection, const char *address)
{
	show_unanswered(r);
	r->connection = connection;
	strcpy(r->address, address);
	if (r->json)
		return;
	printf("connection %" PRIu64 ", ", connection);
	wire_print_text(stdout, address, strlen(address));
	printf("\n");
}

static void show_text(const struct ring *r, const struct event *e, uint64_t gap_us,
		      const uint64_t *took_us)
{
	printf("  %6" PRIu64 ".%06" PRIu64 " %+10" PRId64 " us  %c %s", r->at_us / 1000000,
	       r->at_us % 1000000, (int64_t)gap_us, e->kind, e->name);
	if (e->kind != '=')
		printf(", stream %d, %" PRIu32 " bytes", e->stream, e->body_len);
	if (took_us)
		printf(", after %" PRIu64 " us", *took_us);
	printf("\n");
}

static void show_json(struct ring *r, const struct event *e, const uint64_t *took_us)
{
	struct json *o = json_new(&r->pool, JSON_OBJECT);

	json_put(o, "connection", json_int(&r->pool, (int64_t)r->connection));
	json_put(o, "address", json_text(&r->pool, r->address, strlen(r->address)));
	json_put(o, "at_us", json_int(&r->pool, (int64_t)r->at_us));
	if (e->kind == '=') {
		json_put(o, "state", json_text(&r->pool, e->name, strlen(e->name)));
	} else {
		json_put(o, "sent", json_bool(&r->pool, e->kind == '>'));
		json_put(o, "opcode", json_text(&r->pool, e->name, strlen(e->name)));
		json_put(o, "stream", json_int(&r->pool, e->stream));
		json_put(o, "body_len", json_int(&r->pool, e->body_len));
	}
	if (took_us)
		json_put(o, "took_us", json_int(&r->pool, (int64_t)*took_us));
	json_print(stdout, o);
	putchar('\n');
	pool_reset(&r->pool);
}

static void show(struct ring *r, const struct event *e, uint64_t gap_us)
{
	bool on_stream = e->kind != '=' && e->stream >= 0 && e->stream < STREAMS;
	struct waiting *w = on_stream ? &r->waiting[e->stream] : NULL;
	bool answers = w && e->kind == '<' && *w->name;
	uint64_t took_us = answers ? r->at_us - w->at_us : 0;

	r->events++;
	if (r->json)
		show_json(r, e, answers ? &took_us : NULL);
	else
		show_text(r, e, gap_us, answers ? &took_us : NULL);
	if (w && e->kind == '>') {
		w->at_us = r->at_us;
		strcpy(w->name, e->name);
	} else if (answers) {
		*w->name = 0;
	}
}

/* The events behind a head. False: they are broken. */
static bool read_events(struct ring *r, const char *at, uint64_t gap_us)
{
	struct event e;

	while (take(&at, ' ') && take_event(&at, &e)) {
		show(r, &e, gap_us);
		if (strspn(at, " \t\r") == strlen(at))
			return true;
		if (!take(&at, ',') || !take(&at, ' ') || !take(&at, '+') ||
		    !take_number(&at, UINT64_MAX - r->at_us, &gap_us))
			return false;
		r->at_us += gap_us;
	}
	return false;
}

/* Whatever the log puts before it: its time, a level. */
static void read_line(struct ring *r, const char *line)
{
	char address[ADDRESS_SIZE];
	uint64_t connection, at_us, gap_us;

	r->line++;
	for (const char *found = line; (found = strstr(found, "wire ")); found++) {
		const char *at = found;
		if ((found > line && found[-1] != ' ' && found[-1] != '\t') ||
		    !take_head(&at, &connection, address, &at_us))
			continue;
		if (connection != r->connection || strcmp(address, r->address) != 0 ||
		    at_us < r->at_us) {
			begin_connection(r, connection, address);
			r->at_us = at_us;
		}
		gap_us = at_us - r->at_us;
		r->at_us = at_us;
		if (!read_events(r, at, gap_us)) {
			fprintf(stderr, "coodie wire ring: %s: line %zu is broken or cut\n",
				r->path, r->line);
			r->errors++;
		}
		return;
	}
}

static int run(struct ring *r)
{
	struct bytes b = { 0 };
	char *line, *end;

	if (!wire_read_file(r->path, &b))
		return TOOL_FAILED;
	bytes_add(&b, "", 1);
	r->waiting = calloc(STREAMS, sizeof *r->waiting);
	if (!r->waiting) {
		fprintf(stderr, "coodie wire ring: out of memory\n");
		bytes_free(&b);
		return TOOL_FAILED;
	}
	for (line = (char *)b.at; line; line = end ? end + 1 : NULL) {
		end = strchr(line, '\n');
		if (end)
			*end = 0;
		read_line(r, line);
	}
	show_unanswered(r);
	if (!r->events && !r->errors) {
		fprintf(stderr, "coodie wire ring: %s: no events of a connection in it\n", r->path);
		r->errors = 1;
	}
	free(r->waiting);
	pool_free(&r->pool);
	bytes_free(&b);
	return r->errors ? TOOL_FAILED : TOOL_OK;
}

int wire_ring(int argc, char **argv)
{
	struct ring r = { .json = false };
	const struct argument options[] = {
		{ .name = "json", .help = "print a JSON object a line", .flag = &r.json },
	};
	const struct argument_table tables[] = {
		{ "Options", options, sizeof options / sizeof options[0] },
		{ NULL, NULL, 0 },
	};
	enum arguments_outcome outcome = arguments_parse(tables, "wire ring", argc, argv, &r.path);

	if (outcome == ARGUMENTS_HELP) {
		puts("Usage: coodie wire ring [OPTION...] FILE|-\n\n"
		     "Prints the last events of connections out of a log: the states they entered and the\n"
		     "frames that were sent (>) and received (<), each answer with the time it took, and\n"
		     "the requests that have none. The library writes them when a connection ends by a\n"
		     "mistake of the protocol; other lines of the log are stepped over.");
		arguments_print(tables);
		puts("\nExit codes: 0 all was read, 1 a line was broken or there was none, 2 wrong usage.");
		return TOOL_OK;
	}
	if (outcome == ARGUMENTS_WRONG)
		return TOOL_USAGE;
	if (!r.path)
		return tool_misuse("wire ring", "which file? Give FILE, or - for standard input");
	return run(&r);
}
