/* SPDX-License-Identifier: MIT */
/* The corpus of CQL: files of statements, and how each is to be sent.
 *
 * A statement is a line; lines behind it that begin with a blank belong to it. Lines that begin
 * with `--` are remarks, unless their first word is one of these, about the next statement:
 *
 *     -- prepare            send it as PREPARE, then EXECUTE for each `bind`
 *     -- bind V | V ...     values: literals of the markers' types, `unset`, `null`, or
 *                           `raw 0xCAFE`, the bytes themselves; `none` for no values at all
 *     -- values T V | ...   send it as QUERY with values of these types: `int 1 | text 'x'`
 *     -- batch KIND         send its lines as the statements of a BATCH (logged, unlogged, counter);
 *                           with `bind` lines, one for each, they are prepared before
 *     -- page N             so many rows a page; the pages are fetched one by one
 *     -- v4                 on the connection of protocol v4 (otherwise the run's)
 *     -- timestamp N        the default timestamp of the message, in microseconds
 *     -- now N              now_in_seconds of the message (always v5)
 *     -- keyspace NAME      the keyspace of the message (always v5)
 *     -- as NAME PASSWORD    logged in so, on a connection that this statement alone has; `nobody`
 *                           says that nobody logs in
 *     -- consistency NAME   ONE otherwise
 *     -- serial NAME        serial consistency
 *     -- sleep N            so many milliseconds before it
 *     -- loose              of an error, the code alone is compared
 *     -- any-order          the rows are compared as a set
 *
 * `-- yaml: NAME=VALUE` lines at the top of a file are the run's own: settings of the server.
 */
#ifndef TESTS_SCRIPT_H
#define TESTS_SCRIPT_H

#include <coodie/type.h>

#include "base/arena.h"

enum script_how { SCRIPT_QUERY = 0, SCRIPT_PREPARE, SCRIPT_BATCH };

struct script_statement {
	struct script_statement *next;
	unsigned line; /* of its first line in the file, from 1 */
	const char *cql;
	enum script_how how;
	const char *batch;   /* BATCH: the kind's name */
	const char *values;  /* QUERY; NULL: none */
	uint32_t bind_count; /* `binds` are in the order of the file */
	const char *binds[8];
	int32_t page_rows; /* 0: no paging */
	bool is_v4, is_loose, is_any_order, has_timestamp, has_now;
	int64_t timestamp_us;
	int32_t now_seconds;
	const char *keyspace; /* NULL: none */
	const char *as;       /* "NAME PASSWORD"; NULL: the run's */
	cql_consistency consistency, serial;
	unsigned sleep_ms;
};

struct script {
	const char *path;
	struct script_statement *first;
	unsigned count;
};

/* Reads a file; all of it lives in the arena. False: `reason` says why, with the line. */
bool script_read(const char *path, struct cd_arena *a, struct script *out, char *reason,
		 size_t reason_size);
/* The whole of a file, terminated, in the arena; NULL: errno says why. */
char *script_slurp(const char *path, struct cd_arena *a, size_t *len);

#endif
