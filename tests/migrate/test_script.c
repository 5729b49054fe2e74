/* SPDX-License-Identifier: MIT */
/* Migrations in CQL as texts: sections, statements, the head, and every way to be wrong. */
#include "migrate/script.h"
#include "tests/failalloc.h"
#include "tests/test.h"

/* The script as a line: "up[1:CREATE ...|2!:UPDATE ...] down[...]"; ! is idempotent, the numbers are lines. */
static void print_section(char *out, size_t size, const char *name, const struct mg_section *s)
{
	size_t len = strlen(out);

	len += (size_t)snprintf(out + len, size - len, "%s%s[", len ? " " : "", name);
	for (const struct mg_statement *st = s->first; st; st = st->next)
		len += (size_t)snprintf(out + len, size - len, "%s%u%s:%s",
					st == s->first ? "" : "|", (unsigned)st->line,
					st->idempotent ? "!" : "", st->cql);
	snprintf(out + len, size - len, "]");
}

static const struct row {
	const char *name, *text, *want; /* `want`: the script, or what the error says */
} rows[] = {
	{ "both sections", "-- upgrade\nA 1;\nB 2;\n-- downgrade\nC;\n",
	  "up[2:A 1|3:B 2] down[5:C]" },
	{ "the last semicolon is not needed", "-- upgrade\nA\n-- downgrade\nB",
	  "up[2:A] down[4:B]" },
	{ "no downgrade", "-- upgrade\nA;\n", "up[2:A] irreversible" },
	{ "an empty downgrade", "-- upgrade\nA;\n-- downgrade\n", "up[2:A] down[]" },
	{ "nothing to do", "-- upgrade\n-- downgrade\n", "up[] down[]" },
	{ "words in any case, and blanks", "  --   UPGRADE  \r\nA;\r\n\t--downgrade\r\nB;\r\n",
	  "up[2:A] down[4:B]" },
	{ "a byte order mark", "\xef\xbb\xbf-- upgrade\nA;\n", "up[2:A] irreversible" },
	{ "the head",
	  "-- description:  It's \"one\"\n-- destructive: yes\n-- reversible: no\n-- author: me\n-- upgrade\nA;\n-- "
	  "downgrade\nB;",
	  "\"It's \"one\"\" destructive up[6:A] irreversible" },
	{ "reversible", "-- reversible: YES\n-- upgrade\nA;\n-- downgrade\nB;",
	  "up[3:A] down[5:B]" },
	{ "head words below the head are comments", "-- upgrade\n-- description: no\nA;\n",
	  "up[3:A] irreversible" },
	{ "idempotent", "-- upgrade\n-- idempotent\nA;\nB;\n-- idempotent\n\n-- why\nC;\n",
	  "up[3!:A|4:B|8!:C] irreversible" },
	{ "a statement of many lines", "-- upgrade\nA\n  (b,\n -- upgrading b\n c);\n",
	  "up[2:A\n  (b,\n -- upgrading b\n c)] irreversible" },
	{ "semicolons in texts",
	  "-- upgrade\nA ';' \";\" $$;$$ 'it''s;' \"a\"\";\" /* ; */ B; // ; C\nD;",
	  "up[2:A ';' \";\" $$;$$ 'it''s;' \"a\"\";\" /* ; */ B|3:D] irreversible" },
	{ "sections in texts", "-- upgrade\nA '\n-- downgrade\n';\n/*\n-- downgrade\n*/ B;",
	  "up[2:A '\n-- downgrade\n'|7:B] irreversible" },
	{ "a comment behind a statement is none of ours", "-- upgrade\nA; -- downgrade\nB;",
	  "up[2:A|3:B] irreversible" },
	{ "a batch",
	  "-- upgrade\nBEGIN UNLOGGED BATCH\n INSERT 1;\n INSERT 2;\nAPPLY BATCH;\nBEGIN BATCH A APPLY BATCH;\nC;",
	  "up[2:BEGIN UNLOGGED BATCH\n INSERT 1;\n INSERT 2;\nAPPLY BATCH|6:BEGIN BATCH A APPLY BATCH|7:C] "
	  "irreversible" },
	{ "empty statements", "-- upgrade\n;;A;;\n", "up[2:A] irreversible" },
	{ "a section ends a statement", "-- upgrade\nA\n-- downgrade\nB\n", "up[2:A] down[4:B]" },
	/* wrong ones */
	{ "empty", "", "f.cql:1: there is no line \"-- upgrade\"" },
	{ "no section", "-- description: x\n\n", "f.cql:3: there is no line \"-- upgrade\"" },
	{ "a statement in the head", "-- description: x\nA;\n-- upgrade\n",
	  "f.cql:2: a statement before the line \"-- upgrade\"" },
	{ "a downgrade alone", "-- downgrade\nA;\n", "there is no line \"-- upgrade\"" },
	{ "two upgrades", "-- upgrade\nA;\n-- downgrade\n-- upgrade\nB;",
	  "f.cql:4: this section was there already" },
	{ "a text without its end", "-- upgrade\nA;\nB 'x;\n",
	  "f.cql:3: a text or a name that does not end" },
	{ "a name without its end", "-- upgrade\nB \"x;\n",
	  "f.cql:2: a text or a name that does not end" },
	{ "a comment without its end", "-- upgrade\nB /* x;\n",
	  "f.cql:2: a comment that does not end" },
	{ "dollars without their end", "-- upgrade\nB $$ x;\n",
	  "f.cql:2: a text or a name that does not end" },
	{ "a batch without its end", "-- upgrade\nBEGIN BATCH A;\n B;\n",
	  "f.cql:2: BEGIN BATCH without its" },
	{ "a batch that the section ends", "-- upgrade\nBEGIN BATCH A;\n-- downgrade\n",
	  "f.cql:2: BEGIN BATCH without its" },
	{ "neither yes nor no", "-- destructive: maybe\n-- upgrade\n",
	  "f.cql:1: say \"yes\" or \"no\" here" },
	{ "reversible without a downgrade", "-- reversible: yes\n-- upgrade\n",
	  "\"reversible: yes\", and there is no line" },
	{ "idempotent in the head", "-- idempotent\n-- upgrade\n",
	  "f.cql:1: \"-- idempotent\" before the line" },
	{ "idempotent at the end", "-- upgrade\nA;\n-- idempotent\n",
	  "without a statement behind it" },
	{ "idempotent at a section's end", "-- upgrade\nA;\n-- idempotent\n-- downgrade\nB;",
	  "f.cql:4: \"-- idempotent\" without a statement behind it" },
	{ "idempotent inside a statement", "-- upgrade\nA\n-- idempotent\nB;",
	  "f.cql:3: \"-- idempotent\" inside a statement" },
	{ "USE", "-- upgrade\nuse shop;\n", "f.cql:2: USE is of one connection" },
	{ "what is impossible", "-- upgrade\nA;\n-- impossible: age is text and should be int\n",
	  "f.cql:3: what no statement can do; write what does, and take this line out: age is text and should be "
	  "int" },
};

