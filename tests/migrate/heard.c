/* SPDX-License-Identifier: MIT */
/* A scan whose rows and events are kept as text. */
#include "tests/migrate/heard.h"

#include "tests/test.h"

static struct heard *current; /* a migration's function has no data of its own */

/* ---- rows ------------------------------------------------------------------------------------ */

static void keep_row(struct heard *h, char *text)
{
	for (size_t i = 0; i < h->count; i++) {
		if (strcmp(h->rows[i], text) != 0)
			continue;
		if (h->fresh[i])
			fail_msg("%s: given twice by one run: %s", h->table, text);
		h->fresh[i] = true;
		h->again++;
		free(text);
		return;
	}
	assert_true(h->count < HEARD_ROWS);
	h->fresh[h->count] = true;
	h->rows[h->count++] = text;
}

static bool on_row(coodie_migration *m, void *object, void *user, coodie_error *err)
{
	struct heard *h = user;
	size_t size = coodie_object_format(object, NULL, 0) + 1;
	char *text = malloc(size);

	(void)m;
	coodie_object_format(object, text, size);
	keep_row(h, text);
	h->given++;
	if (h->given == h->fail_at)
		*err = (coodie_error){ .code = COODIE_ERR_INVALID, .message = "a row that fails" };
	return h->given != h->fail_at && h->given != h->stop_at;
}

static bool upgrade(coodie_migration *m, coodie_error *err)
{
	struct heard *h = current;

	if (!coodie_migration_scan_table(m, h->table, &h->options, on_row, h, err))
		return false;
	if (h->then_fails)
		*err = (coodie_error){ .code = COODIE_ERR_INVALID, .message = "behind the scan" };
	return !h->then_fails;
}

/* ---- events ---------------------------------------------------------------------------------- */

static void on_event(const coodie_migrate_event *e, void *user)
{
	static const char *const steps[] = { "plan", "begin", "run", "skip" };
	struct heard *h = user;
	size_t len = strlen(h->told);

	if (e->kind == COODIE_MIGRATE_NOTE)
		snprintf(h->told + len, sizeof h->told - len, "note: %s\n", e->text);
	if (e->kind != COODIE_MIGRATE_SCAN)
		return;
	assert_int_equal(e->size, sizeof *e);
	h->last = *e;
	if (e->step == COODIE_MIGRATE_BEGUN)
		h->reports++;
	else
		snprintf(h->told + len, sizeof h->told - len, "%s %s: %u of %u\n", steps[e->step],
			 e->cql, (unsigned)e->ranges_done, (unsigned)e->ranges);
}

/* ---- runs ------------------------------------------------------------------------------------ */

struct heard *heard_of(struct world *w, const char *table)
{
	struct heard *h = calloc(1, sizeof *h);

	assert_non_null(h);
	h->scanner = (struct scanner){ .session = w->session,
				       .keyspace = "shop",
				       .name = "20261122_001_scan",
				       .event = on_event,
				       .user = h };
	h->options.size = sizeof h->options;
	h->table = table;
	return h;
}

void heard_reset(struct heard *h, const char *name)
{
	h->scanner.name = name;
	for (size_t i = 0; i < h->count; i++)
		free(h->rows[i]);
	h->count = 0;
}

void heard_free(struct heard *h)
{
	heard_reset(h, "");
	free(h);
}

void heard_mixed(struct world *w, int rows, int in_one)
{
	world_execute(w, "CREATE TABLE shop.mixed (id int, c int, v int, PRIMARY KEY (id, c))");
	for (int i = 0; i < rows; i++) {
		char cql[100];

		snprintf(cql, sizeof cql, "INSERT INTO shop.mixed (id, c) VALUES (%d, %d)",
			 i < in_one ? 0 : i, i);
		world_execute(w, cql);
	}
}

void heard_script(struct world *w, const char *cql)
{
	char *copy = strdup(cql), *rest = copy;

	for (char *one; (one = strtok_r(rest, ";", &rest));)
		world_execute(w, one);
	free(copy);
}

bool heard_run(struct heard *h)
{
	bool ok;

	current = h;
	h->given = h->again = h->reports = 0;
	*h->told = '\0';
	memset(h->fresh, 0, sizeof h->fresh);
	h->err = (coodie_error){ 0 };
	ok = scanner_run(&h->scanner, upgrade, &h->err);
	assert_int_equal(ok, h->err.code == COODIE_OK);
	return ok;
}

void heard_ok(struct heard *h)
{
	if (!heard_run(h))
		fail_msg("%s: %s", h->table, h->err.message);
}

void heard_failed(struct heard *h, enum coodie_errc code, const char *says)
{
	if (heard_run(h))
		fail_msg("it worked, and should have failed: %s", says);
	if (h->err.code != code || !strstr(h->err.message, says))
		fail_msg("%s: \"%s\" is not in \"%s\"", coodie_errc_name(h->err.code), says,
			 h->err.message);
}
