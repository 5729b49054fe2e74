/* SPDX-License-Identifier: MIT */
/* COPY: reads the command. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/shell/copy.h"

enum option_kind {
	OPTION_SWITCH,
	OPTION_CHARACTER,
	OPTION_TEXT,
	OPTION_NUMBER,
	OPTION_STYLE,
	OPTION_UTF8,
	OPTION_NONE
};

/* Names in the order of the alphabet; those of OPTION_NONE are how cqlsh divides its work, which changes nothing of
 * the result. */
static const struct option {
	const char *name;
	enum option_kind kind;
	size_t offset;
	int64_t least; /* of a number */
} options[] = {
	{ "BOOLSTYLE", OPTION_STYLE, 0, 0 },
	{ "CHUNKSIZE", OPTION_NONE, 0, 0 },
	{ "DELIMITER", OPTION_CHARACTER, offsetof(struct copy, format.delimiter), 0 },
	{ "ENCODING", OPTION_UTF8, 0, 0 },
	{ "ERRFILE", OPTION_TEXT, offsetof(struct copy, error_file), 0 },
	{ "ESCAPE", OPTION_CHARACTER, offsetof(struct copy, format.escape), 0 },
	{ "HEADER", OPTION_SWITCH, offsetof(struct copy, header), 0 },
	{ "MAXATTEMPTS", OPTION_NONE, 0, 0 },
	{ "MAXBATCHSIZE", OPTION_NONE, 0, 0 },
	{ "MAXERRORS", OPTION_NUMBER, offsetof(struct copy, max_errors), -1 },
	{ "MAXINSERTERRORS", OPTION_NUMBER, offsetof(struct copy, max_errors), -1 },
	{ "MAXPARSEERRORS", OPTION_NUMBER, offsetof(struct copy, max_errors), -1 },
	{ "MAXREQUESTS", OPTION_NUMBER, offsetof(struct copy, max_requests), 1 },
	{ "MAXROWS", OPTION_NUMBER, offsetof(struct copy, max_rows), -1 },
	{ "MINBATCHSIZE", OPTION_NONE, 0, 0 },
	{ "NULL", OPTION_TEXT, offsetof(struct copy, null), 0 },
	{ "NUMPROCESSES", OPTION_NONE, 0, 0 },
	{ "PAGESIZE", OPTION_NUMBER, offsetof(struct copy, page_size), 1 },
	{ "PAGETIMEOUT", OPTION_NONE, 0, 0 },
	{ "PREPAREDSTATEMENTS", OPTION_NONE, 0, 0 },
	{ "QUOTE", OPTION_CHARACTER, offsetof(struct copy, format.quote), 0 },
	{ "REPORTFREQUENCY", OPTION_NONE, 0, 0 },
	{ "SKIPCOLS", OPTION_TEXT, offsetof(struct copy, skip_columns), 0 },
	{ "SKIPROWS", OPTION_NUMBER, offsetof(struct copy, skip_rows), 0 },
	{ "TTL", OPTION_NUMBER, offsetof(struct copy, ttl), 0 },
};

/* ---- options ---------------------------------------------------------------------------------------- */

static void *place(struct copy *c, const struct option *o)
{
	return (char *)c + o->offset;
}

static bool set_switch(struct shell *sh, struct copy *c, const struct option *o, const char *value)
{
	bool *on = place(c, o);

	*on = text_same(value, strlen(value), "true") || text_same(value, strlen(value), "yes") ||
	      text_same(value, strlen(value), "on") || !strcmp(value, "1");
	if (*on || text_same(value, strlen(value), "false") ||
	    text_same(value, strlen(value), "no") || text_same(value, strlen(value), "off") ||
	    !strcmp(value, "0"))
		return true;
	return shell_complain(sh, "COPY: %s is true or false, and not %s", o->name, value);
}

static bool set_character(struct shell *sh, struct copy *c, const struct option *o,
			  const char *value)
{
	char *character = place(c, o);

	if (!strcmp(value, "\\t"))
		value = "\t";
	if (strlen(value) != 1 || *value == '\n' || *value == '\r')
		return shell_complain(sh, "COPY: %s is one character of ASCII", o->name);
	*character = *value;
	return true;
}

static bool set_number(struct shell *sh, struct copy *c, const struct option *o, const char *value)
{
	char *end;
	long long n = strtoll(value, &end, 10);

	if (!*value || *end || n < o->least || n > INT32_MAX)
		return shell_complain(sh, "COPY: %s is a number from %d to %d, and not %s", o->name,
				      (int)o->least, INT32_MAX, value);
	*(int64_t *)place(c, o) = n;
	return true;
}

static bool set_style(struct shell *sh, struct copy *c, const char *value, struct pool *pool)
{
	const char *comma = strchr(value, ',');

	if (!comma || comma == value || !comma[1] || strchr(comma + 1, ','))
		return shell_complain(sh, "COPY: BOOLSTYLE is two texts: 'True,False'");
	c->true_text = pool_printf(pool, "%.*s", (int)(comma - value), value);
	c->false_text = comma + 1;
	return true;
}

static bool set_option(struct shell *sh, struct copy *c, const struct option *o, const char *value,
		       struct pool *pool)
{
	switch (o->kind) {
	case OPTION_SWITCH:
		return set_switch(sh, c, o, value);
	case OPTION_CHARACTER:
		return set_character(sh, c, o, value);
	case OPTION_NUMBER:
		return set_number(sh, c, o, value);
	case OPTION_STYLE:
		return set_style(sh, c, value, pool);
	case OPTION_TEXT:
		*(const char **)place(c, o) = value;
		return true;
	case OPTION_UTF8:
		if (text_same(value, strlen(value), "utf8") ||
		    text_same(value, strlen(value), "utf-8"))
			return true;
		return shell_complain(sh, "COPY: files are in UTF-8, and not in %s", value);
	case OPTION_NONE:
		break;
	}
	return true;
}

