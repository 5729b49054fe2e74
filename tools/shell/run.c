/* SPDX-License-Identifier: MIT */
/* Runs statements: pages of rows as they come, warnings, the trace, the keyspace that USE names. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/shell/shell.h"
#include "tools/shell/splitter.h"

enum { DEEPEST_SOURCE = 16 };

coodie_request shell_request(const struct shell *sh)
{
	return (coodie_request){ .size = sizeof(coodie_request),
				 .consistency = sh->consistency,
				 .serial_consistency = sh->serial_consistency,
				 .page_rows = sh->page_rows,
				 .tracing = sh->tracing };
}

void shell_follow_keyspace(struct shell *sh, const coodie_result *page, const char *cql)
{
	struct tokens tokens = { cql, cql + strlen(cql) };
	struct pool pool = { 0 };
	struct token name;

	if (coodie_result_kind(page) != COODIE_RESULT_SET_KEYSPACE)
		return;
	token_next(&tokens); /* USE */
	name = token_next(&tokens);
	free(sh->keyspace);
	sh->keyspace = strdup(token_value(&name, &pool));
	pool_free(&pool);
}

static void tell_warnings(struct shell *sh, const coodie_result *page)
{
	for (size_t i = 0; i < coodie_result_warning_count(page); i++)
		shell_warn(sh, coodie_result_warning(page, i));
	if (!coodie_result_schema_agreed(page))
		shell_warn(sh, "not all nodes have the new schema yet");
}

/* One statement, under way. */
struct query {
	struct shell *shell;
	const char *cql;
	coodie_pager *pager;
	struct printer printer;
	cql_uuid trace;
	bool traced, rows;
};

static bool take_page(struct query *q, coodie_result *page, coodie_error *err)
{
	struct shell *sh = q->shell;

	shell_follow_keyspace(sh, page, q->cql);
	q->traced = coodie_result_tracing_id(page, &q->trace) || q->traced;
	if (coodie_result_kind(page) == COODIE_RESULT_ROWS) {
		q->rows = true;
		if (!printer_page(&q->printer, page, err))
			return false;
	}
	out_flush(&sh->out);
	tell_warnings(sh, page);
	return true;
}

static bool take_pages(struct query *q, coodie_error *err)
{
	struct shell *sh = q->shell;
	coodie_result *page;
	bool ok = true;

	while (ok && out_goes_on(&sh->out) &&
	       (page = cluster_page(&sh->cluster, &q->pager, err)) != NULL) {
		ok = take_page(q, page, err);
		coodie_result_free(page);
		if (!ok || !q->pager)
			return ok;
	}
	return ok && err->code == COODIE_OK;
}

bool shell_query(struct shell *sh, const char *cql)
{
	coodie_request request = shell_request(sh);
	struct query q = { .shell = sh,
			   .cql = cql,
			   .printer = { .form = sh->form, .out = &sh->out } };
	coodie_error err = { 0 };
	coodie_metadata *schema = out_has_colours(&sh->out)
					  ? coodie_session_metadata(sh->cluster.session, NULL)
					  : NULL;
	bool ok;

	if (sh->expand && sh->form == PRINTER_TABLE)
		q.printer.form = PRINTER_EXPANDED;
	q.printer.schema = schema;
	out_begin(&sh->out);
	q.pager = coodie_pager_query(sh->cluster.session, cql, (cql_args){ 0, NULL }, &request,
				     NULL, &err);
	ok = q.pager && take_pages(&q, &err);
	if (ok && q.rows)
		printer_end(&q.printer);
	out_flush(&sh->out);
	coodie_pager_free(q.pager);
	printer_free(&q.printer);
	coodie_metadata_free(schema);
	if (!ok) {
		shell_fail(sh, &err);
		shell_point(sh, cql, &err);
		return false;
	}
	return !q.traced || shell_trace(sh, q.trace);
}

/* A full disk is the failure of the statement whose rows it does not take. */
static bool is_captured(struct shell *sh)
{
	return !sh->out.capture || !ferror(sh->out.capture) || shell_end_capture(sh);
}

