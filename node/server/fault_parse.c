/* SPDX-License-Identifier: MIT */
/* The text of a rule: "opcode=QUERY,match=SELECT,after=2,times=1,do=delay:200ms". */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/error.h"
#include "node/server/fault.h"

enum argument { NONE, TIME, NUMBER, CRC, ERROR };
enum place { REQUEST = 1, ACCEPT = 2, BOTH = 3 };

static const struct {
	const char *word;
	enum argument argument;
	enum place place;
	bool runs;
} kinds[ND_FAULT_KINDS] = {
#define X(name, word, argument, where, runs) { word, argument, where, runs },
#include "node/server/fault.def"
#undef X
};

static const struct {
	const char *name, *text;
	int32_t code;
} codes[] = {
#define X(name, code, text, body) { #name, text, code },
#include "proto/server_error.def"
#undef X
};

enum { CODES = sizeof codes / sizeof codes[0] };

/* A piece of the rule. */
struct piece {
	const char *at;
	size_t len;
};

bool nd_fault_runs(enum nd_fault_kind kind)
{
	return kinds[kind].runs;
}

void nd_fault_deinit(struct nd_fault *rule, const coodie_allocator *a)
{
	cd_release(a, rule->match);
	cd_release(a, rule->message);
	cd_release(a, rule->body);
	rule->match = rule->message = NULL;
	rule->body = NULL;
}

static bool is_word(struct piece p, const char *word)
{
	return p.len == strlen(word) && !strncasecmp(p.at, word, p.len);
}

static bool wrong(coodie_error *err, const char *what, struct piece p, const char *allowed)
{
	return cd_fail(err, COODIE_ERR_INVALID, "fault: %s \"%.*s\": it must be %s", what,
		       (int)(p.len < 60 ? p.len : 60), p.at, allowed);
}

/* Up to `separator`; that is taken as well. */
static struct piece take(struct piece *rest, char separator)
{
	const char *end = memchr(rest->at, separator, rest->len);
	struct piece out = { rest->at, end ? (size_t)(end - rest->at) : rest->len };
	size_t all = out.len + (end != NULL);

	*rest = (struct piece){ rest->at + all, rest->len - all };
	return out;
}

static bool copy(char **to, struct piece p, const coodie_allocator *a, coodie_error *err)
{
	cd_release(a, *to);
	*to = cd_strndup(a, p.at, p.len);
	return *to || cd_no_memory(err, "a fault");
}

/* ---- numbers -------------------------------------------------------------------------------- */

/* Decimal, or hexadecimal with 0x; false: no number, or above `most`. */
static bool number(struct piece p, uint64_t most, uint64_t *out)
{
	char text[24], *end;
	bool hex = p.len > 2 && p.at[0] == '0' && (p.at[1] | 32) == 'x';

	if (p.len == 0 || p.len >= sizeof text || p.at[0] < '0' || p.at[0] > '9')
		return false;
	memcpy(text, p.at, p.len);
	text[p.len] = '\0';
	unsigned long long n = strtoull(text, &end, hex ? 16 : 10);
	*out = n;
	return !*end && n <= most;
}

/* "200us", "200ms", "2s" */
static bool parse_time(struct piece p, uint64_t *out_us)
{
	static const struct {
		const char *unit;
		uint64_t us;
	} units[] = { { "us", 1 }, { "ms", 1000 }, { "s", 1000000 } };

	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		size_t len = strlen(units[i].unit);
		uint64_t n;
		if (p.len <= len || memcmp(p.at + p.len - len, units[i].unit, len) != 0 ||
		    !number((struct piece){ p.at, p.len - len }, 1000000000, &n))
			continue;
		*out_us = n * units[i].us;
		return true;
	}
	return false;
}

/* ---- do=... --------------------------------------------------------------------------------- */

