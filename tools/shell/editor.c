/* SPDX-License-Identifier: MIT */
/* Turns keys into statements. */
#include <string.h>

#include "tools/shell/cell.h"
#include "tools/shell/editor.h"
#include "tools/shell/width.h"

static const char *chars(const struct bytes *b)
{
	return b->len ? (const char *)b->at : "";
}

static void draw_as(struct editor *e, bool done)
{
	struct screen_view view = { .prompt = e->prompt,
				    .more = e->more,
				    .text = chars(&e->line.text),
				    .len = e->line.text.len,
				    .at = e->line.at,
				    .done = done };

	if (e->searching) {
		text_clear(&e->search_prompt);
		text_printf(&e->search_prompt, "(search)`%.*s': ", (int)e->wanted.len,
			    chars(&e->wanted));
		view.prompt = text_of(&e->search_prompt);
	}
	screen_draw(&e->screen, &view);
}

static void draw(struct editor *e)
{
	draw_as(e, false);
}

void editor_redraw(struct editor *e)
{
	screen_forget(&e->screen);
	draw(e);
}

void editor_begin(struct editor *e)
{
	line_set(&e->line, "", 0);
	e->entry = history_count(e->history);
	text_clear(&e->draft);
	e->searching = e->tabbed = false;
	draw(e);
}

void editor_feed(struct editor *e, const void *bytes, size_t len)
{
	keys_feed(&e->keys, bytes, len);
}

void editor_resize(struct editor *e, size_t columns, size_t rows)
{
	bool shown = e->screen.widths.len > 0;

	screen_resize(&e->screen, columns, rows);
	if (shown)
		draw(e);
}

void editor_free(struct editor *e)
{
	line_free(&e->line);
	keys_free(&e->keys);
	screen_free(&e->screen);
	bytes_free(&e->draft);
	bytes_free(&e->wanted);
	bytes_free(&e->search_prompt);
}

/* ---- history ---------------------------------------------------------------------------------- */

static void show_entry(struct editor *e, size_t entry)
{
	size_t count = history_count(e->history);

	if (e->entry == count) {
		text_clear(&e->draft);
		bytes_add(&e->draft, e->line.text.at, e->line.text.len);
	}
	e->entry = entry;
	if (entry == count)
		line_set(&e->line, chars(&e->draft), e->draft.len);
	else
		line_set(&e->line, history_at(e->history, entry),
			 strlen(history_at(e->history, entry)));
}

/* To the line above; from the first one to the entry before. */
static void go_up(struct editor *e)
{
	size_t place = line_up(&e->line);

	if (line_home(&e->line) > 0)
		e->line.at = place;
	else if (e->entry > 0)
		show_entry(e, e->entry - 1);
}

static void go_down(struct editor *e)
{
	if (line_end(&e->line) < e->line.text.len)
		e->line.at = line_down(&e->line);
	else if (e->entry < history_count(e->history))
		show_entry(e, e->entry + 1);
}

/* ---- search ------------------------------------------------------------------------------------ */

static void search(struct editor *e, size_t before)
{
	const char *entry, *hit;
	size_t found;

	if (!e->wanted.len ||
	    !history_search(e->history, chars(&e->wanted), e->wanted.len, before, &found))
		return;
	e->found = found;
	entry = history_at(e->history, found);
	line_set(&e->line, entry, strlen(entry));
	hit = memmem(entry, strlen(entry), chars(&e->wanted), e->wanted.len);
	e->line.at = (size_t)(hit - entry);
}

static void begin_search(struct editor *e)
{
	if (e->searching) {
		search(e, e->found);
		return;
	}
	text_clear(&e->wanted);
	text_clear(&e->draft);
	bytes_add(&e->draft, e->line.text.at, e->line.text.len);
	e->found = history_count(e->history);
	e->searching = true;
}

/* Takes a key of a search. False: the key ends it, and is one of what was found. */
static bool search_key(struct editor *e, enum key key, const char *text, size_t len)
{
	switch (key) {
	case KEY_TEXT:
		bytes_add(&e->wanted, text, len);
		search(e, e->found < history_count(e->history) ? e->found + 1 : e->found);
		return true;
	case KEY_BACKSPACE:
		if (e->wanted.len)
			e->wanted.len = width_back(chars(&e->wanted), e->wanted.len, e->wanted.len);
		search(e, history_count(e->history));
		return true;
	case KEY_SEARCH:
		begin_search(e);
		return true;
	case KEY_ABORT:
		e->searching = false;
		line_set(&e->line, chars(&e->draft), e->draft.len);
		return true;
	case KEY_CLEAR:
		screen_clear(&e->screen);
		return true;
	default:
		e->searching = false;
		e->entry = history_count(e->history);
		return key == KEY_NONE;
	}
}

/* ---- completion -------------------------------------------------------------------------------- */

static size_t common_length(const struct candidates *c)
{
	const char *first = candidates_at(c, 0), *last = candidates_at(c, candidates_count(c) - 1);
	size_t len = 0; /* they are sorted: what the first and the last share all share */

	while (first[len] && first[len] == last[len])
		len++;
	return len;
}

/* A name may have anything in it. */
static void add_safe(struct bytes *out, const char *text)
{
	cell_add_safe(out, text, strlen(text));
}

static size_t safe_width(const char *text)
{
	struct bytes safe = { 0 };
	size_t width;

	add_safe(&safe, text);
	width = width_text((const char *)safe.at, safe.len);
	bytes_free(&safe);
	return width;
}

static size_t widest_candidate(const struct candidates *c)
{
	size_t widest = 0;

	for (size_t i = 0; i < candidates_count(c); i++) {
		size_t width = safe_width(candidates_at(c, i));
		widest = width > widest ? width : widest;
	}
	return widest;
}