static const struct option *find_option(const char *name)
{
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		if (text_same(name, strlen(name), options[i].name))
			return &options[i];
	return NULL;
}

/* ---- the command ------------------------------------------------------------------------------------- */

/* A place in the words. */
struct parse {
	struct shell *shell;
	const struct words *words;
	size_t at;
};

static bool wrong(const struct parse *p, const char *expected)
{
	const char *got = words_text(p->words, p->at);

	return shell_complain(p->shell, "COPY: %s expected where %s is", expected,
			      got ? got : "the end");
}

static bool is_name(const struct parse *p)
{
	return p->at < p->words->count &&
	       (p->words->at[p->at].kind == TOKEN_WORD || p->words->at[p->at].kind == TOKEN_NAME);
}

static const char *as_written(const struct parse *p, size_t at)
{
	const struct token *t = &p->words->at[at];

	return pool_printf(p->words->pool, "%.*s", (int)t->len, t->text);
}

static bool parse_table(struct parse *p, struct copy *c)
{
	if (!is_name(p))
		return wrong(p, "a table's name");
	c->name = token_value(&p->words->at[p->at], p->words->pool);
	c->table = as_written(p, p->at++);
	if (!words_is_sign(p->words, p->at, '.'))
		return true;
	p->at++;
	if (!is_name(p))
		return wrong(p, "a table's name");
	c->keyspace = c->name;
	c->name = token_value(&p->words->at[p->at], p->words->pool);
	c->table = pool_printf(p->words->pool, "%s.%s", c->table, as_written(p, p->at));
	p->at++;
	return true;
}

static bool parse_columns(struct parse *p, struct copy *c)
{
	const char **columns;

	if (!words_is_sign(p->words, p->at, '('))
		return true;
	columns = pool_get(p->words->pool, p->words->count, sizeof *columns);
	do {
		p->at++;
		if (!is_name(p))
			return wrong(p, "a column's name");
		columns[c->column_count++] = as_written(p, p->at++);
	} while (words_is_sign(p->words, p->at, ','));
	if (!words_is_sign(p->words, p->at, ')'))
		return wrong(p, ")");
	p->at++;
	c->columns = columns;
	return true;
}

static bool parse_file(struct parse *p, struct copy *c)
{
	c->from = words_is(p->words, p->at, "FROM");
	if (!c->from && !words_is(p->words, p->at, "TO"))
		return wrong(p, "TO or FROM");
	p->at++;
	if (words_is(p->words, p->at, c->from ? "STDIN" : "STDOUT")) {
		p->at++;
		return true;
	}
	if (p->at == p->words->count || p->words->at[p->at].kind != TOKEN_STRING)
		return wrong(p, c->from ? "a file's name in quotes, or STDIN,"
					: "a file's name in quotes, or STDOUT,");
	c->file = words_text(p->words, p->at++);
	return true;
}

static bool parse_option(struct parse *p, struct copy *c)
{
	const char *name = words_text(p->words, p->at), *value;
	const struct option *o = name ? find_option(name) : NULL;
	bool negative;

	if (!o)
		return shell_complain(p->shell, "COPY: there is no option %s; HELP COPY lists them",
				      name ? name : "");
	p->at++;
	if (!words_is_sign(p->words, p->at, '='))
		return wrong(p, "=");
	p->at++;
	negative = words_is_sign(p->words, p->at, '-');
	p->at += negative;
	if (p->at == p->words->count)
		return wrong(p, "a value");
	value = pool_printf(p->words->pool, "%s%s", negative ? "-" : "",
			    words_text(p->words, p->at));
	p->at++;
	return set_option(p->shell, c, o, value, p->words->pool);
}

static bool parse_options(struct parse *p, struct copy *c)
{
	if (p->at == p->words->count)
		return true;
	if (!words_is(p->words, p->at, "WITH"))
		return wrong(p, "WITH");
	do {
		p->at++;
		if (!parse_option(p, c))
			return false;
	} while (words_is(p->words, p->at, "AND"));
	return p->at == p->words->count || wrong(p, "AND");
}

static bool check(struct shell *sh, const struct copy *c)
{
	const struct csv_format *f = &c->format;

	if (f->delimiter == f->quote || f->delimiter == f->escape)
		return shell_complain(
			sh,
			"COPY: DELIMITER, QUOTE and ESCAPE: the first must differ from the others");
	return true;
}

bool copy_parse(struct shell *sh, const struct words *w, struct copy *c)
{
	struct parse p = { sh, w, 0 };

	*c = (struct copy){ .format = { ',', '"', '\\' },
			    .null = "",
			    .true_text = "True",
			    .false_text = "False",
			    .skip_columns = "",
			    .page_size = 1000,
			    .max_requests = 128,
			    .max_rows = -1,
			    .max_errors = 1000 };
	return parse_table(&p, c) && parse_columns(&p, c) && parse_file(&p, c) &&
	       parse_options(&p, c) && check(sh, c);
}

/* A pipe may be waited for without end: a signal ends that wait as it always does. */
static bool waits_for_others(const char *path)
{
	struct stat st;

	return !path || (stat(path, &st) == 0 && !S_ISREG(st.st_mode));
}

bool command_copy(struct shell *sh, const struct words *w)
{
	struct copy c;
	bool ok;

	if (!copy_parse(sh, w, &c))
		return false;
	if (!waits_for_others(c.file))
		cluster_begin_work(&sh->cluster);
	ok = (c.from ? copy_from : copy_to)(sh, &c);
	cluster_end_work(&sh->cluster);
	return ok;
}