static bool parse_hex(struct nd_fault *rule, struct piece p, const coodie_allocator *a,
		      coodie_error *err)
{
	uint8_t *to = cd_alloc(a, p.len / 2 + 1);

	rule->body = to;
	if (!to)
		return cd_no_memory(err, "a fault");
	for (size_t i = 0; i < p.len; i += 2) {
		char pair[3] = { p.at[i], i + 1 < p.len ? p.at[i + 1] : '?', 0 };
		if (strspn(pair, "0123456789abcdefABCDEF") != 2)
			return wrong(err, "body", p, "hexadecimal");
		to[i / 2] = (uint8_t)strtoul(pair, NULL, 16);
	}
	rule->body_len = p.len / 2;
	return true;
}

/* CODE, CODE:TEXT or CODE:TEXT:HEX */
static bool parse_error(struct nd_fault *rule, struct piece p, const coodie_allocator *a,
			coodie_error *err)
{
	struct piece code = take(&p, ':');
	const char *text = "a fault was asked for";
	uint64_t n;
	size_t i = 0;

	while (i < CODES && !is_word(code, codes[i].name))
		i++;
	if (i < CODES)
		rule->code = codes[i].code;
	else if (number(code, INT32_MAX, &n))
		rule->code = (int32_t)n;
	else
		return wrong(err, "error", code,
			     "a number or a name, such as 0x1001 or OVERLOADED");
	for (i = 0; i < CODES; i++)
		if (codes[i].code == rule->code)
			text = codes[i].text;
	struct piece message = take(&p, ':');
	if (!message.len)
		message = (struct piece){ text, strlen(text) };
	if (message.len > UINT16_MAX)
		return wrong(err, "error", message, "shorter");
	return copy(&rule->message, message, a, err) && (!p.len || parse_hex(rule, p, a, err));
}

static bool parse_argument(struct nd_fault *rule, enum argument argument, struct piece p,
			   const coodie_allocator *a, coodie_error *err)
{
	uint64_t n = 0;

	switch (argument) {
	case NONE:
		return !p.len || wrong(err, "argument", p, "left out");
	case TIME:
		return parse_time(p, &rule->delay_us) ||
		       wrong(err, "time", p, "such as 200ms, 50us or 2s");
	case NUMBER:
		if (!number(p, UINT32_MAX, &n))
			return wrong(err, "number", p, "a number");
		rule->number = (uint32_t)n;
		return true;
	case CRC:
		rule->in_header = is_word(p, "header");
		return rule->in_header || !p.len || is_word(p, "payload") ||
		       wrong(err, "crc", p, "header or payload");
	case ERROR:
		break;
	}
	return parse_error(rule, p, a, err);
}

static bool list_kinds(coodie_error *err, struct piece got)
{
	char words[200] = "one of";

	for (size_t i = 0; i < ND_FAULT_KINDS; i++) {
		strncat(words, " ", sizeof words - strlen(words) - 1);
		strncat(words, kinds[i].word, sizeof words - strlen(words) - 1);
	}
	return wrong(err, "do", got, words);
}

static bool parse_do(struct nd_fault *rule, struct piece value, const coodie_allocator *a,
		     coodie_error *err)
{
	struct piece word = take(&value, ':');

	for (size_t i = 0; i < ND_FAULT_KINDS; i++)
		if (is_word(word, kinds[i].word)) {
			rule->kind = (enum nd_fault_kind)i;
			return parse_argument(rule, kinds[i].argument, value, a, err);
		}
	return list_kinds(err, word);
}

/* ---- where ---------------------------------------------------------------------------------- */

static bool parse_opcode(struct nd_fault *rule, struct piece value, coodie_error *err)
{
	for (unsigned i = 0; i < CQL_OP_COUNT; i++)
		if (cql_opcode_is_request(i) && is_word(value, cql_opcode_name(i))) {
			rule->opcode = (int32_t)i;
			return true;
		}
	return wrong(err, "opcode", value, "a request, such as QUERY, PREPARE or STARTUP");
}

