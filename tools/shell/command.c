/* SPDX-License-Identifier: MIT */
/* The commands of the shell: their table, and those of a few lines. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/shell/shell.h"

static command_fn capture, clear, consistency, expand, paging, quit, serial, tracing, use;

static const struct {
	const char *name;
	command_fn *fn;
} commands[] = {
#define COMMAND(name, fn, usage, summary) { name, fn },
#include "tools/shell/command.def"
#undef COMMAND
};

enum { COMMANDS = sizeof commands / sizeof commands[0], DEFAULT_PAGE = 100, MOST_ROWS = 1000000 };

command_fn *command_find(const char *word, size_t len)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (text_same(word, len, commands[i].name))
			return commands[i].fn;
	return NULL;
}

bool command_is(const char *word, size_t len)
{
	return command_find(word, len) != NULL;
}

const char *command_name(size_t i)
{
	return i < COMMANDS ? commands[i].name : NULL;
}

bool words_is(const struct words *w, size_t i, const char *word)
{
	return i < w->count && token_is(&w->at[i], word);
}

bool words_is_sign(const struct words *w, size_t i, char sign)
{
	return i < w->count && token_is_sign(&w->at[i], sign);
}

const char *words_text(const struct words *w, size_t i)
{
	return i < w->count ? token_text(&w->at[i], w->pool) : NULL;
}

bool command_run(struct shell *sh, command_fn *fn, const char *text, size_t len)
{
	struct tokens tokens = { text, text + len };
	struct bytes all = { 0 };
	struct pool pool = { 0 };
	struct words w = { .text = text, .len = len, .pool = &pool };
	bool ok;

	token_next(&tokens);
	for (struct token t = token_next(&tokens); t.kind != TOKEN_END; t = token_next(&tokens))
		bytes_add(&all, &t, sizeof t);
	w.at = (const struct token *)(void *)all.at;
	w.count = all.len / sizeof *w.at;
	ok = fn(sh, &w);
	out_flush(&sh->out);
	bytes_free(&all);
	pool_free(&pool);
	return ok;
}

/* ---- what is on or off ----------------------------------------------------------------------------- */

static bool set_switch(struct shell *sh, const struct words *w, const char *name, bool *on)
{
	if (w->count > 1 || (w->count && !words_is(w, 0, "ON") && !words_is(w, 0, "OFF")))
		return shell_complain(sh, "%s takes ON or OFF", name);
	if (w->count)
		*on = words_is(w, 0, "ON");
	shell_say(sh, "%s is %s", name, *on ? "ON" : "OFF");
	return true;
}

static bool expand(struct shell *sh, const struct words *w)
{
	return set_switch(sh, w, "EXPAND", &sh->expand);
}

static bool tracing(struct shell *sh, const struct words *w)
{
	return set_switch(sh, w, "TRACING", &sh->tracing);
}

static bool paging(struct shell *sh, const struct words *w)
{
	long rows = w->count == 1 ? strtol(words_text(w, 0), NULL, 10) : 0;

	if (w->count > 1 || (w->count && !words_is(w, 0, "ON") && !words_is(w, 0, "OFF") &&
			     (rows < 1 || rows > MOST_ROWS)))
		return shell_complain(sh, "PAGING takes ON, OFF or rows per page, from 1 to %d",
				      MOST_ROWS);
	if (rows)
		sh->page_rows = (int32_t)rows;
	else if (words_is(w, 0, "OFF"))
		sh->page_rows = -1;
	else if (w->count && sh->page_rows < 0)
		sh->page_rows = DEFAULT_PAGE;
	sh->out.ask = sh->interactive && sh->page_rows > 0 ? shell_ask_more : NULL;
	if (sh->page_rows < 0)
		shell_say(sh, "PAGING is OFF");
	else
		shell_say(sh, "PAGING is ON, %d rows a page", (int)sh->page_rows);
	return true;
}

