/* SPDX-License-Identifier: MIT */
/* Reads the schema of a file of CQL: a node in memory runs it, and is asked what it has then. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/gen/origin.h"
#include "tools/wanted.h"

enum { NAME_SIZE = 64 };

static bool fail(coodie_error *err, const char *path, const char *why)
{
	*err = (coodie_error){ .code = COODIE_ERR_INVALID, .server_code = -1 };
	snprintf(err->message, sizeof err->message, "--schema %.100s: %.120s", path, why);
	return false;
}

/* ---- the file ------------------------------------------------------------------------------- */

/* The file with a keyspace before it, on its first line, so that lines keep their numbers. */
static bool write_in_keyspace(FILE *to, const char *path, const char *keyspace)
{
	FILE *from = fopen(path, "r");
	char piece[4096];
	size_t got;
	bool ok = from != NULL;

	fprintf(to,
		"CREATE KEYSPACE IF NOT EXISTS %s WITH replication = "
		"{'class': 'SimpleStrategy', 'replication_factor': 1}; USE %s; ",
		keyspace, keyspace);
	while (ok && (got = fread(piece, 1, sizeof piece, from)) > 0)
		ok = fwrite(piece, 1, got, to) == got;
	ok = ok && !ferror(from);
	if (from)
		fclose(from);
	return !fflush(to) && ok;
}

/* A mistake is in the file that people know. */
static void rename_in(coodie_error *err, const char *copy, const char *path)
{
	size_t len = strlen(copy);
	char rest[sizeof err->message];

	if (strncmp(err->message, copy, len) != 0)
		return;
	strcpy(rest, err->message + len);
	snprintf(err->message, sizeof err->message, "%.100s%.130s", path, rest);
}

/* Of statements that name no keyspace, and are about ours. */
static bool load_in_keyspace(struct origin *o, const char *path, const char *keyspace,
			     coodie_error *err)
{
	char copy[] = "/tmp/coodie-schema-XXXXXX";
	int fd = mkstemp(copy);
	FILE *to = fd >= 0 ? fdopen(fd, "w") : NULL;
	bool ok = to && write_in_keyspace(to, path, keyspace);

	if (!ok)
		fail(err, path, "it cannot be copied to /tmp");
	else if (!(ok = origin_load(o, copy, err)))
		rename_in(err, copy, path);
	if (to)
		fclose(to);
	if (fd >= 0)
		unlink(copy);
	return ok;
}

static bool load(struct origin *o, const char *path, const char *keyspace, coodie_error *err)
{
	if (origin_load(o, path, err))
		return true;
	if (strstr(err->message, "No keyspace has been specified")) {
		origin_end(o);
		if (load_in_keyspace(o, path, keyspace, err))
			return true;
	}
	err->code = COODIE_ERR_INVALID; /* whatever the node said: the file is wrong */
	return false;
}

/* ---- its keyspace --------------------------------------------------------------------------- */

static bool is_system(cql_text name)
{
	return name.len >= 6 && !memcmp(name.data, "system", 6) &&
	       (name.len == 6 || name.data[6] == '_');
}

/* The name that is stored of one that CQL writes: folded, or without its quotes. */
static void store_name(const char *written, char out[NAME_SIZE])
{
	bool quoted = *written == '"';
	size_t len = 0;

	for (const char *at = written + quoted; *at && len + 1 < NAME_SIZE; at++) {
		if (quoted && *at == '"')
			break; /* no keyspace has a quote in its name */
		out[len++] = quoted ? *at : (char)tolower((unsigned char)*at);
	}
	out[len] = '\0';
}

struct choice {
	char wanted[NAME_SIZE], other[NAME_SIZE]; /* as stored */
	size_t others;
	bool found;
};

static bool take_name(struct choice *c, const coodie_cursor *row, coodie_error *err)
{
	cql_text name;

	if (!coodie_cursor_text(row, 0, &name, err))
		return false;
	if (is_system(name))
		return true;
	if (name.len == strlen(c->wanted) && !memcmp(name.data, c->wanted, name.len)) {
		c->found = true;
		return true;
	}
	c->others++;
	snprintf(c->other, sizeof c->other, "%.*s", (int)name.len, name.data);
	return true;
}

static bool look(struct choice *c, coodie_session *s, coodie_error *err)
{
	coodie_result *r = coodie_session_query(s,
						"SELECT keyspace_name FROM system_schema.keyspaces",
						(cql_args){ 0, NULL }, NULL, err);
	coodie_cursor rows;
	bool ok = r != NULL;

	if (!r)
		return false;
	rows = coodie_result_cursor(r);
	while (ok && coodie_cursor_next(&rows))
		ok = take_name(c, &rows, err);
	coodie_result_free(r);
	return ok;
}

/* That of the name that was asked for, or the only one there is: the same tables under another name. */
static bool choose(coodie_session *s, const char *path, const char *keyspace,
		   char out[NAME_SIZE + 2], coodie_error *err)
{
	struct choice c = { .found = false };

	store_name(keyspace, c.wanted);
	if (!look(&c, s, err))
		return false;
	if (!c.found && c.others != 1)
		return fail(err, path,
			    c.others ? "it has several keyspaces, and not the one asked for"
				     : "it makes no keyspace and no table");
	snprintf(out, NAME_SIZE + 2, "\"%s\"", c.found ? c.wanted : c.other);
	return true;
}

coodie_schema *wanted_read_file(const char *path, const char *keyspace, coodie_error *err)
{
	struct origin o = { 0 };
	coodie_schema *schema = NULL;
	char name[NAME_SIZE + 2];

	if (load(&o, path, keyspace, err) && choose(o.session, path, keyspace, name, err))
		schema = coodie_schema_read(o.session, name, err);
	origin_end(&o);
	return schema;
}