static bool parse(const struct row *row, const coodie_allocator *allocator, char *out, size_t size,
		  coodie_error *err)
{
	struct cd_arena arena;
	struct mg_script s;
	bool ok;

	cd_arena_init(&arena, allocator, 0);
	*out = '\0';
	ok = mg_script_parse(&arena, "f.cql", row->text, &s, err);
	if (ok) {
		if (*s.description)
			snprintf(out, size, "\"%s\"", s.description);
		if (s.destructive)
			strcat(out, *out ? " destructive" : "destructive");
		print_section(out, size, "up", &s.upgrade);
		if (s.reversible)
			print_section(out, size, "down", &s.downgrade);
		else
			strcat(out, " irreversible");
	}
	cd_arena_deinit(&arena);
	return ok;
}

static void each_script(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_error err = { 0 };
		char got[1000];

		if (parse(&rows[i], NULL, got, sizeof got, &err)) {
			if (strcmp(got, rows[i].want) != 0)
				fail_msg("%s: %s", rows[i].name, got);
		} else if (err.code != COODIE_ERR_INVALID || !strstr(err.message, rows[i].want)) {
			fail_msg("%s: %s", rows[i].name, err.message);
		}
	}
}

static bool parse_with(const coodie_allocator *a, void *user)
{
	coodie_error err = { 0 };
	char got[1000];
	bool ok = parse(user, a, got, sizeof got, &err);

	assert_true(ok || err.code == COODIE_ERR_NO_MEMORY);
	return ok;
}

static void without_memory(void **state)
{
	struct row row = rows[0];

	(void)state;
	assert_true(cd_failalloc_each("a script", parse_with, &row));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_script),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
