/* SPDX-License-Identifier: MIT */
/* What Tab finds: texts in their order, none of them twice. */
#include <stdlib.h>
#include <string.h>

#include "tools/shell/editor.h"

size_t candidates_count(const struct candidates *c)
{
	return c->texts.len / sizeof(char *);
}

static const char **texts(const struct candidates *c)
{
	return (const char **)(void *)c->texts.at;
}

const char *candidates_at(const struct candidates *c, size_t i)
{
	return texts(c)[i];
}

void candidates_add(struct candidates *c, const char *text)
{
	const char *copy = pool_printf(&c->pool, "%s", text);

	bytes_add(&c->texts, &copy, sizeof copy);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void candidates_sort(struct candidates *c)
{
	size_t count = candidates_count(c), kept = 0;
	const char **at = texts(c);

	if (!count)
		return;
	qsort(at, count, sizeof *at, by_text);
	for (size_t i = 0; i < count; i++)
		if (!kept || strcmp(at[kept - 1], at[i]) != 0)
			at[kept++] = at[i];
	c->texts.len = kept * sizeof *at;
}

void candidates_free(struct candidates *c)
{
	pool_free(&c->pool);
	bytes_free(&c->texts);
}
