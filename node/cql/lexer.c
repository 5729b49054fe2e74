/* SPDX-License-Identifier: MIT */
/* Tokens by their first character, as ANTLR makes them of Cassandra's grammar. */
#include "node/cql/lexer.h"

#include <string.h>

struct keyword {
	const char spelling[15];
	unsigned char keyword, use;
};

/* Sorted, because keyword.def is. */
static const struct keyword keywords[] = {
#define X(name, spelling, use) { spelling, ND_KW_##name, ND_USE_##use },
#define ALIAS(name, spelling, use) X(name, spelling, use)
#include "node/cql/keyword.def"
#undef X
#undef ALIAS
};

const char *nd_keyword_name(enum nd_keyword keyword)
{
	static const char names[][18] = {
		"",
#define X(name, spelling, use) "K_" #name,
#define ALIAS(name, spelling, use)
#include "node/cql/keyword.def"
#undef X
#undef ALIAS
	};
	return names[keyword];
}

void nd_lexer_init(struct nd_lexer *l, const char *text, size_t len, struct nd_problem *problem)
{
	*l = (struct nd_lexer){ .at = text, .end = text + len, .line = 1, .problem = problem };
}

/* ---- characters ------------------------------------------------------------------------------ */

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(int c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_word(int c)
{
	return is_letter(c) || is_digit(c) || c == '_';
}

static int lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* The character `n` behind the cursor; -1 at the end. */
static int peek(const struct nd_lexer *l, size_t n)
{
	return n < (size_t)(l->end - l->at) ? (unsigned char)l->at[n] : -1;
}

/* Moves on, counting lines and columns as Java does: in units of UTF-16. */
static void skip(struct nd_lexer *l, size_t n)
{
	for (; n; n--, l->at++) {
		unsigned char c = (unsigned char)*l->at;
		if (c == '\n') {
			l->line++;
			l->column = 0;
		} else if ((c & 0xc0) != 0x80) {
			l->column += c >= 0xf0 ? 2 : 1;
		}
	}
}

static size_t digits(const struct nd_lexer *l, size_t from)
{
	size_t n = from;

	while (is_digit(peek(l, n)))
		n++;
	return n - from;
}

/* ---- what is no token ------------------------------------------------------------------------ */

/* The character `n` behind the cursor, for a message; the cursor moves to it. */
static int describe(struct nd_lexer *l, size_t n)
{
	size_t len = 1;

	skip(l, n < (size_t)(l->end - l->at) ? n : (size_t)(l->end - l->at));
	while ((peek(l, len) & 0xc0) == 0x80 && peek(l, len) >= 0 && len < 4)
		len++;
	return (int)len;
}

static void mismatched(struct nd_lexer *l, size_t n, const char *wanted)
{
	int len = describe(l, n);
	bool end = l->at == l->end;

	nd_refuse(l->problem, ND_SYNTAX_ERROR,
		  "line %u:%u mismatched character '%.*s' expecting %s", l->line, l->column,
		  end ? 5 : len, end ? "<EOF>" : l->at, wanted);
}

static void no_token(struct nd_lexer *l, size_t n)
{
	int len = describe(l, n);
	bool end = l->at == l->end;

	nd_refuse(l->problem, ND_SYNTAX_ERROR,
		  "line %u:%u no viable alternative at character '%.*s'", l->line, l->column,
		  end ? 5 : len, end ? "<EOF>" : l->at);
}

static void no_digits(struct nd_lexer *l, size_t n)
{
	int len = describe(l, n);
	bool end = l->at == l->end;

	nd_refuse(l->problem, ND_SYNTAX_ERROR,
		  "line %u:%u required (...)+ loop did not match anything at character '%.*s'",
		  l->line, l->column, end ? 5 : len, end ? "<EOF>" : l->at);
}

/* ---- kinds of tokens: each says how long it is, 0 when it is none ----------------------------- */

/* Up to `quote`, which stands for itself when doubled. */
static size_t quoted(struct nd_lexer *l, char quote, const char *wanted)
{
	size_t n = 1;

	for (;; n++) {
		const char *next = memchr(l->at + n, quote, (size_t)(l->end - l->at) - n);

		if (!next) {
			mismatched(l, (size_t)(l->end - l->at), wanted);
			return 0;
		}
		n = (size_t)(next - l->at) + 1;
		if (peek(l, n) != quote)
			return n;
	}
}

static size_t quoted_name(struct nd_lexer *l)
{
	if (peek(l, 1) < 0) {
		no_token(l, 1);
		return 0;
	}
	return quoted(l, '"', "'\"'");
}

/* $$ ... $$ */
static size_t dollars(struct nd_lexer *l)
{
	size_t left = (size_t)(l->end - l->at);

	if (peek(l, 1) != '$') {
		mismatched(l, 1, "'$'");
		return 0;
	}
	for (size_t n = 2; n + 1 < left; n++)
		if (l->at[n] == '$' && l->at[n + 1] == '$')
			return n + 2;
	mismatched(l, left > 2 && l->at[left - 1] != '$' ? left - 1 : left, "'$'");
	return 0;
}

static size_t blanks(const struct nd_lexer *l)
{
	size_t n = 0;

	while (peek(l, n) == ' ' || peek(l, n) == '\t' || peek(l, n) == '\n' || peek(l, n) == '\r')
		n++;
	return n;
}

/* -- and //: the line has to end. */
static size_t line_comment(struct nd_lexer *l)
{
	size_t n = 2;

	while (peek(l, n) >= 0 && peek(l, n) != '\n' && peek(l, n) != '\r')
		n++;
	if (peek(l, n) < 0) {
		mismatched(l, n, "set null");
		return 0;
	}
	return n + 1;
}

static size_t block_comment(struct nd_lexer *l)
{
	size_t left = (size_t)(l->end - l->at);

	for (size_t n = 2; n + 1 < left; n++)
		if (l->at[n] == '*' && l->at[n + 1] == '/')
			return n + 2;
	mismatched(l, left, "'*'");
	return 0;
}

/* 8-4-4-4-12: what begins so has to be one. */
static size_t uuid(struct nd_lexer *l)
{
	for (size_t n = 0; n < 36; n++) {
		bool dash = n == 8 || n == 13 || n == 18 || n == 23;
		if (dash ? peek(l, n) != '-' : !is_hex(peek(l, n))) {
			mismatched(l, n, dash ? "'-'" : "set null");
			return 0;
		}
	}
	return 36;
}

static bool begins_uuid(const struct nd_lexer *l)
{
	for (size_t n = 0; n < 8; n++)
		if (!is_hex(peek(l, n)))
			return false;
	return peek(l, 8) == '-';
}

/* y mo w d h m s ms us ns, and us with a micro sign */
static size_t duration_unit(const struct nd_lexer *l, size_t from)
{
	int a = lower(peek(l, from)), b = a < 0 ? -1 : lower(peek(l, from + 1));

	if (a == 0xc2 && b == 0xb5 && lower(peek(l, from + 2)) == 's')
		return 3;
	if ((a == 'm' && (b == 'o' || b == 's')) || (a == 'u' && b == 's') ||
	    (a == 'n' && b == 's'))
		return 2;
	return a == 'y' || a == 'w' || a == 'd' || a == 'h' || a == 'm' || a == 's';
}

static bool begins_duration(const struct nd_lexer *l)
{
	size_t n = peek(l, 0) == '-';

	return duration_unit(l, n + digits(l, n));
}

/* 1h30m */
static size_t duration(struct nd_lexer *l)
{
	size_t n = peek(l, 0) == '-';

	while (is_digit(peek(l, n))) {
		size_t count = digits(l, n), unit = duration_unit(l, n + count);
		if (!unit) {
			no_token(l, n + count);
			return 0;
		}
		n += count + unit;
	}
	return n;
}

/* The parts "1Y2M" of an ISO 8601 duration, in the order of `units`. */
static size_t iso_parts(const struct nd_lexer *l, size_t from, const char *units)
{
	size_t n = from;

	for (; *units; units++) {
		size_t count = digits(l, n);
		if (count && peek(l, n + count) == *units)
			n += count + 1;
	}
	return n - from;
}

/* P0001-02-03T04:05:06 */
static size_t iso_alternative(const struct nd_lexer *l, size_t from)
{
	static const char shape[] = "0000-00-00T00:00:00";

	for (size_t n = 0; n < sizeof shape - 1; n++) {
		int c = peek(l, from + n);
		if (shape[n] == '0' ? !is_digit(c) : c != shape[n])
			return 0;
	}
	return sizeof shape - 1;
}

/* P1Y2M3DT4H5M6S, P2W and the like; a capital P. */
static size_t iso_duration(const struct nd_lexer *l)
{
	size_t from = (peek(l, 0) == '-') + 1u, alternative = iso_alternative(l, from);
	size_t n = alternative, time;

	if (peek(l, from - 1) != 'P')
		return 0;
	if (!n)
		n = iso_parts(l, from, "W");
	if (!n) {
		n = iso_parts(l, from, "YMD");
		time = peek(l, from + n) == 'T' ? iso_parts(l, from + n + 1, "HMS") : 0;
		n += time ? time + 1 : 0;
	}
	/* it would be a name if it went on */
	return n && (alternative || !is_word(peek(l, from + n))) ? from + n : 0;
}

static size_t hex(const struct nd_lexer *l)
{
	size_t n = 2;

	if (peek(l, 0) != '0' || lower(peek(l, 1)) != 'x')
		return 0;
	while (is_hex(peek(l, n)))
		n++;
	return n;
}

/* e+5: what begins so has to have digits. */
static bool add_exponent(struct nd_lexer *l, size_t *n)
{
	size_t sign = peek(l, *n + 1) == '+' || peek(l, *n + 1) == '-', count;

	if (lower(peek(l, *n)) != 'e')
		return true;
	count = digits(l, *n + 1 + sign);
	if (!count) {
		no_digits(l, *n + 1 + sign);
		return false;
	}
	*n += 1 + sign + count;
	return true;
}

/* An INTEGER or a FLOAT; "1..2" is 1 and a range. */
static size_t number(struct nd_lexer *l, int *kind)
{
	size_t n = peek(l, 0) == '-', whole;

	n += digits(l, n);
	whole = n;
	if (peek(l, n) == '.' && (peek(l, n + 1) != '.' || peek(l, n + 2) == '.'))
		n += 1 + digits(l, n + 1);
	if (!add_exponent(l, &n))
		return 0;
	*kind = n == whole ? ND_TOKEN_INTEGER : ND_TOKEN_FLOAT;
	return n;
}

/* Digits and then a letter of a hexadecimal number, which neither a unit nor an exponent begins
 * with: Cassandra's lexer takes it for a UUID. "5d" is a duration, "5da" is not. */
static bool looks_like_uuid(const struct nd_lexer *l)
{
	size_t n = digits(l, 0);
	int c = lower(peek(l, n)), next = peek(l, n + 1);

	if (begins_uuid(l))
		return true;
	if (c == 'd')
		return is_hex(next) && !is_digit(next);
	return is_hex(c) && c != 'e';
}

static size_t numeric(struct nd_lexer *l, int *kind)
{
	size_t n;

	*kind = ND_TOKEN_HEX;
	if ((n = hex(l)))
		return n;
	*kind = ND_TOKEN_UUID;
	if (looks_like_uuid(l))
		return uuid(l);
	*kind = ND_TOKEN_DURATION;
	if (begins_duration(l))
		return duration(l);
	return number(l, kind);
}

/* ---- words ------------------------------------------------------------------------------------ */

static const struct keyword *find_keyword(const char *word, size_t len)
{
	char folded[sizeof keywords[0].spelling];
	size_t low = 0, high = sizeof keywords / sizeof keywords[0];

	if (len >= sizeof folded)
		return NULL;
	for (size_t n = 0; n < len; n++)
		folded[n] = (char)lower((unsigned char)word[n]);
	folded[len] = '\0';
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(folded, keywords[middle].spelling);
		if (order == 0)
			return &keywords[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static bool same_word(const char *word, size_t len, const char *want)
{
	size_t n = 0;

	while (n < len && want[n] && lower((unsigned char)word[n]) == want[n])
		n++;
	return n == len && !want[n];
}

static size_t classify(const struct nd_lexer *l, size_t n, struct nd_token *t)
{
	const struct keyword *k = find_keyword(l->at, n);

	t->kind = ND_TOKEN_IDENT;
	if (k) {
		bool special = k->keyword == ND_KW_NAN || k->keyword == ND_KW_INFINITY;
		t->kind = special ? ND_TOKEN_SPECIAL_FLOAT : ND_TOKEN_KEYWORD;
		t->keyword = (enum nd_keyword)k->keyword;
		t->use = (enum nd_keyword_use)k->use;
	} else if (same_word(l->at, n, "true") || same_word(l->at, n, "false")) {
		t->kind = ND_TOKEN_BOOLEAN;
	}
	return n;
}

static size_t word(struct nd_lexer *l, struct nd_token *t)
{
	size_t n;

	t->kind = ND_TOKEN_UUID;
	if (begins_uuid(l))
		return uuid(l);
	t->kind = ND_TOKEN_DURATION;
	if (peek(l, 0) == 'P' && (n = iso_duration(l)))
		return n;
	for (n = 1; is_word(peek(l, n)); n++)
		;
	if (n == 4 && peek(l, n) == '(' && memcmp(l->at, "expr", 4) == 0) {
		t->kind = ND_TOKEN_EXPR;
		return n + 1;
	}
	return classify(l, n, t);
}

/* ---- everything else -------------------------------------------------------------------------- */

/* -NaN, -Infinity: once begun they have to end. */
static size_t minus_word(struct nd_lexer *l, const char *want, int *kind)
{
	for (size_t n = 0; want[n]; n++) {
		if (lower(peek(l, n + 1)) != want[n]) {
			mismatched(l, n + 1, "set null");
			return 0;
		}
	}
	*kind = ND_TOKEN_SPECIAL_FLOAT;
	return strlen(want) + 1;
}

static size_t minus(struct nd_lexer *l, struct nd_token *t)
{
	int next = peek(l, 1);
	size_t n;

	if (next == '-') {
		t->is_hidden = true;
		return line_comment(l);
	}
	if (is_digit(next)) {
		t->kind = ND_TOKEN_DURATION;
		return begins_duration(l) ? duration(l) : number(l, &t->kind);
	}
	if (lower(next) == 'n')
		return minus_word(l, "nan", &t->kind);
	if (lower(next) == 'i')
		return minus_word(l, "infinity", &t->kind);
	if (next == 'P' && (n = iso_duration(l))) {
		t->kind = ND_TOKEN_DURATION;
		return n;
	}
	if (next == '=') {
		t->kind = ND_TOKEN_SUBTRACT_ASSIGN;
		return 2;
	}
	t->kind = ND_PUNCTUATION('-');
	return 1;
}

static size_t slash(struct nd_lexer *l, struct nd_token *t)
{
	t->is_hidden = peek(l, 1) == '/' || peek(l, 1) == '*';
	if (t->is_hidden)
		return peek(l, 1) == '/' ? line_comment(l) : block_comment(l);
	t->kind = ND_PUNCTUATION('/');
	return 1;
}

static size_t punctuation(struct nd_lexer *l, struct nd_token *t)
{
	static const struct {
		char text[3];
		int kind;
	} pairs[] = {
		{ "!=", ND_TOKEN_NE },    { "<=", ND_TOKEN_LE },         { ">=", ND_TOKEN_GE },
		{ "..", ND_TOKEN_RANGE }, { "+=", ND_TOKEN_ADD_ASSIGN },
	};
	int c = peek(l, 0);

	for (size_t n = 0; n < sizeof pairs / sizeof pairs[0]; n++) {
		if (c == pairs[n].text[0] && peek(l, 1) == pairs[n].text[1]) {
			t->kind = pairs[n].kind;
			return 2;
		}
	}
	if (c == '!') {
		mismatched(l, 1, "'='");
		return 0;
	}
	if (c <= 0 || c >= 128 || !strchr("()[]{},;:.=<>+*%?", c)) {
		no_token(l, 0);
		return 0;
	}
	t->kind = c == '?' ? (int)ND_TOKEN_MARKER : ND_PUNCTUATION(c);
	return 1;
}

static size_t measure(struct nd_lexer *l, struct nd_token *t)
{
	int c = peek(l, 0);
	size_t n = blanks(l);

	if (n) {
		t->is_hidden = true;
		return n;
	}
	if (is_letter(c))
		return word(l, t);
	if (is_digit(c))
		return numeric(l, &t->kind);
	switch (c) {
	case '\'':
		t->kind = ND_TOKEN_STRING;
		return quoted(l, '\'', "'''");
	case '$':
		t->kind = ND_TOKEN_STRING;
		return dollars(l);
	case '"':
		n = quoted_name(l);
		t->kind = n == 2 ? ND_TOKEN_EMPTY_QUOTED : ND_TOKEN_QUOTED;
		return n;
	case '-':
		return minus(l, t);
	case '/':
		return slash(l, t);
	default:
		return punctuation(l, t);
	}
}

struct nd_token nd_lexer_next_raw(struct nd_lexer *l)
{
	struct nd_token t = { .at = l->at, .line = l->line, .column = l->column };

	if (l->at == l->end) {
		t.kind = ND_TOKEN_EOF;
		t.line = 0;
		t.column = UINT32_MAX;
		return t;
	}
	t.len = measure(l, &t);
	if (!t.len)
		t.kind = ND_TOKEN_BROKEN;
	else
		skip(l, t.len);
	t.is_hidden = t.is_hidden && t.len;
	return t;
}

struct nd_token nd_lexer_next(struct nd_lexer *l)
{
	struct nd_token t;

	do
		t = nd_lexer_next_raw(l);
	while (t.is_hidden);
	return t;
}
