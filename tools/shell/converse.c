/* SPDX-License-Identifier: MIT */
/* The conversation at a terminal: a prompt, statements, results a screen at a time. */
#include <coodie/cluster.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/shell/cell.h"
#include "tools/shell/complete.h"
#include "tools/shell/shell.h"
#include "tools/shell/splitter.h"

struct conversation {
	struct shell *shell;
	struct editor editor;
	struct history history;
	struct bytes prompt, more;
};

static bool is_whole(const char *text, size_t len, void *user)
{
	(void)user;
	return splitter_is_whole(command_is, text, len);
}

static void complete(const char *text, size_t at, struct candidates *found, void *user)
{
	struct shell *sh = user;
	coodie_metadata *schema = coodie_session_metadata(sh->cluster.session, NULL);
	struct bytes copy = { 0 };

	text_add(&copy, text);
	complete_find(schema, sh->keyspace, text_of(&copy), at, found);
	bytes_free(&copy);
	coodie_metadata_free(schema);
}

static void make_prompts(struct conversation *c)
{
	const char *keyspace = c->shell->keyspace;
	size_t width;

	text_clear(&c->prompt);
	text_clear(&c->more);
	text_add(&c->prompt, "coodie");
	if (keyspace)
		text_printf(&c->prompt, ":%s", keyspace);
	width = c->prompt.len;
	text_add(&c->prompt, "> ");
	if (width > 3)
		text_fill(&c->more, ' ', width - 3);
	text_add(&c->more, "...> ");
	c->editor.prompt = text_of(&c->prompt);
	c->editor.more = text_of(&c->more);
}

/* ---- bytes of the terminal ---------------------------------------------------------------------------- */

static void send(struct editor *e)
{
	fwrite(e->screen.out.at, 1, e->screen.out.len, stdout);
	fflush(stdout);
	text_clear(&e->screen.out);
}

static void follow_size(struct conversation *c)
{
	struct shell *sh = c->shell;

	sh->cluster.resized = false;
	terminal_size(&sh->out.columns, &sh->out.rows);
	editor_resize(&c->editor, sh->out.columns, sh->out.rows);
}

/* Behind Ctrl-Z, or a signal that does the same; whoever had the terminal meanwhile has written below the line. */
static void go_on(struct conversation *c)
{
	c->shell->cluster.continued = false;
	terminal_raw_again(&c->shell->terminal);
	follow_size(c);
	editor_redraw(&c->editor);
}

static void suspend(struct conversation *c)
{
	send(&c->editor);
	terminal_restore(&c->shell->terminal);
	raise(SIGTSTP);
	terminal_raw(&c->shell->terminal);
	cluster_poll(&c->shell->cluster);
	go_on(c);
}

/* Waits for bytes, and gives them to the editor. False: there will be no more. */
static bool take_bytes(struct conversation *c)
{
	struct cluster *cluster = &c->shell->cluster;
	char bytes[4096];
	ssize_t got;

	cluster_wait_input(cluster);
	if (cluster->ended)
		return false;
	if (cluster->continued) {
		go_on(c);
		return true;
	}
	if (cluster->resized) {
		follow_size(c);
		return true;
	}
	if (!cluster->readable)
		return true;
	got = read(STDIN_FILENO, bytes, sizeof bytes);
	if (got > 0)
		editor_feed(&c->editor, bytes, (size_t)got);
	return got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN));
}

/* The editor begins with what was typed ahead, and leaves what it did not need. */
static void take_typed(struct conversation *c)
{
	struct typed *typed = &c->shell->typed;

	editor_feed(&c->editor, typed->in.at, typed->in.len);
	typed_clear(typed);
}

static void leave_typed(struct conversation *c)
{
	size_t len;
	const void *rest = keys_rest(&c->editor.keys, &len);

	typed_add(&c->shell->typed, rest, len, false);
	keys_forget(&c->editor.keys);
}

/* A text that was entered, in the editor's line. */
static enum editor_event read_statement(struct conversation *c)
{
	enum editor_event event;

	take_typed(c);
	c->shell->cluster.continued = false;
	terminal_raw(&c->shell->terminal);
	follow_size(c);
	make_prompts(c);
	editor_begin(&c->editor);
	while ((event = editor_run(&c->editor)) == EDITOR_WAITS || event == EDITOR_SUSPENDED) {
		if (event == EDITOR_SUSPENDED)
			suspend(c);
		send(&c->editor);
		if (!take_bytes(c)) {
			event = EDITOR_ENDED;
			break;
		}
	}
	send(&c->editor);
	leave_typed(c);
	terminal_restore(&c->shell->terminal);
	return event;
}

