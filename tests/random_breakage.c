/* SPDX-License-Identifier: MIT */
/* Breaks texts at their tokens. */
#include "tests/random_breakage.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define LEN(array) (sizeof(array) / sizeof *(array))

static size_t blanks(const char *text)
{
	return strspn(text, " ");
}

static size_t quoted(const char *text)
{
	const char *end = strchr(text + 1, *text);

	return end ? (size_t)(end - text) + 1 : strlen(text);
}

static size_t word(const char *text)
{
	size_t len = 0;

	while (isalnum((unsigned char)text[len]) || text[len] == '_')
		len++;
	return len;
}

size_t random_token(const char *text)
{
	size_t len = *text != 0;

	if (*text == '\'' || *text == '"')
		len = quoted(text);
	else if (word(text))
		len = word(text);
	return len + blanks(text + len);
}

struct token {
	const char *at;
	size_t len;
};

static uint32_t cut(const char *text, struct token *tokens, uint32_t most)
{
	uint32_t count = 0;
	size_t len;

	for (; count < most && (len = random_token(text)); text += len)
		tokens[count++] = (struct token){ text, len };
	return count;
}

static struct token any_token(struct dice *dice)
{
	static const char *const pool[] = {
		"(",  ")",      ", ",    "null ", "?",   "'x' ",    "5 ",    "1.5 ",   "k ",
		"; ", ":x ",    "AND ",  "IN ",   "{",   "}",       "[",     "]",      ".",
		"- ", "+ ",     "'",     "\"",    "0x ", "SELECT ", "FROM ", "WHERE ", "AS ",
		"= ", "LIMIT ", "true ", "token", "$$",  "* ",      "#",     "/* ",    "nosuch "
	};
	const char *text = pool[dice_below(dice, LEN(pool))];

	return (struct token){ text, strlen(text) };
}

const char *random_break(const char *text, struct dice *dice, struct cd_arena *arena)
{
	struct token tokens[400], other = any_token(dice);
	uint32_t count = cut(text, tokens, LEN(tokens));
	uint32_t at = dice_below(dice, count), how = dice_below(dice, 4);
	size_t room = strlen(text) * 2 + 20, len = 0;
	char *out = cd_arena_take(arena, room);

	for (uint32_t i = 0; out && i < count; i++) {
		if (i == at && how != 0) /* 0: it is left out; 1: it is twice; 2, 3: another one */
			len += (size_t)snprintf(out + len, room - len, "%.*s",
						(int)(how == 1 ? tokens[i].len : other.len),
						how == 1 ? tokens[i].at : other.at);
		if (i != at || how == 1 || how == 3) /* 3: in front of it */
			len += (size_t)snprintf(out + len, room - len, "%.*s", (int)tokens[i].len,
						tokens[i].at);
	}
	if (out)
		out[len] = 0;
	return out;
}
