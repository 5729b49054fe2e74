/* SPDX-License-Identifier: MIT */
/* COPY TO: pages of a table, written as they come. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "tools/shell/copy.h"
#include "tools/shell/file.h"

/* A table on its way to a file. */
struct export
{
	struct shell *shell;
	const struct copy *copy;
	struct file *file; /* NULL: the standard output */
	struct bytes page, value;
	int64_t rows;
	bool begun; /* its first page has come, and the file is open */
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A file has the values as they are, a terminal none that would be orders to it. */
static void write_page(struct export *e)
{
	struct bytes safe = { 0 };

	if (e->file) {
		file_write(e->file, (const char *)e->page.at, e->page.len);
	} else if (e->shell->out.terminal) {
		cell_add_safe_lines(&safe, (const char *)e->page.at, e->page.len);
		fwrite(safe.at, 1, safe.len, stdout);
	} else {
		fwrite(e->page.at, 1, e->page.len, stdout);
	}
	bytes_free(&safe);
	text_clear(&e->page);
}

static void add_field(struct export *e, size_t column, const char *text, size_t len, bool quoted)
{
	if (column)
		text_add_char(&e->page, e->copy->format.delimiter);
	csv_write(&e->page, &e->copy->format, text, len, quoted);
}

static void add_header(struct export *e, const coodie_result *page)
{
	for (size_t i = 0; i < coodie_result_column_count(page); i++) {
		const char *name = coodie_result_column_name(page, i);
		add_field(e, i, name, strlen(name), false);
	}
	text_add(&e->page, "\n");
}

static bool add_row(struct export *e, const coodie_result *page, const coodie_cursor *c,
		    coodie_error *err)
{
	size_t before = e->page.len;

	for (size_t i = 0; i < coodie_result_column_count(page); i++) {
		cql_value v;
		bool quoted;
		if (!coodie_cursor_value(c, i, &v, err)) {
			e->page.len = before; /* no half rows */
			return false;
		}
		text_clear(&e->value);
		copy_add_value(&e->value, e->copy, coodie_result_column_type(page, i), v, &quoted);
		add_field(e, i, (const char *)e->value.at, e->value.len, quoted);
	}
	text_add(&e->page, "\n");
	e->rows++;
	return true;
}

static bool is_enough(const struct export *e)
{
	return e->copy->max_rows >= 0 && e->rows >= e->copy->max_rows;
}

static bool add_page(struct export *e, coodie_result *page, coodie_error *err)
{
	coodie_cursor c = coodie_result_cursor(page);
	bool ok = true;

	if (e->copy->header && !e->begun)
		add_header(e, page);
	e->begun = true;
	while (ok && !is_enough(e) && coodie_cursor_next(&c))
		ok = add_row(e, page, &c, err);
	write_page(e);
	return ok;
}

/* Only when there is something to write: a table that is not there leaves the file as it was. */
static bool begin(struct export *e, coodie_error *err)
{
	const char *path = e->copy->file;

	return e->begun || !path || (e->file = file_create(path, err)) != NULL;
}

/* Where nothing more arrives nothing more is asked for. */
static bool arrives(const struct export *e)
{
	return e->file ? !file_has_failed(e->file) : !ferror(stdout);
}

/* False: there is no such table. */
static bool add_select(struct export *e, struct bytes *cql, coodie_error *err)
{
	const char *const *columns = e->copy->columns;
	size_t count = e->copy->column_count;
	struct pool pool = { 0 };

	if (!count)
		columns = copy_all_columns(e->shell, e->copy->table, &pool, &count, err);
	text_add(cql, "SELECT ");
	for (size_t i = 0; columns && i < count; i++)
		text_printf(cql, "%s%s", i ? ", " : "", columns[i]);
	text_printf(cql, " FROM %s", e->copy->table);
	pool_free(&pool);
	return columns != NULL;
}

static bool write_table(struct export *e, coodie_error *err)
{
	struct shell *sh = e->shell;
	struct bytes cql = { 0 };
	coodie_request request = shell_request(sh);
	coodie_pager *pager = NULL;
	coodie_result *page = NULL;
	bool ok = add_select(e, &cql, err);

	request.page_rows = (int32_t)e->copy->page_size;
	request.tracing = false;
	if (ok)
		pager = coodie_pager_query(sh->cluster.session, text_of(&cql),
					   (cql_args){ 0, NULL }, &request, NULL, err);
	while (ok && pager && !is_enough(e) && arrives(e) &&
	       (page = cluster_page(&sh->cluster, &pager, err)) != NULL) {
		ok = begin(e, err) && add_page(e, page, err);
		coodie_result_free(page);
	}
	coodie_pager_free(pager);
	bytes_free(&cql);
	return ok && err->code == COODIE_OK && begin(e, err);
}

/* The exit code is that of the cause. */
static void tell_half(struct shell *sh, int64_t rows)
{
	int outcome = sh->outcome;

	shell_complain(sh, "COPY: %" PRId64 " row%s written before that", rows,
		       rows == 1 ? " was" : "s were");
	sh->outcome = outcome;
}

bool copy_to(struct shell *sh, const struct copy *c)
{
	struct export e = { .shell = sh, .copy = c };
	coodie_error err = { 0 }, closing = { 0 };
	double began = now();
	bool ok, whole;

	fflush(stdout);
	ok = write_table(&e, &err);
	whole = file_close(e.file, &closing);
	bytes_free(&e.page);
	bytes_free(&e.value);
	if (!ok)
		shell_fail(sh, &err);
	if (!whole)
		return shell_complain(sh, "%s", closing.message);
	if (!ok && e.rows)
		tell_half(sh, e.rows);
	if (ok && c->file)
		shell_say(sh, "%lld row%s written to %s in %.3f seconds", (long long)e.rows,
			  e.rows == 1 ? "" : "s", c->file, now() - began);
	return ok;
}