/* ---- lines that are typed ------------------------------------------------------------------------------ */

/* Waits for bytes of a terminal that reads lines. False: Ctrl-C was pressed, or there will be no more. */
static bool read_lines(struct shell *sh)
{
	struct cluster *cluster = &sh->cluster;
	char bytes[4096];
	ssize_t got;

	do {
		cluster->resized = cluster->continued = false;
		cluster_wait_input(cluster);
	} while (!cluster->readable && !cluster->interrupted && !cluster->ended);
	if (!cluster->readable)
		return false;
	got = read(STDIN_FILENO, bytes, sizeof bytes);
	if (got > 0)
		typed_add(&sh->typed, bytes, (size_t)got, true);
	return got > 0;
}

static void show_typed(const void *text, size_t len)
{
	struct bytes safe = { 0 };

	cell_add_safe_lines(&safe, text, len);
	fwrite(safe.at, 1, safe.len, stdout);
	fflush(stdout);
	bytes_free(&safe);
}

bool shell_read_typed(struct shell *sh, struct bytes *out, bool shown)
{
	enum typed_event event;
	size_t before = out->len, unseen;

	while ((event = typed_line(&sh->typed, out, &unseen)) == TYPED_WAITS)
		if (!read_lines(sh))
			return false;
	if (event == TYPED_LINE && shown && unseen)
		show_typed(out->at + before, unseen);
	if (event == TYPED_CANCELLED)
		sh->cluster.interrupted = true;
	return event == TYPED_LINE;
}

bool shell_read_secret(struct shell *sh, const char *prompt, char *out, size_t size)
{
	struct bytes line = { 0 };
	bool got, hidden = terminal_hide(&sh->terminal);

	fputs(prompt, stdout);
	fflush(stdout);
	do {
		got = hidden && shell_read_typed(sh, &line, false);
	} while (got && line.at[line.len - 1] != '\n');
	if (hidden)
		terminal_show(&sh->terminal);
	fputs("\n", stdout);
	got = got && line.len <= size;
	if (got)
		snprintf(out, size, "%.*s", (int)line.len - 1, (const char *)line.at);
	if (line.len)
		connect_wipe((char *)line.at, line.len);
	bytes_free(&line);
	return got;
}

/* ---- a screen at a time -------------------------------------------------------------------------------- */

enum out_more shell_ask_more(void *user)
{
	static const char prompt[] = "--More--", clear[] = "\r\033[K";
	struct shell *sh = user;
	enum out_more more = OUT_STOP;
	unsigned char key = 0;

	fputs(prompt, stdout);
	fflush(stdout);
	terminal_raw(&sh->terminal);
	do {
		cluster_wait_input(&sh->cluster);
		if (sh->cluster.continued)
			terminal_raw_again(&sh->terminal);
		sh->cluster.resized = sh->cluster.continued = false;
		terminal_size(&sh->out.columns, &sh->out.rows);
	} while (!sh->cluster.ended &&
		 (!sh->cluster.readable ||
		  (read(STDIN_FILENO, &key, 1) == 1 && !strchr(" \r\nqQ\003\004", key))));
	terminal_restore(&sh->terminal);
	fputs(clear, stdout);
	if (key == ' ')
		more = OUT_SCREEN;
	else if (key == '\r' || key == '\n')
		more = OUT_LINE;
	return more;
}

/* ---- its life ------------------------------------------------------------------------------------------ */

static void open_history(struct conversation *c)
{
	char *path = history_path();
	coodie_error err = { 0 };

	if (path && !history_open(&c->history, path, &err))
		shell_warn(c->shell, err.message);
	free(path);
}

static void run_entered(struct conversation *c)
{
	struct shell *sh = c->shell;
	struct bytes text = { 0 };

	bytes_add(&text, c->editor.line.text.at, c->editor.line.text.len);
	shell_run_text(sh, text_of(&text), text.len);
	bytes_free(&text);
}

bool shell_converse(struct shell *sh)
{
	struct conversation c = { .shell = sh };

	c.editor.history = &c.history;
	c.editor.hooks = (struct editor_hooks){ is_whole, complete, sh };
	open_history(&c);
	while (!sh->quit && !sh->cluster.ended) {
		enum editor_event event = read_statement(&c);
		if (event == EDITOR_ENDED)
			break;
		if (event == EDITOR_ENTERED)
			run_entered(&c);
	}
	editor_free(&c.editor);
	history_free(&c.history);
	bytes_free(&c.prompt);
	bytes_free(&c.more);
	return true;
}