static bool parse_at(struct nd_fault *rule, struct piece value, coodie_error *err)
{
	rule->at_accept = is_word(value, "accept");
	return rule->at_accept || is_word(value, "request") ||
	       wrong(err, "at", value, "accept or request");
}

/* Words with a number: nodes and shards are small. */
static const struct {
	const char *word;
	size_t offset;
	bool is_small;
	uint8_t least;
} counts[] = {
	{ "node", offsetof(struct nd_fault, node), true, 0 },
	{ "shard", offsetof(struct nd_fault, shard), true, 0 },
	{ "connection", offsetof(struct nd_fault, connection), false, 1 },
	{ "after", offsetof(struct nd_fault, after), false, 0 },
	{ "times", offsetof(struct nd_fault, times), false, 1 },
};

static bool parse_count(struct nd_fault *rule, struct piece key, struct piece value,
			coodie_error *err)
{
	uint64_t n = 0;

	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		char *at = (char *)rule + counts[i].offset;
		bool small = counts[i].is_small;
		if (!is_word(key, counts[i].word))
			continue;
		if (!number(value, small ? 1024 : UINT32_MAX, &n) || n < counts[i].least)
			return wrong(err, counts[i].word, value,
				     small             ? "0 to 1024"
				     : counts[i].least ? "a number from 1 on"
						       : "a number");
		if (small)
			memcpy(at, &(int32_t){ (int32_t)n }, sizeof(int32_t));
		else
			memcpy(at, &n, sizeof n);
		return true;
	}
	return wrong(err, "word", key,
		     "one of node shard connection opcode match after times at do");
}

/* A value in single quotes may hold commas. */
static struct piece take_value(struct piece *rest)
{
	struct piece value;

	if (!rest->len || *rest->at != '\'')
		return take(rest, ',');
	*rest = (struct piece){ rest->at + 1, rest->len - 1 };
	value = take(rest, '\'');
	take(rest, ',');
	return value;
}

static bool parse_pair(struct nd_fault *rule, struct piece *rest, bool *has_do,
		       const coodie_allocator *a, coodie_error *err)
{
	struct piece key = take(rest, '=');

	if (is_word(key, "do")) { /* the last: its text may hold anything */
		struct piece all = *rest;
		rest->len = 0;
		*has_do = true;
		return parse_do(rule, all, a, err);
	}
	struct piece value = take_value(rest);
	if (is_word(key, "opcode"))
		return parse_opcode(rule, value, err);
	if (is_word(key, "at"))
		return parse_at(rule, value, err);
	if (is_word(key, "match"))
		return value.len ? copy(&rule->match, value, a, err)
				 : wrong(err, "match", value, "a part of a statement");
	return parse_count(rule, key, value, err);
}

static bool check_place(struct nd_fault *rule, coodie_error *err)
{
	const char *word = kinds[rule->kind].word;
	enum place place = kinds[rule->kind].place;

	if (place == ACCEPT)
		rule->at_accept = true;
	if (rule->at_accept && place == REQUEST)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "fault: %s happens to requests, not at=accept", word);
	if (rule->at_accept && (rule->opcode != ND_FAULT_ANY || rule->match))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "fault: there is no opcode and no statement yet at=accept");
	if (rule->kind == ND_FAULT_UNPREPARED && rule->opcode != ND_FAULT_ANY &&
	    rule->opcode != CQL_OP_EXECUTE)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "fault: unprepared happens to EXECUTE, and to no other request");
	return true;
}

bool nd_fault_parse(struct nd_fault *rule, const char *spec, const coodie_allocator *a,
		    coodie_error *err)
{
	struct piece rest = { spec, strlen(spec) };
	bool has_do = false;

	rule->node = rule->shard = rule->opcode = ND_FAULT_ANY;
	while (rest.len)
		if (!parse_pair(rule, &rest, &has_do, a, err))
			return false;
	if (!has_do)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "fault \"%.100s\": it does not say do=..., such as do=delay:200ms",
			       spec);
	return check_place(rule, err);
}
