/* SPDX-License-Identifier: MIT */
/* Reads the schema of a file of CQL: a node in memory runs it, and is asked what it has then. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/gen/origin.h"
#include "tools/wanted.h"

enum { NAME_SIZE = 64, STATEMENT_SIZE = 4096 };

static bool fail(coodie_error *err, const char *path, const char *why)
{
	*err = (coodie_error){ .code = COODIE_ERR_INVALID, .server_code = -1 };
	snprintf(err->message, sizeof err->message, "--schema %.100s: %.120s", path, why);
	return false;
}

/* ---- the file ------------------------------------------------------------------------------- */

/* A file as it is run: with a statement before it, on its first line, so that lines keep their numbers, and one
 * behind it. */
struct copy {
	const char *path;
	char before[STATEMENT_SIZE], after[STATEMENT_SIZE];
};

/* Editors of other systems begin a text with it; behind a statement it would be a part of the next one. */
static void skip_byte_order_mark(FILE *from)
{
	char mark[3];

	if (fread(mark, 1, sizeof mark, from) != sizeof mark ||
	    memcmp(mark, "\xef\xbb\xbf", 3) != 0)
		rewind(from);
}

static bool write_copy(FILE *to, const struct copy *c)
{
	FILE *from = fopen(c->path, "r");
	char piece[4096];
	size_t got;
	bool ok = from && fputs(c->before, to) >= 0;

	if (from)
		skip_byte_order_mark(from);
	while (ok && (got = fread(piece, 1, sizeof piece, from)) > 0)
		ok = fwrite(piece, 1, got, to) == got;
	ok = ok && !ferror(from) && fputs(c->after, to) >= 0;
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

static bool load_copy(struct origin *o, const struct copy *c, coodie_error *err)
{
	char name[] = "/tmp/coodie-schema-XXXXXX";
	int fd = mkstemp(name);
	FILE *to = fd >= 0 ? fdopen(fd, "w") : NULL;
	bool ok = to && write_copy(to, c);

	if (!ok)
		fail(err, c->path, "it cannot be copied to /tmp");
	else if (!(ok = origin_load(o, name, err)))
		rename_in(err, name, c->path);
	if (to)
		fclose(to);
	if (fd >= 0)
		unlink(name);
	return ok;
}

/* For statements that name no keyspace, and are about ours. */
static void begin_in_keyspace(struct copy *c, const struct wanted_file *f)
{
	snprintf(c->before, sizeof c->before,
		 "CREATE KEYSPACE IF NOT EXISTS %s WITH replication = "
		 "{'class': 'SimpleStrategy', 'replication_factor': 1}; USE %s; ",
		 f->keyspace, f->keyspace);
}

static bool load_in_keyspace(struct origin *o, const struct wanted_file *f, coodie_error *err)
{
	struct copy copy = { .path = f->path };

	begin_in_keyspace(&copy, f);
	return load_copy(o, &copy, err);
}

static bool load(struct origin *o, struct wanted_file *f, coodie_error *err)
{
	if (origin_load(o, f->path, err))
		return true;
	if (strstr(err->message, "No keyspace has been specified")) {
		origin_end(o);
		f->is_bare = true;
		if (load_in_keyspace(o, f, err))
			return true;
	}
	err->code =
		COODIE_ERR_INVALID; /* whatever the node said: the file is wrong, not who asks */
	err->server_code = -1;
	return false;
}

/* Again, with the replication that was asked for instead of the file's. */
static bool load_replicated(struct origin *o, const struct wanted_file *f, const char *name,
			    coodie_error *err)
{
	struct copy copy = { .path = f->path };

	origin_end(o);
	if (f->is_bare)
		begin_in_keyspace(&copy, f);
	snprintf(copy.after, sizeof copy.after, "\n;\nALTER KEYSPACE %s WITH replication = %s;\n",
		 name, f->replication);
	if (load_copy(o, &copy, err))
		return true;
	*err = (coodie_error){ .code = COODIE_ERR_INVALID, .server_code = -1 };
	snprintf(err->message, sizeof err->message,
		 "--replication %.150s: it is no map of a keyspace", f->replication);
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

coodie_schema *wanted_read_file(struct wanted_file *f, coodie_error *err)
{
	struct origin o = { 0 };
	coodie_schema *schema = NULL;
	char name[NAME_SIZE + 2];

	if (load(&o, f, err) && choose(o.session, f->path, f->keyspace, name, err) &&
	    (!f->replication || load_replicated(&o, f, name, err)))
		schema = coodie_schema_read(o.session, name, err);
	origin_end(&o);
	return schema;
}