/* ---- consistency ------------------------------------------------------------------------------------ */

static bool set_level(struct shell *sh, const struct words *w, size_t at, const char *name,
		      cql_consistency *level)
{
	cql_consistency given;
	char option[32]; /* what the session does without being told */

	if (!coodie_options_get(sh->options,
				level == &sh->consistency ? "consistency" : "serial_consistency",
				option, sizeof option, NULL))
		snprintf(option, sizeof option, "SERIAL"); /* the protocol's */
	if (w->count > at + 1)
		return shell_complain(sh, "%s takes one level", name);
	if (w->count == at) {
		shell_say(sh, "%s is %s", name, *level ? cql_consistency_name(*level) : option);
		return true;
	}
	given = cql_consistency_parse(words_text(w, at));
	if (given == CQL_CONSISTENCY_UNSET)
		return shell_complain(sh, "there is no consistency level %s", words_text(w, at));
	if (level == &sh->serial_consistency && given != CQL_CONSISTENCY_SERIAL &&
	    given != CQL_CONSISTENCY_LOCAL_SERIAL)
		return shell_complain(sh, "%s is SERIAL or LOCAL_SERIAL", name);
	*level = given;
	shell_say(sh, "%s is %s", name, cql_consistency_name(given));
	return true;
}

static bool consistency(struct shell *sh, const struct words *w)
{
	return set_level(sh, w, 0, "CONSISTENCY", &sh->consistency);
}

static bool serial(struct shell *sh, const struct words *w)
{
	if (!words_is(w, 0, "CONSISTENCY"))
		return shell_complain(sh, "did you mean SERIAL CONSISTENCY?");
	return set_level(sh, w, 1, "SERIAL CONSISTENCY", &sh->serial_consistency);
}

/* ---- the rest --------------------------------------------------------------------------------------- */

bool shell_end_capture(struct shell *sh)
{
	FILE *was = sh->out.capture;
	bool failed = was && (fflush(was) || ferror(was));

	sh->out.capture = NULL;
	if (was && fclose(was))
		failed = true;
	return !failed || shell_complain(sh, "CAPTURE: not all that was captured is in the file");
}

static bool capture(struct shell *sh, const struct words *w)
{
	FILE *to;

	if (w->count > 1)
		return shell_complain(sh, "CAPTURE takes a file's name in quotes, or OFF");
	if (!w->count) {
		shell_say(sh, "CAPTURE is %s", sh->out.capture ? "ON" : "OFF");
		return true;
	}
	if (words_is(w, 0, "OFF"))
		return shell_end_capture(sh);
	to = fopen(words_text(w, 0), "ae");
	if (!to)
		return shell_complain(sh, "%s: %s", words_text(w, 0), strerror(errno));
	shell_end_capture(sh);
	sh->out.capture = to;
	shell_say(sh, "results go to %s until CAPTURE OFF", words_text(w, 0));
	return true;
}

static bool clear(struct shell *sh, const struct words *w)
{
	(void)w;
	if (sh->interactive)
		fputs("\033[H\033[2J", stdout);
	return true;
}

static bool quit(struct shell *sh, const struct words *w)
{
	(void)w;
	sh->quit = true;
	return true;
}

static bool use(struct shell *sh, const struct words *w)
{
	return shell_query(sh, pool_printf(w->pool, "%.*s", (int)w->len, w->text));
}

/* A name may go without its quotes: it is the rest of the line then. */
static const char *file_name(const struct words *w)
{
	if (w->count == 1)
		return words_text(w, 0);
	return w->count ? pool_printf(w->pool, "%.*s", (int)(w->text + w->len - w->at[0].text),
				      w->at[0].text)
			: NULL;
}

