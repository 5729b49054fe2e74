/* SPDX-License-Identifier: MIT */
/* Shows a difference: to people by table, to programs a line for each change. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/differ.h"
#include "tools/jsonl.h"

/* ---- text ----------------------------------------------------------------------------------- */

static char marker(const coodie_change *c)
{
	const char *kind = coodie_change_kind_name(c->kind);

	if (c->safety == COODIE_CHANGE_IMPOSSIBLE)
		return '!';
	if (!strncmp(kind, "DROP_", 5))
		return '-';
	if (c->safety == COODIE_CHANGE_DESTRUCTIVE)
		return '!';
	return !strncmp(kind, "ADD_", 4) || !strncmp(kind, "CREATE_", 7) ? '+' : '~';
}

static void print_kind(enum coodie_change_kind kind)
{
	for (const char *at = coodie_change_kind_name(kind); *at; at++)
		putchar(*at == '_' ? ' ' : *at);
}

static void print_change(const coodie_change *c)
{
	static const char *const headings[] = {
		[COODIE_CHANGE_SAFE] = "NOTE",
		[COODIE_CHANGE_DESTRUCTIVE] = "DESTRUCTIVE",
		[COODIE_CHANGE_IMPOSSIBLE] = "IMPOSSIBLE",
	};

	printf("  [%c] ", marker(c));
	print_kind(c->kind);
	if (c->part)
		printf(" %s", c->part);
	if (c->is && c->should)
		printf(": %s -> %s", c->is, c->should);
	else if (c->should)
		printf(" %s", c->should);
	else if (c->is)
		printf(" (%s)", c->is);
	putchar('\n');
	if (c->reason)
		printf("      %s: %s\n", headings[c->safety], c->reason);
	if (c->up)
		printf("      %s;\n", c->up);
	if (c->up && !c->down)
		printf("      There is no way back%s%s.\n", c->no_way_back ? ": " : "",
		       c->no_way_back ? c->no_way_back : "");
	else if (c->no_way_back)
		printf("      The way back does not restore %s.\n", c->no_way_back);
}

static bool is_of(const coodie_change *c, const char *object)
{
	return object ? c->object && !strcmp(c->object, object) : !c->object;
}

/* Whether one before the i-th is about the same thing, which has been printed with it. */
static bool was_printed(const coodie_diff *d, size_t i)
{
	const coodie_change *c = coodie_diff_at(d, i);

	for (size_t before = 0; before < i; before++)
		if (is_of(coodie_diff_at(d, before), c->object))
			return true;
	return false;
}

static void print_text(const coodie_diff *d)
{
	for (size_t i = 0; i < coodie_diff_count(d); i++) {
		const coodie_change *c = coodie_diff_at(d, i);
		if (was_printed(d, i))
			continue;
		printf("Schema diff for %s%s%s%s:\n", c->object ? "" : "keyspace ", c->keyspace,
		       c->object ? "." : "", c->object ? c->object : "");
		for (size_t j = i; j < coodie_diff_count(d); j++)
			if (is_of(coodie_diff_at(d, j), c->object))
				print_change(coodie_diff_at(d, j));
	}
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static void print_line(const coodie_change *c)
{
	struct jsonl l = jsonl_begin("change");

	jsonl_text(&l, "kind", coodie_change_kind_name(c->kind));
	jsonl_text(&l, "safety", coodie_safety_name(c->safety));
	jsonl_text(&l, "keyspace", c->keyspace);
	jsonl_text(&l, "object", c->object);
	jsonl_text(&l, "part", c->part);
	jsonl_text(&l, "is", c->is);
	jsonl_text(&l, "should", c->should);
	jsonl_text(&l, "reason", c->reason);
	jsonl_text(&l, "up", c->up);
	jsonl_text(&l, "down", c->down);
	jsonl_text(&l, "no_way_back", c->no_way_back);
	jsonl_end(&l);
}

void differ_print_counts(const struct differ *d)
{
	struct jsonl l = jsonl_begin("done");

	jsonl_int(&l, "changes", (int64_t)coodie_diff_count(d->diff));
	for (int safety = COODIE_CHANGE_SAFE; safety <= COODIE_CHANGE_IMPOSSIBLE; safety++)
		jsonl_int(&l, coodie_safety_name((enum coodie_safety)safety),
			  (int64_t)coodie_diff_safety_count(d->diff, (enum coodie_safety)safety));
	jsonl_end(&l);
}

void differ_print(const struct differ *d)
{
	if (!project_is_json(&d->project)) {
		print_text(d->diff);
		return;
	}
	for (size_t i = 0; i < coodie_diff_count(d->diff); i++)
		print_line(coodie_diff_at(d->diff, i));
}