bool shell_run(struct shell *sh, const char *text, size_t len)
{
	struct tokens tokens = { text, text + len };
	struct token first = token_next(&tokens);
	command_fn *command = first.kind == TOKEN_WORD ? command_find(first.text, first.len) : NULL;
	char *cql;
	bool ok;

	sh->cluster.interrupted = sh->cluster.ended;
	if (memchr(text, '\0', len)) /* where its end would be for all that comes */
		return shell_complain(sh, "there is a NUL byte in the statement; it was not run");
	if (command)
		return command_run(sh, command, text, len) && is_captured(sh);
	cql = strndup(text, len);
	ok = cql && shell_query(sh, cql);
	free(cql);
	return ok && is_captured(sh);
}

/* ---- inputs ----------------------------------------------------------------------------------------- */

/* What has been read of an input and not run yet. */
struct reading {
	struct bytes text;
	struct splitter splitter;
	size_t line; /* of its first byte */
	int why;     /* it could not be read to its end; else 0 */
};

static size_t newlines(const unsigned char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += text[i] == '\n';
	return count;
}

/* Runs what is whole. */
static bool run_whole(struct shell *sh, struct reading *r)
{
	bool ok = true;

	while ((ok || sh->keep_going) && !sh->quit && !sh->cluster.ended &&
	       splitter_next(&r->splitter, (const char *)r->text.at, r->text.len)) {
		struct splitter *s = &r->splitter;
		sh->input->line = r->line + newlines(r->text.at, s->first);
		if (s->begun &&
		    !shell_run(sh, (const char *)r->text.at + s->first, s->end - s->first))
			ok = false;
		r->line += newlines(r->text.at, s->at);
		bytes_drop(&r->text, s->at);
		splitter_reset(s);
	}
	return ok;
}

/* Behind the last statement there may be comments, and nothing else. */
static bool end_input(struct shell *sh, const struct reading *r)
{
	struct tokens tokens = { (const char *)r->text.at, (const char *)r->text.at + r->text.len };
	struct token t = token_next(&tokens);

	if (t.kind == TOKEN_END && t.whole)
		return true;
	sh->input->line = r->line +
			  newlines(r->text.at, (size_t)(t.text - (const char *)r->text.at));
	return shell_complain(sh, t.kind == TOKEN_END
					  ? "the comment at the end does not end"
					  : "the statement at the end is unfinished: it has no ;");
}

static bool read_lines(struct shell *sh, struct input *input, struct reading *r)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	bool ok = true;

	while ((ok || sh->keep_going) && !sh->quit && !sh->cluster.ended &&
	       (len = getline(&line, &room, input->file)) >= 0) {
		bytes_add(&r->text, line, (size_t)len);
		ok = run_whole(sh, r) && ok;
	}
	r->why = ferror(input->file) ? errno : 0;
	free(line);
	return ok;
}

bool shell_run_input(struct shell *sh, struct input *input)
{
	struct reading r = { .splitter = { .is_command = command_is }, .line = 1 };
	struct input *outer = sh->input;
	bool ok;

	input->depth = outer ? outer->depth + 1 : 0;
	if (input->depth > DEEPEST_SOURCE)
		return shell_complain(sh, "%s: files are read by others %d deep", input->name,
				      DEEPEST_SOURCE);
	sh->input = input;
	ok = read_lines(sh, input, &r);
	if ((ok || sh->keep_going) && !sh->quit && !r.why) {
		text_add(&r.text, "\n");
		ok = run_whole(sh, &r) && ok;
		if ((ok || sh->keep_going) && !sh->quit)
			ok = end_input(sh, &r) && ok;
	}
	bytes_free(&r.text);
	sh->input = outer;
	return r.why ? shell_complain(sh, "%s: %s", input->name, strerror(r.why)) : ok;
}

/* A last statement without its ; is run as well. */
bool shell_run_text(struct shell *sh, const char *text, size_t len)
{
	struct reading r = { .splitter = { .is_command = command_is }, .line = 1 };
	struct input input = { 0 }, *outer = sh->input;
	bool ok;

	sh->input = &input;
	bytes_add(&r.text, text, len);
	text_add(&r.text, "\n");
	ok = run_whole(sh, &r);
	if (r.splitter.begun && (ok || sh->keep_going) && !sh->quit) {
		text_add(&r.text, ";");
		ok = run_whole(sh, &r) && ok;
	}
	if (ok && !sh->quit)
		ok = end_input(sh, &r);
	bytes_free(&r.text);
	sh->input = outer;
	return ok;
}
