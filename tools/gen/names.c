/* SPDX-License-Identifier: MIT */
/* Cleaning names, and telling those apart that have become one. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tools/gen/names.h"
#include "tools/gen/words.h"

static bool is_small(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ---- cleaning -------------------------------------------------------------------------------- */

/* Whether it is as clean names are: two underscores are C++'s. */
static bool is_clean(const char *name)
{
	if (!is_small(*name) || strstr(name, "__"))
		return false;
	for (const char *at = name; *at; at++)
		if (!is_small(*at) && !is_digit(*at) && *at != '_')
			return false;
	return true;
}

/* Whether a word begins at a capital: fooBar, and the P of HTTPPort. */
static bool begins_word(const char *name, const char *at)
{
	return at > name &&
	       (is_small(at[-1]) || is_digit(at[-1]) || (is_capital(at[-1]) && is_small(at[1])));
}

/* The character at `at`, which moves behind it. Bytes that are no UTF-8 are characters of their own. */
static uint32_t next_character(const char **at)
{
	const unsigned char *byte = (const unsigned char *)*at;
	unsigned more = *byte >= 0xf0 ? 3 : *byte >= 0xe0 ? 2 : *byte >= 0xc0 ? 1 : 0;
	uint32_t code = more ? *byte & (0x3fU >> more) : *byte;

	for (unsigned i = 1; i <= more; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return (unsigned char)*(*at)++;
		code = code << 6 | (byte[i] & 0x3fU);
	}
	*at += 1 + more;
	return code;
}

/* A gap is an underscore, if it is neither the first nor behind another. */
static size_t put_gap(char *out, size_t len)
{
	if (len && out[len - 1] != '_')
		out[len++] = '_';
	return len;
}

const char *name_clean(struct pool *pool, const char *cql)
{
	char *out = pool_get(pool, strlen(cql) + 2, 7); /* "u10ffff" for a byte at most */
	const char *at = cql;
	size_t len = 0;

	if (is_clean(cql))
		return cql;
	while (*at) {
		if ((unsigned char)*at >= 0x80) {
			len += (size_t)sprintf(out + len, "u%04x", (unsigned)next_character(&at));
			continue;
		}
		if (begins_word(cql, at) && is_capital(*at))
			len = put_gap(out, len);
		if (is_capital(*at))
			out[len++] = (char)(*at - 'A' + 'a');
		else if (is_small(*at) || is_digit(*at))
			out[len++] = *at;
		else
			len = put_gap(out, len);
		at++;
	}
	while (len && out[len - 1] == '_')
		len--;
	out[len] = '\0';
	return is_small(*out) ? out : pool_printf(pool, "n%s", out);
}

/* ---- telling apart --------------------------------------------------------------------------- */

static bool is_taken(const struct names *n, const char *name)
{
	for (size_t i = 0; i < n->count; i++)
		if (strcmp(n->taken[i], name) == 0)
			return true;
	return false;
}

void names_reserve(struct names *n, const char *name)
{
	if (n->count == n->room) {
		size_t room = n->room ? 2 * n->room : 64;
		const char **grown = pool_get(n->pool, room, sizeof *grown);

		if (n->count)
			memcpy(grown, n->taken, n->count * sizeof *grown);
		n->taken = grown;
		n->room = room;
	}
	n->taken[n->count++] = name;
}

static const char *joined(const struct names *n, const char *a, const char *b)
{
	return *b ? pool_printf(n->pool, "%s%s", a, b) : a;
}

static bool is_word(const struct name_rules *rules, const char *name)
{
	return word_is_keyword(name) || rules->is_word(name);
}

/* Takes a name with all that comes with it; false when one of them is taken. */
static bool take(struct names *n, const struct name_rules *rules, const char *name)
{
	for (const char *const *suffix = rules->suffixes; *suffix; suffix++)
		if (is_taken(n, joined(n, name, *suffix)))
			return false;
	for (const char *const *suffix = rules->suffixes; *suffix; suffix++)
		names_reserve(n, joined(n, name, *suffix));
	return true;
}

/* A column "class" is class_; the second "user" is user_2. */
static const char *mend(struct names *n, const struct name_rules *rules, const char *name)
{
	const char *more = is_word(rules, name) ? rules->mend : "", *mended = joined(n, name, more);

	for (unsigned number = 2; !take(n, rules, mended); number++)
		mended = pool_printf(n->pool, "%s_%u", name, number);
	return mended;
}

void names_assign(struct names *n, const struct name_rules *rules, struct name *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *name = joined(n, rules->prefix, list[i].cql);
		bool keeps = is_clean(list[i].cql) && !is_word(rules, name);

		list[i].c = keeps && take(n, rules, name) ? name : NULL;
	}
	for (size_t i = 0; i < count; i++) {
		const char *clean = name_clean(n->pool, list[i].cql);

		if (!list[i].c)
			list[i].c = mend(n, rules, joined(n, rules->prefix, clean));
	}
}
