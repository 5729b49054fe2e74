/* SPDX-License-Identifier: MIT */
/* COPY FROM: rows of a file, so many on their way at a time. Each row that fails is told with its line, and goes to
 * the file of errors as it was. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tools/shell/copy.h"
#include "tools/shell/file.h"
#include "tools/tool.h"

struct import;

/* A row on its way. */
struct flight {
	struct import *import;
	struct flight *next; /* of those that are free */
	struct bytes raw;    /* as it was in the file */
	size_t line;
};

enum { SKIPPED = -1, MOST_TOLD = 20, TICK_MS = 200 };

struct import {
	struct shell *shell;
	const struct copy *copy;
	struct file *file; /* NULL: the standard input */
	FILE *errors;
	struct csv_reader reader;
	coodie_prepared *insert;
	struct pool pool;
	const char **names; /* of the file's columns, as they are in CQL */
	int *markers;       /* of each of them; SKIPPED: none */
	size_t columns, binds;
	cql_value *values;
	cql_arena *arena;
	struct flight *flights, *free;
	const char *error_path;
	struct bytes typed; /* of a line: what the reader has not taken */
	int64_t in_flight, sent, failed;
	bool counts;         /* its statement adds to counters: it must not run twice */
	bool moved, stopped; /* moved: a row has landed */
	int unreadable;      /* why the standard input ended before its end; else 0 */
	int outcome;         /* the exit code of what no row can help; else 0 */
	double began, shown;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- rows that fail ---------------------------------------------------------------------------------- */

static const char *source_name(const struct import *im)
{
	return im->copy->file ? im->copy->file : "STDIN";
}

static bool open_errors(struct import *im)
{
	if (!im->errors)
		im->errors = fopen(im->error_path, "ae");
	return im->errors != NULL;
}

/* The first few are told; all are written down. Where that is not possible nothing more is read. */
static void note_failure(struct import *im, size_t line, const char *raw, size_t len,
			 const char *why)
{
	if (im->failed++ < MOST_TOLD)
		shell_complain(im->shell, "%s:%zu: %s", source_name(im), line, why);
	if (!open_errors(im)) {
		shell_complain(im->shell,
			       "COPY: %s cannot be written, so that line %zu is nowhere else",
			       im->error_path, line);
		im->stopped = true;
	} else {
		fwrite(raw, 1, len, im->errors);
		fputc('\n', im->errors);
	}
	if (im->copy->max_errors >= 0 && im->failed > im->copy->max_errors)
		im->stopped = true;
}

/* What would happen to each row that follows as well: nobody answers, or nobody may write there. */
static void look_at_cause(struct import *im, const coodie_error *err)
{
	int outcome = tool_exit_of(err);

	if (err->code != COODIE_ERR_CONNECT && outcome != TOOL_LOGIN && outcome != TOOL_DENIED)
		return;
	im->stopped = true;
	im->outcome = outcome;
}

static void on_row(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct flight *f = user;
	struct import *im = f->import;

	coodie_result_free(take_res);
	if (err->code != COODIE_OK) {
		note_failure(im, f->line, (const char *)f->raw.at, f->raw.len, err->message);
		look_at_cause(im, err);
	} else {
		im->sent++;
	}
	f->next = im->free;
	im->free = f;
	im->in_flight--;
	im->moved = true;
}

/* ---- what a file's columns are ------------------------------------------------------------------------ */

/* Whether a name is among those of SKIPCOLS, which have commas between them. */
static bool is_skipped(const struct import *im, const char *name)
{
	const char *at = im->copy->skip_columns;
	size_t quotes = *name == '"', name_len = strlen(name) - 2 * quotes;

	while (*at) {
		size_t len;
		at += strspn(at, ", ");
		len = strcspn(at, ", ");
		if (len && len == name_len && !memcmp(at, name + quotes, len))
			return true;
		at += len;
	}
	return false;
}

static coodie_prepared *prepare_select(struct import *im, coodie_error *err)
{
	struct bytes cql = { 0 };
	coodie_prepared *p;

	text_add(&cql, "SELECT ");
	for (size_t i = 0, n = 0; i < im->columns; i++)
		if (!is_skipped(im, im->names[i]))
			text_printf(&cql, "%s%s", n++ ? ", " : "", im->names[i]);
	text_printf(&cql, " FROM %s", im->copy->table);
	p = cluster_prepare(&im->shell->cluster, text_of(&cql), err);
	bytes_free(&cql);
	return p;
}

static void take_names(struct import *im, size_t count)
{
	im->columns = count;
	im->names = pool_get(&im->pool, count, sizeof *im->names);
}

/* From the command, else from the header, else all of the table. */
static bool find_names(struct import *im, coodie_error *err)
{
	bool read = !im->copy->header || csv_read(&im->reader);

	if (im->copy->column_count) {
		take_names(im, im->copy->column_count);
		memcpy(im->names, im->copy->columns, im->columns * sizeof *im->names);
		return true;
	}
	if (im->copy->header && read && !im->reader.problem) {
		take_names(im, csv_count(&im->reader));
		for (size_t i = 0; i < im->columns; i++)
			im->names[i] = copy_quoted_name(&im->pool, csv_field(&im->reader, i)->text);
		return true;
	}
	im->names = copy_all_columns(im->shell, im->copy->table, &im->pool, &im->columns, err);
	return im->names != NULL;
}

static void choose_columns(struct import *im)
{
	im->markers = pool_get(&im->pool, im->columns, sizeof *im->markers);
	for (size_t i = 0; i < im->columns; i++)
		im->markers[i] = is_skipped(im, im->names[i]) ? SKIPPED : (int)im->binds++;
}

/* ---- the statement ------------------------------------------------------------------------------------ */

static void add_insert(struct bytes *cql, const struct import *im)
{
	text_printf(cql, "INSERT INTO %s (", im->copy->table);
	for (size_t i = 0, n = 0; i < im->columns; i++)
		if (im->markers[i] != SKIPPED)
			text_printf(cql, "%s%s", n++ ? ", " : "", im->names[i]);
	text_add(cql, ") VALUES (");
	for (size_t i = 0; i < im->binds; i++)
		text_add(cql, i ? ", ?" : "?");
	text_add(cql, ")");
	if (im->copy->ttl)
		text_printf(cql, " USING TTL %" PRId64, im->copy->ttl);
}

/* The counters of an UPDATE, or the columns of its key, which are all the others. A column that is not skipped has the
 * place in `select` that it has among those. */
static void add_part(struct bytes *cql, struct import *im, const coodie_prepared *select,
		     bool counters, int *bind)
{
	size_t place = 0, n = 0;

	for (size_t i = 0; i < im->columns; i++) {
		const char *name = im->names[i];
		if (im->markers[i] == SKIPPED ||
		    (cql_type_kind(coodie_prepared_column_type(select, place++)) ==
		     CQL_KIND_COUNTER) != counters)
			continue;
		if (counters)
			text_printf(cql, "%s%s = %s + ?", n++ ? ", " : "", name, name);
		else
			text_printf(cql, "%s%s = ?", n++ ? " AND " : "", name);
		im->markers[i] = (*bind)++;
	}
}

/* Counters can only be added to. */
static void add_update(struct bytes *cql, struct import *im, const coodie_prepared *select)
{
	int bind = 0;

	text_printf(cql, "UPDATE %s SET ", im->copy->table);
	add_part(cql, im, select, true, &bind);
	text_add(cql, " WHERE ");
	add_part(cql, im, select, false, &bind);
}

static bool has_counters(const coodie_prepared *select)
{
	for (size_t i = 0; i < coodie_prepared_column_count(select); i++)
		if (cql_type_kind(coodie_prepared_column_type(select, i)) == CQL_KIND_COUNTER)
			return true;
	return false;
}

static bool prepare(struct import *im, coodie_error *err)
{
	coodie_prepared *select = prepare_select(im, err);
	struct bytes cql = { 0 };

	if (!select)
		return false;
	im->counts = has_counters(select);
	if (im->counts)
		add_update(&cql, im, select);
	else
		add_insert(&cql, im);
	im->insert = cluster_prepare(&im->shell->cluster, text_of(&cql), err);
	bytes_free(&cql);
	coodie_prepared_free(select);
	return im->insert != NULL;
}

/* ---- rows --------------------------------------------------------------------------------------------- */

static bool fill_value(struct import *im, size_t column, coodie_error *err)
{
	size_t marker = (size_t)im->markers[column];
	const cql_type *type = coodie_prepared_bind_type(im->insert, marker);
	cql_value *value = &im->values[marker];

	if (!copy_read_value(im->copy, csv_field(&im->reader, column), type, im->arena, value, err))
		return false;
	if (cql_is_null(*value) && cql_type_kind(type) == CQL_KIND_COUNTER)
		*value = cql_unset(); /* nothing is added to it */
	return true;
}

static bool fill_values(struct import *im, char why[COODIE_ERROR_MESSAGE_SIZE])
{
	coodie_error err = { 0 };

	if (im->reader.problem) {
		snprintf(why, COODIE_ERROR_MESSAGE_SIZE, "%s", im->reader.problem);
		return false;
	}
	if (csv_count(&im->reader) != im->columns) {
		snprintf(why, COODIE_ERROR_MESSAGE_SIZE, "it has %zu columns, and not %zu",
			 csv_count(&im->reader), im->columns);
		return false;
	}
	cql_arena_reset(im->arena);
	for (size_t i = 0; i < im->columns; i++) {
		if (im->markers[i] == SKIPPED || fill_value(im, i, &err))
			continue;
		snprintf(why, COODIE_ERROR_MESSAGE_SIZE, "column %.60s: %.160s", im->names[i],
			 err.message);
		return false;
	}
	return true;
}

static void send_row(struct import *im)
{
	char why[COODIE_ERROR_MESSAGE_SIZE];
	coodie_request request = shell_request(im->shell);
	coodie_error err = { 0 };
	struct flight *f = im->free;
	size_t len;
	const char *raw;
	bool filled = fill_values(im, why);

	raw = csv_raw(&im->reader, &len);
	if (filled) {
		request.idempotent = !im->counts;
		request.tracing = false;
		filled = coodie_session_execute_async(im->shell->cluster.session, im->insert,
						      (cql_args){ im->binds, im->values }, &request,
						      on_row, f, &err);
		snprintf(why, sizeof why, "%s", err.message);
	}
	if (!filled) {
		note_failure(im, im->reader.line, raw, len, why);
		return;
	}
	im->free = f->next;
	f->line = im->reader.line;
	text_clear(&f->raw);
	bytes_add(&f->raw, raw, len);
	im->in_flight++;
}

/* No more rows; those on their way are waited for. */
static void give_up(void *user)
{
	struct import *im = user;

	im->stopped = true;
}

static void show_progress(struct import *im)
{
	double at = now();

	if (!im->shell->interactive || (at - im->shown) * 1000 < TICK_MS)
		return;
	im->shown = at;
	fprintf(stderr, "\r%" PRId64 " rows, %.0f a second\033[K", im->sent,
		(double)im->sent / (at - im->began));
}

/* Waits until a row has landed. */
static void wait_for_row(struct import *im)
{
	im->moved = false;
	cluster_wait(&im->shell->cluster, &im->moved, give_up, im);
	show_progress(im);
}

/* False: there is nothing more to be sent. */
static bool next_row(struct import *im, int64_t *rows)
{
	while (csv_read(&im->reader)) {
		if (im->file && file_has_failed(im->file)) { /* in the middle of the row */
			im->stopped = true;
			return false;
		}
		if (++*rows <= im->copy->skip_rows)
			continue;
		return im->copy->max_rows < 0 || *rows - im->copy->skip_rows <= im->copy->max_rows;
	}
	return false;
}

static void send_rows(struct import *im)
{
	int64_t rows = 0;

	while (!im->stopped && next_row(im, &rows)) {
		send_row(im);
		if (!im->free)
			wait_for_row(im);
		else if (rows % 64 == 0)
			cluster_poll(&im->shell->cluster);
		if (im->shell->cluster.interrupted)
			give_up(im);
	}
	while (im->in_flight)
		wait_for_row(im);
}

/* ---- its life ------------------------------------------------------------------------------------------ */

/* What is typed: Ctrl-C ends the wait for it. */
static size_t read_typed(struct import *im, char *out, size_t room)
{
	if (!im->typed.len && !shell_read_typed(im->shell, &im->typed, true)) {
		if (im->shell->cluster.interrupted)
			give_up(im);
		return 0;
	}
	if (room > im->typed.len)
		room = im->typed.len;
	memcpy(out, im->typed.at, room);
	bytes_drop(&im->typed, room);
	return room;
}

/* No more than a line: what is behind the last row is for others. */
static size_t read_line(struct import *im, FILE *from, char *out, size_t room)
{
	size_t len = 0;
	int c = 0;

	while (len < room && c != '\n' && (c = getc(from)) != EOF)
		out[len++] = (char)c;
	if (ferror(from)) {
		im->unreadable = errno;
		im->stopped = true;
	}
	return len;
}

static size_t fill(void *user, char *out, size_t room)
{
	struct import *im = user;
	FILE *from = im->shell->input ? im->shell->input->file : NULL;

	if (im->file)
		return file_read(im->file, out, room);
	if (!from && im->shell->interactive)
		return read_typed(im, out, room);
	return read_line(im, from ? from : stdin, out, room);
}

static bool make(struct import *im, coodie_error *err)
{
	const struct copy *c = im->copy;

	if (c->file && !(im->file = file_open(c->file, err)))
		return false;
	im->arena = cql_arena_new(NULL, err);
	if (!im->arena || !find_names(im, err))
		return false;
	choose_columns(im);
	if (!prepare(im, err))
		return false;
	im->values = pool_get(&im->pool, im->binds, sizeof *im->values);
	im->flights = pool_get(&im->pool, (size_t)c->max_requests, sizeof *im->flights);
	for (int64_t i = 0; i < c->max_requests; i++) {
		im->flights[i].import = im;
		im->flights[i].next = im->free;
		im->free = &im->flights[i];
	}
	im->error_path = c->error_file ? c->error_file
				       : pool_printf(&im->pool, "import_%s_%s.err",
						     coodie_prepared_keyspace(im->insert), c->name);
	return true;
}

static void free_import(struct import *im)
{
	for (int64_t i = 0; im->flights && i < im->copy->max_requests; i++)
		bytes_free(&im->flights[i].raw);
	coodie_prepared_free(im->insert);
	cql_arena_free(im->arena);
	csv_free(&im->reader);
	bytes_free(&im->typed);
	pool_free(&im->pool);
}

static bool report(struct import *im)
{
	struct shell *sh = im->shell;
	bool ok = !im->failed && !im->stopped;

	if (sh->interactive && im->shown > 0)
		fprintf(stderr, "\r\033[K");
	shell_say(sh, "%" PRId64 " row%s read from %s in %.3f seconds", im->sent,
		  im->sent == 1 ? "" : "s", source_name(im), now() - im->began);
	fflush(stdout);
	if (im->failed > MOST_TOLD)
		shell_complain(sh, "... and %" PRId64 " more", im->failed - MOST_TOLD);
	if (im->failed)
		shell_complain(sh, "COPY: %" PRId64 " row%s failed, and %s in %s", im->failed,
			       im->failed == 1 ? "" : "s", im->failed == 1 ? "is" : "are",
			       im->error_path);
	if (im->unreadable)
		shell_complain(sh, "STDIN: %s", strerror(im->unreadable));
	if (im->stopped)
		shell_complain(sh, "COPY: stopped behind line %zu", im->reader.lines);
	if (im->outcome)
		sh->outcome = im->outcome;
	return ok;
}

bool copy_from(struct shell *sh, const struct copy *c)
{
	struct import im = { .shell = sh, .copy = c, .began = now(), .shown = 0 };
	coodie_error err = { 0 };
	bool ok;

	im.reader = (struct csv_reader){
		.format = c->format, .fill = fill, .user = &im, .ends_with_dot = !c->file
	};
	if (!c->file && sh->interactive)
		shell_say(sh, "rows of the table, and \\. behind the last:");
	fflush(stdout);
	ok = make(&im, &err);
	if (ok) {
		send_rows(&im);
		ok = report(&im);
	} else {
		shell_fail(sh, &err);
	}
	if (im.errors && fclose(im.errors))
		ok = shell_complain(sh, "COPY: not all of %s was written", im.error_path);
	if (!file_close(im.file, &err))
		ok = shell_fail(sh, &err);
	free_import(&im);
	return ok;
}