/* Side by side, as many as a screen takes. */
static void list_candidates(struct editor *e, const struct candidates *c)
{
	size_t room = widest_candidate(c) + 2, columns = e->screen.columns ? e->screen.columns : 80;
	size_t per_row = columns / room ? columns / room : 1;
	size_t rows = e->screen.rows > 4 ? e->screen.rows - 3 : 1;
	size_t count = candidates_count(c), shown = count > rows * per_row ? rows * per_row : count;

	draw(e);
	screen_leave(&e->screen);
	for (size_t i = 0; i < shown; i++) {
		const char *text = candidates_at(c, i);
		add_safe(&e->screen.out, text);
		if ((i + 1) % per_row == 0 || i + 1 == shown)
			text_add(&e->screen.out, "\r\n");
		else
			text_fill(&e->screen.out, ' ', room - safe_width(text));
	}
	if (shown < count)
		text_printf(&e->screen.out, "... and %zu more\r\n", count - shown);
}

/* Behind these a name goes on. */
static bool is_open(const char *text)
{
	return *text && strchr("./(<", text[strlen(text) - 1]);
}

static void complete(struct editor *e)
{
	struct candidates c = { .from = e->line.at };
	size_t len;

	e->hooks.complete(text_of(&e->line.text), e->line.at, &c, e->hooks.user);
	candidates_sort(&c);
	if (candidates_count(&c)) {
		const char *text = candidates_at(&c, 0);
		bool one = candidates_count(&c) == 1, grew;
		len = common_length(&c);
		grew = len > e->line.at - c.from;
		if (grew || one) {
			line_delete(&e->line, c.from);
			line_insert(&e->line, text, len);
			if (one && !is_open(text))
				line_insert(&e->line, " ", 1);
		} else if (e->tabbed) {
			list_candidates(e, &c);
		}
		e->tabbed = !one;
	}
	candidates_free(&c);
}

/* ---- keys -------------------------------------------------------------------------------------- */

static line_place_fn *const moves[KEYS] = {
	[KEY_LEFT] = line_left,           [KEY_RIGHT] = line_right,
	[KEY_WORD_LEFT] = line_word_left, [KEY_WORD_RIGHT] = line_word_right,
	[KEY_HOME] = line_home,           [KEY_END] = line_end,
};

static line_place_fn *const cuts[KEYS] = {
	[KEY_CUT_TO_END] = line_end,
	[KEY_CUT_TO_HOME] = line_home,
	[KEY_CUT_WORD_LEFT] = line_word_left,
	[KEY_CUT_WORD_RIGHT] = line_word_right,
};

static line_place_fn *const deletes[KEYS] = {
	[KEY_BACKSPACE] = line_left, [KEY_DELETE] = line_right
};

static void edit(struct editor *e, enum key key, const char *text, size_t len)
{
	if (moves[key])
		e->line.at = moves[key](&e->line);
	else if (cuts[key])
		line_cut(&e->line, cuts[key](&e->line));
	else if (deletes[key])
		line_delete(&e->line, deletes[key](&e->line));
	else if (key == KEY_TEXT)
		line_insert(&e->line, text, len);
	else if (key == KEY_PASTE)
		line_paste(&e->line);
	else if (key == KEY_UP)
		go_up(e);
	else if (key == KEY_DOWN)
		go_down(e);
	else if (key == KEY_SEARCH)
		begin_search(e);
	else if (key == KEY_CLEAR)
		screen_clear(&e->screen);
}

/* Enter in the middle runs the whole text too, as long as it is whole. */
static enum editor_event enter(struct editor *e)
{
	if (!e->hooks.is_whole(chars(&e->line.text), e->line.text.len, e->hooks.user)) {
		line_insert(&e->line, "\n", 1);
		return EDITOR_WAITS;
	}
	e->line.at = e->line.text.len;
	draw_as(e, true);
	screen_leave(&e->screen);
	history_add(e->history, chars(&e->line.text), e->line.text.len);
	return EDITOR_ENTERED;
}

static enum editor_event give_up(struct editor *e, const char *mark, enum editor_event event)
{
	e->line.at = e->line.text.len;
	draw(e);
	text_add(&e->screen.out, mark);
	screen_leave(&e->screen);
	return event;
}

static enum editor_event take_key(struct editor *e, enum key key, const char *text, size_t len)
{
	bool tabbed = e->tabbed;

	e->tabbed = false;
	if (e->searching && search_key(e, key, text, len))
		return EDITOR_WAITS;
	if (key == KEY_ENTER)
		return enter(e);
	if (key == KEY_CANCEL)
		return give_up(e, "^C", EDITOR_CANCELLED);
	if (key == KEY_SUSPEND) {
		draw(e);
		screen_leave(&e->screen);
		return EDITOR_SUSPENDED;
	}
	if (key == KEY_END_OF_INPUT) {
		if (!e->line.text.len)
			return give_up(e, "", EDITOR_ENDED);
		key = KEY_DELETE;
	}
	if (key == KEY_TAB) {
		e->tabbed = tabbed;
		complete(e);
	} else {
		edit(e, key, text, len);
	}
	return EDITOR_WAITS;
}

enum editor_event editor_run(struct editor *e)
{
	enum editor_event event = EDITOR_WAITS;
	const char *text = NULL;
	size_t len = 0;
	enum key key;
	bool any = false;

	while (event == EDITOR_WAITS && keys_next(&e->keys, &key, &text, &len)) {
		event = take_key(e, key, text, len);
		any = true;
	}
	if (event == EDITOR_WAITS && any && !e->keys.pasting) /* a long paste is drawn once */
		draw(e);
	return event;
}