bool command_source(struct shell *sh, const struct words *w)
{
	const char *name = file_name(w);
	struct input input = { .name = name };
	bool ok;

	if (!name)
		return shell_complain(sh, "SOURCE takes a file's name in quotes");
	input.file = fopen(name, "re");
	if (!input.file)
		return shell_complain(sh, "%s: %s", name, strerror(errno));
	ok = shell_run_input(sh, &input);
	fclose(input.file);
	return ok;
}

/* A row of what the node says of itself; NULL: it failed, which has been told. */
static coodie_result *ask_node(struct shell *sh, const char *cql, coodie_cursor *row)
{
	coodie_error err = { 0 };
	coodie_result *r = cluster_query(&sh->cluster, cql, NULL, &err);

	*row = coodie_result_cursor(r);
	if (!r)
		shell_fail(sh, &err);
	else
		coodie_cursor_next(row);
	return r;
}

static bool show_version(struct shell *sh)
{
	coodie_cursor row;
	coodie_result *r = ask_node(sh, "SELECT release_version, cql_version FROM system.local",
				    &row);
	coodie_connection_info info = { .size = sizeof info };
	cql_text release = { "?", 1 }, cql = { "?", 1 };

	if (!r)
		return false;
	coodie_session_info(sh->cluster.session, &info, NULL);
	coodie_cursor_text(&row, 0, &release, NULL);
	coodie_cursor_text(&row, 1, &cql, NULL);
	shell_say(sh, "coodie %s, server %.*s, CQL %.*s, protocol v%u", coodie_version(),
		  (int)release.len, release.data, (int)cql.len, cql.data, info.protocol_version);
	coodie_result_free(r);
	return true;
}

static bool show_host(struct shell *sh)
{
	coodie_cursor row;
	coodie_result *r = ask_node(sh, "SELECT cluster_name FROM system.local", &row);
	coodie_connection_info info = { .size = sizeof info };
	cql_text name = { "?", 1 };

	if (!r)
		return false;
	coodie_session_info(sh->cluster.session, &info, NULL);
	coodie_cursor_text(&row, 0, &name, NULL);
	shell_say(sh, "connected to %.*s at %s%s%s", (int)name.len, name.data, info.address,
		  *info.tls_version ? " by " : "", info.tls_version);
	coodie_result_free(r);
	return true;
}

bool command_show(struct shell *sh, const struct words *w)
{
	coodie_error err = { 0 };
	struct bytes id = { 0 };
	cql_uuid uuid;
	bool ok;

	if (words_is(w, 0, "VERSION") && w->count == 1)
		return show_version(sh);
	if (words_is(w, 0, "HOST") && w->count == 1)
		return show_host(sh);
	if (!words_is(w, 0, "SESSION") || w->count < 2)
		return shell_complain(sh,
				      "SHOW takes VERSION, HOST or SESSION and the id of a trace");
	bytes_add(&id, w->at[1].text, (size_t)(w->text + w->len - w->at[1].text));
	ok = cql_uuid_parse(text_of(&id), &uuid, &err);
	bytes_free(&id);
	return ok ? shell_trace(sh, uuid) : shell_fail(sh, &err);
}

bool command_login(struct shell *sh, const struct words *w)
{
	char secret[SECRET_SIZE] = "";
	coodie_error err = { 0 };
	bool ok;

	if (w->count < 1 || w->count > 2)
		return shell_complain(sh, "LOGIN takes a role, and its password in quotes");
	if (w->count == 2)
		snprintf(secret, sizeof secret, "%s", words_text(w, 1));
	else if (!sh->interactive)
		return shell_complain(
			sh, "LOGIN needs a password where there is no terminal to ask for it");
	else if (!shell_read_secret(sh, "Password: ", secret, sizeof secret))
		return shell_complain(sh, "LOGIN needs a password, of at most %zu bytes",
				      sizeof secret - 1);
	ok = coodie_options_set_credentials(sh->options, words_text(w, 0), secret, &err) &&
	     shell_connect(sh, &err);
	connect_wipe(secret, sizeof secret);
	return ok || shell_fail(sh, &err);
}
