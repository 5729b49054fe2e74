/* SPDX-License-Identifier: MIT */
/* DESCRIBE: the server describes, the shell shows it: statements as they are, names in columns. */
#include <string.h>

#include "tools/shell/shell.h"
#include "tools/shell/width.h"

/* What is being shown. */
struct description {
	struct shell *shell;
	struct bytes out;
	struct bytes group; /* the keyspace whose names are shown */
	size_t column;      /* of the terminal, in a list of names */
	bool any;
};

enum { NAME_ROOM = 20, LIST_COLUMNS = 80 };

static cql_text text_at(const coodie_result *r, const coodie_cursor *c, const char *column)
{
	cql_text text = { "", 0 };
	size_t i;

	if (coodie_result_column_index(r, column, &i))
		coodie_cursor_text(c, i, &text, NULL);
	return text;
}

static void add_statement(struct description *d, const coodie_result *r, const coodie_cursor *c)
{
	cql_text statement = text_at(r, c, "create_statement");

	text_add(&d->out, "\n");
	bytes_add(&d->out, statement.data, statement.len);
	text_add(&d->out, "\n");
}

static void end_list(struct description *d)
{
	if (d->column)
		text_add(&d->out, "\n");
	d->column = 0;
}

static void begin_group(struct description *d, cql_text keyspace)
{
	if (d->any && d->group.len == keyspace.len &&
	    !memcmp(d->group.at, keyspace.data, keyspace.len))
		return;
	end_list(d);
	text_clear(&d->group);
	bytes_add(&d->group, keyspace.data, keyspace.len);
	text_printf(&d->out, "\nKeyspace %.*s\n", (int)keyspace.len, keyspace.data);
}

static void add_name(struct description *d, cql_text name)
{
	size_t width = width_text(name.data, name.len), room = NAME_ROOM;

	while (room < width + 2)
		room += NAME_ROOM;
	if (d->column && d->column + room > LIST_COLUMNS)
		end_list(d);
	bytes_add(&d->out, name.data, name.len);
	d->column += room;
	if (d->column >= LIST_COLUMNS)
		end_list(d);
	else
		text_fill(&d->out, ' ', room - width);
}

static void add_names(struct description *d, const coodie_result *r, const coodie_cursor *c)
{
	cql_text name = text_at(r, c, "name"), type = text_at(r, c, "type");

	if (type.len == 8 && !memcmp(type.data, "keyspace", 8)) {
		if (!d->any)
			text_add(&d->out, "\n");
	} else {
		begin_group(d, text_at(r, c, "keyspace_name"));
	}
	add_name(d, name);
}

static void add_cluster(struct description *d, const coodie_result *r, const coodie_cursor *c)
{
	static const char *const facts[][2] = { { "Cluster", "cluster" },
						{ "Partitioner", "partitioner" },
						{ "Snitch", "snitch" } };

	text_add(&d->out, "\n");
	for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
		cql_text fact = text_at(r, c, facts[i][1]);
		text_printf(&d->out, "%s: %.*s\n", facts[i][0], (int)fact.len, fact.data);
	}
}

static bool has(const coodie_result *r, const char *column)
{
	size_t i;

	return coodie_result_column_index(r, column, &i);
}

static void add_page(struct description *d, coodie_result *r)
{
	coodie_cursor c = coodie_result_cursor(r);

	for (; coodie_cursor_next(&c); d->any = true) {
		if (has(r, "create_statement"))
			add_statement(d, r, &c);
		else if (has(r, "cluster"))
			add_cluster(d, r, &c);
		else
			add_names(d, r, &c);
	}
}

/* Blanks behind the last name of a line say nothing. */
static void trim_lines(struct bytes *text)
{
	size_t to = 0;

	for (size_t at = 0; at < text->len; at++) {
		if (text->at[at] == '\n')
			while (to && text->at[to - 1] == ' ')
				to--;
		text->at[to++] = text->at[at];
	}
	text->len = to;
}

/* A page is kept until its last line is whole. */
static void show(struct description *d, bool last)
{
	if (last) {
		end_list(d);
		text_add(&d->out, d->any ? "\n" : "\n<empty>\n\n");
	} else if (d->column) {
		return;
	}
	trim_lines(&d->out);
	out_write_foreign(&d->shell->out, (const char *)d->out.at, d->out.len);
	text_clear(&d->out);
}

bool command_describe(struct shell *sh, const struct words *w)
{
	struct description d = { .shell = sh };
	const char *cql = pool_printf(w->pool, "%.*s", (int)w->len, w->text);
	coodie_request request = shell_request(sh);
	coodie_error err = { 0 };
	coodie_result *page = NULL;
	coodie_pager *pager;

	out_begin(&sh->out);
	request.tracing = false;
	pager = coodie_pager_query(sh->cluster.session, cql, (cql_args){ 0, NULL }, &request, NULL,
				   &err);
	while (pager && out_goes_on(&sh->out) &&
	       (page = cluster_page(&sh->cluster, &pager, &err)) != NULL) {
		add_page(&d, page);
		coodie_result_free(page);
		show(&d, false);
	}
	if (err.code == COODIE_OK)
		show(&d, true);
	coodie_pager_free(pager);
	bytes_free(&d.out);
	bytes_free(&d.group);
	if (err.code == COODIE_OK)
		return true;
	shell_fail(sh, &err);
	shell_point(sh, cql, &err);
	return false;
}
