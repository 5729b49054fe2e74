/* SPDX-License-Identifier: MIT */
/* Bytes of a terminal as keys. */
#include <string.h>

#include "tools/shell/keys.h"
#include "tools/shell/width.h"

static const char ESCAPE = '\033', PASTE_BEGINS[] = "\033[200~", PASTE_ENDS[] = "\033[201~";

#define CTRL(letter) ((letter) - '@')

static const enum key controls[' '] = {
	[CTRL('A')] = KEY_HOME,        [CTRL('B')] = KEY_LEFT,
	[CTRL('C')] = KEY_CANCEL,      [CTRL('D')] = KEY_END_OF_INPUT,
	[CTRL('E')] = KEY_END,         [CTRL('F')] = KEY_RIGHT,
	[CTRL('G')] = KEY_ABORT,       [CTRL('H')] = KEY_BACKSPACE,
	[CTRL('I')] = KEY_TAB,         [CTRL('J')] = KEY_ENTER,
	[CTRL('K')] = KEY_CUT_TO_END,  [CTRL('L')] = KEY_CLEAR,
	[CTRL('M')] = KEY_ENTER,       [CTRL('N')] = KEY_DOWN,
	[CTRL('P')] = KEY_UP,          [CTRL('R')] = KEY_SEARCH,
	[CTRL('U')] = KEY_CUT_TO_HOME, [CTRL('W')] = KEY_CUT_WORD_LEFT,
	[CTRL('Y')] = KEY_PASTE,       [CTRL('Z')] = KEY_SUSPEND,
};

static const struct {
	const char *bytes; /* behind ESC */
	enum key key;
} escapes[] = {
	{ "[A", KEY_UP },
	{ "[B", KEY_DOWN },
	{ "[C", KEY_RIGHT },
	{ "[D", KEY_LEFT },
	{ "[H", KEY_HOME },
	{ "[F", KEY_END },
	{ "OA", KEY_UP },
	{ "OB", KEY_DOWN },
	{ "OC", KEY_RIGHT },
	{ "OD", KEY_LEFT },
	{ "OH", KEY_HOME },
	{ "OF", KEY_END },
	{ "[1~", KEY_HOME },
	{ "[7~", KEY_HOME },
	{ "[4~", KEY_END },
	{ "[8~", KEY_END },
	{ "[3~", KEY_DELETE },
	{ "[1;5C", KEY_WORD_RIGHT },
	{ "[1;5D", KEY_WORD_LEFT },
	{ "[1;3C", KEY_WORD_RIGHT },
	{ "[1;3D", KEY_WORD_LEFT },
	{ "b", KEY_WORD_LEFT },
	{ "f", KEY_WORD_RIGHT },
	{ "d", KEY_CUT_WORD_RIGHT },
	{ "\177", KEY_CUT_WORD_LEFT },
};

void keys_feed(struct keys *k, const void *bytes, size_t len)
{
	bytes_drop(&k->in, k->took);
	k->took = 0;
	bytes_add(&k->in, bytes, len);
}

const void *keys_rest(const struct keys *k, size_t *len)
{
	*len = k->in.len - k->took;
	return *len ? k->in.at + k->took : NULL;
}

void keys_forget(struct keys *k)
{
	k->took = k->in.len;
}

void keys_free(struct keys *k)
{
	bytes_free(&k->in);
	*k = (struct keys){ 0 };
}

/* The length of the sequence behind an ESC: CSI up to its last byte, SS3 and one byte, or one byte. 0: it
 * is not whole yet. */
static size_t sequence(const char *at, size_t left)
{
	size_t len = 1;

	if (!left)
		return 0;
	if (at[0] == 'O')
		return left > 1 ? 2 : 0;
	if (at[0] != '[')
		return 1;
	while (len < left && (unsigned char)at[len] < '@')
		len++;
	return len < left ? len + 1 : 0;
}

static enum key escape_key(const char *at, size_t len)
{
	for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++)
		if (strlen(escapes[i].bytes) == len && !memcmp(escapes[i].bytes, at, len))
			return escapes[i].key;
	return KEY_NONE;
}

static bool begins(const char *at, size_t left, const char *with)
{
	size_t len = strlen(with);

	return !memcmp(at, with, left < len ? left : len);
}

static bool take_escape(struct keys *k, const char *at, size_t left, enum key *key)
{
	size_t len = sequence(at + 1, left - 1);

	if (!len)
		return false;
	k->took += 1 + len;
	k->pasting = len + 1 == strlen(PASTE_BEGINS) && begins(at, left, PASTE_BEGINS);
	*key = escape_key(at + 1, len);
	return true;
}

/* How many bytes of a pasted text are here before its end, and before what may be its end. */
static size_t pasted(const char *at, size_t left)
{
	size_t len = 0;

	while (len < left && !(at[len] == ESCAPE && begins(at + len, left - len, PASTE_ENDS)))
		len++;
	return len;
}

/* CR, LF and both of them end a line: CR is what terminals make of the ends of lines. The new length. */
static size_t make_newlines(struct keys *k, char *at, size_t len)
{
	size_t to = 0;

	for (size_t i = 0; i < len; i++) {
		bool both = k->returned && at[i] == '\n';
		k->returned = at[i] == '\r';
		if (!both)
			at[to++] = (char)(k->returned ? '\n' : at[i]);
	}
	return to;
}

static bool take_pasted(struct keys *k, char *at, size_t left, enum key *key, const char **text,
			size_t *len)
{
	size_t took = pasted(at, left);

	if (!took && left < strlen(PASTE_ENDS))
		return false;
	k->pasting = took > 0;
	k->took += took ? took : strlen(PASTE_ENDS);
	*text = at;
	*len = make_newlines(k, at, took);
	*key = *len ? KEY_TEXT : KEY_NONE;
	k->returned = k->returned && k->pasting;
	return true;
}

/* The characters up to the next key that is none; a character that is not whole yet is waited for. */
static size_t typed(const char *at, size_t left)
{
	size_t len = 0, took;
	uint32_t c;

	while (len < left && (unsigned char)at[len] >= ' ' && at[len] != '\177') {
		took = width_next(at + len, left - len, &c);
		if (width_is_partial(at + len, left - len))
			break;
		len += took;
	}
	return len;
}

bool keys_next(struct keys *k, enum key *key, const char **text, size_t *len)
{
	char *at = (char *)k->in.at + k->took;
	size_t left = k->in.len - k->took;

	if (!left)
		return false;
	if (k->pasting)
		return take_pasted(k, at, left, key, text, len);
	if (*at == ESCAPE)
		return take_escape(k, at, left, key);
	if ((unsigned char)*at < ' ' || *at == '\177') {
		k->took++;
		*key = *at == '\177' ? KEY_BACKSPACE : controls[(unsigned char)*at];
		return true;
	}
	*text = at;
	*len = typed(at, left);
	k->took += *len;
	*key = KEY_TEXT;
	return *len > 0;
}
