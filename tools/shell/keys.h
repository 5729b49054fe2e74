/* SPDX-License-Identifier: MIT */
/* Bytes of a terminal as keys: control characters, escape sequences, pasted text. */
#ifndef TOOLS_SHELL_KEYS_H
#define TOOLS_SHELL_KEYS_H

#include "tools/shell/text.h"

enum key {
	KEY_NONE, /* something nobody asked for */
	KEY_TEXT, /* characters, typed or pasted */
	KEY_ENTER,
	KEY_TAB,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_UP,
	KEY_DOWN,
	KEY_WORD_LEFT,
	KEY_WORD_RIGHT,
	KEY_HOME,
	KEY_END,
	KEY_BACKSPACE,
	KEY_DELETE,
	KEY_CUT_TO_END,
	KEY_CUT_TO_HOME,
	KEY_CUT_WORD_LEFT,
	KEY_CUT_WORD_RIGHT,
	KEY_PASTE,
	KEY_SEARCH,
	KEY_CLEAR,
	KEY_CANCEL,
	KEY_ABORT, /* a search */
	KEY_END_OF_INPUT,
	KEY_SUSPEND,
	KEYS
};

/* Zeroed: nothing has come yet. */
struct keys {
	struct bytes in;
	size_t took; /* of `in` */
	bool pasting;
	bool returned; /* the pasted byte before was a CR, which is in the text as a newline */
};

void keys_feed(struct keys *k, const void *bytes, size_t len);
/* False: more bytes have to come first. `text` and `len` are those of KEY_TEXT, until the next call. */
bool keys_next(struct keys *k, enum key *key, const char **text, size_t *len);
/* The bytes that are not taken yet, until more are fed; NULL: none. */
const void *keys_rest(const struct keys *k, size_t *len);
void keys_forget(struct keys *k);
void keys_free(struct keys *k);

#endif
