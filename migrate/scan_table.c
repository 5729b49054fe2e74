/* SPDX-License-Identifier: MIT */
/* coodie_migration_scan_table(): a scan as one of the statements of a migration. */
#include <coodie/migration_scan.h>

#include <stdio.h>
#include <string.h>

#include <coodie/builder.h>

#include "base/identifier.h"
#include "base/sized.h"
#include "migrate/context.h"
#include "migrate/lock.h"
#include "migrate/ring.h"
#include "migrate/scan.h"

enum { USUAL_RANGES = 256, USUAL_IN_FLIGHT = 8, USUAL_PAGE_ROWS = 1000 };

/* A scan of a migration. */
struct table {
	coodie_migration *c;
	const char *table;
	coodie_migration_scan options; /* defaults are filled in */
	coodie_migration_row_fn *each;
	void *user;
	const char *label, *plan; /* of the table, of the scan; for people */
	struct mg_progress row;
	enum coodie_migrate_step step;
	uint64_t begun_us;
	struct mg_scan_report report; /* the last one */
};

/* ---- what it is ------------------------------------------------------------------------------ */

static bool above(const char *what, uint32_t is, uint32_t most, coodie_error *err)
{
	return is > most && !cd_fail(err, COODIE_ERR_INVALID, "%lu %s; at most %lu",
				     (unsigned long)is, what, (unsigned long)most);
}

static bool take_options(struct table *t, const coodie_migration_scan *options, coodie_error *err)
{
	coodie_migration_scan *o = &t->options;

	if (options && !cd_take_struct(o, sizeof *o, options, "coodie_migration_scan", err))
		return false;
	if (!t->each)
		return cd_fail(err, COODIE_ERR_INVALID, "the function of the rows is NULL");
	if (!t->table && !o->model)
		return cd_fail(err, COODIE_ERR_INVALID, "no table; give one, or a model");
	if (o->model && (t->table || o->keyspace))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "a model has its table and keyspace: leave the others NULL");
	o->page_rows = o->page_rows ? o->page_rows : USUAL_PAGE_ROWS;
	o->ranges = o->ranges ? o->ranges : USUAL_RANGES;
	o->in_flight = o->in_flight ? o->in_flight : USUAL_IN_FLIGHT;
	o->in_flight = o->in_flight < o->ranges ? o->in_flight : o->ranges;
	o->consistency = o->consistency ? o->consistency : CQL_CONSISTENCY_QUORUM;
	return !above("ranges", o->ranges, MG_MOST_RANGES, err) &&
	       !above("rows in a page", o->page_rows, INT32_MAX, err) &&
	       !above("ranges in flight", o->in_flight, MG_MOST_IN_FLIGHT, err);
}

/* "shop.reviews" */
static void put_label(const struct table *t, struct cd_buffer *b)
{
	coodie_migrator *m = t->c->migrator;
	const coodie_migration_scan *o = &t->options;
	size_t len;
	char *at;

	if (!o->model) {
		cd_buffer_text(b, o->keyspace ? o->keyspace : m->keyspace_cql);
		cd_buffer_u8(b, '.');
		cd_identifier_append(b, t->table);
		return;
	}
	len = coodie_model_table(m->session, o->model, NULL, 0);
	at = (char *)cd_buffer_grow(b, len + 1);
	if (!at)
		return;
	coodie_model_table(m->session, o->model, at, len + 1);
	b->len--; /* its NUL */
}

/* What tells it from another scan: the text that the progress keeps. */
static void put_plan(const struct table *t, struct cd_buffer *b)
{
	const coodie_migration_scan *o = &t->options;
	char ranges[32];

	snprintf(ranges, sizeof ranges, ": %u ranges, ", (unsigned)o->ranges);
	cd_buffer_text(b, "scan_table ");
	cd_buffer_text(b, t->label);
	cd_buffer_text(b, ranges);
	cd_buffer_text(b, o->columns ? "columns " : "all columns");
	cd_buffer_text(b, o->columns ? o->columns : "");
}

static bool write_text(struct table *t, void (*put)(const struct table *, struct cd_buffer *),
		       const char **out, coodie_error *err)
{
	coodie_migrator *m = t->c->migrator;
	struct cd_buffer b;

	cd_buffer_init(&b, m->options.allocator, 0);
	put(t, &b);
	*out = b.failed ? NULL : cd_arena_strndup(&m->work, (const char *)b.data, b.len);
	cd_buffer_deinit(&b);
	return *out || cd_no_memory(err, "a scan");
}

static bool describe(struct table *t, coodie_error *err)
{
	char digest[MG_DIGEST_SIZE];

	if (!write_text(t, put_label, &t->label, err) || !write_text(t, put_plan, &t->plan, err) ||
	    !mg_digest(t->plan, strlen(t->plan), digest, err))
		return false;
	t->row = (struct mg_progress){
		.name = t->c->name,
		.downgrade = t->c->downgrade,
		.statement = t->c->statement,
		.digest = cd_arena_strndup(&t->c->migrator->work, digest, sizeof digest - 1),
		.cql = t->plan,
	};
	return t->row.digest || cd_no_memory(err, "a scan");
}

/* ---- events ---------------------------------------------------------------------------------- */

static void tell(const struct mg_scan_report *report, void *user)
{
	struct table *t = user;
	coodie_migrate_event event = mg_event(t->c, COODIE_MIGRATE_SCAN);

	t->report = *report;
	event.step = t->step;
	event.cql = t->plan;
	event.elapsed_us = t->begun_us ? mg_now_us() - t->begun_us : 0;
	event.table = t->label;
	event.ranges_done = report->ranges_done;
	event.ranges = t->options.ranges;
	event.per_mille = report->per_mille;
	event.rows = report->rows;
	event.rows_per_second = report->rows_per_second;
	event.seconds_left = report->seconds_left;
	mg_tell(t->c->migrator, &event);
}

static void tell_once(struct table *t, enum coodie_migrate_step step,
		      const struct mg_scan_report *report)
{
	t->step = step;
	tell(report, t);
}

static void note(const char *text, void *user)
{
	const struct table *t = user;

	mg_note(t->c->migrator, t->c->name, "%s", text);
}

static void note_resumed(const struct table *t, const struct mg_places *p)
{
	if (!p->done && !p->rows)
		return;
	mg_note(t->c->migrator, t->c->name, "%s: goes on, %u of %u ranges and %llu rows are done",
		t->label, (unsigned)p->done, (unsigned)p->ranges, (unsigned long long)p->rows);
}

/* ---- scanning -------------------------------------------------------------------------------- */

static bool each(void *object, void *user, coodie_error *err)
{
	const struct table *t = user;

	return t->each(t->c, object, t->user, err);
}

static bool check(void *user, coodie_error *err)
{
	const struct table *t = user;

	return mg_lock_check(t->c->migrator, err);
}

static bool scan(struct table *t, struct mg_places *places, coodie_error *err)
{
	const coodie_migration_scan *o = &t->options;
	coodie_migrator *m = t->c->migrator;
	coodie_model *model = NULL;
	bool ok;

	if (!o->model)
		model = coodie_model_read(m->session, o->keyspace ? o->keyspace : m->keyspace_cql,
					  t->table, err);
	if (!model && !o->model)
		return false;
	ok = mg_progress_begin(m, &t->row, err) &&
	     mg_scan_run(
		     &(const struct mg_scan){
			     .model = model ? model : o->model,
			     .label = t->label,
			     .places = places,
			     .columns = o->columns,
			     .page_rows = o->page_rows,
			     .in_flight = o->in_flight,
			     .rows_per_second = o->rows_per_second,
			     .consistency = o->consistency,
			     .each = each,
			     .check = check,
			     .tell = tell,
			     .note = note,
			     .user = t,
		     },
		     err);
	coodie_model_free(model);
	return ok;
}

/* Through the places that an earlier run may have left. */
static bool run(struct table *t, bool restart, coodie_error *err)
{
	coodie_migrator *m = t->c->migrator;
	const struct mg_scan_name name = { m, t->c->name, mg_direction(t->c->downgrade),
					   t->c->statement };
	struct mg_places places;
	bool ok;

	if (!mg_lock_check(m, err))
		return false;
	t->begun_us = mg_now_us();
	t->step = COODIE_MIGRATE_BEGUN;
	ok = mg_places_open(&places, &name, t->options.ranges, restart, err);
	if (ok)
		note_resumed(t, &places);
	ok = ok && scan(t, &places, err) && mg_progress_done(m, &t->row, err) &&
	     mg_places_forget(&name, err);
	mg_places_close(&places);
	if (ok)
		tell_once(t, COODIE_MIGRATE_RUN, &t->report);
	return ok;
}

/* ---- as a statement -------------------------------------------------------------------------- */

static const struct mg_progress *earlier(const struct table *t)
{
	const struct mg_progress *p = t->c->history->progress;

	while (p && (p->statement != t->row.statement || p->downgrade != t->row.downgrade ||
		     strcmp(p->name, t->row.name) != 0))
		p = p->next;
	return p;
}

/* An earlier run had this scan in this place, or the user says that it is to be forgotten. */
static bool check_earlier(const struct table *t, const struct mg_progress *p, coodie_error *err)
{
	if (!p || t->options.restart || !strcmp(p->digest, t->row.digest))
		return true;
	return mg_fail(t->c->migrator, COODIE_CAUSE_CHECKSUM, err, COODIE_ERR_CONFLICT,
		       "an earlier run that was stopped had \"%s\" here, and this one has \"%s\": "
		       "make it as it was, or set .restart",
		       p->cql, t->plan);
}

static bool scan_table(struct table *t, const coodie_migration_scan *options, coodie_error *err)
{
	const struct mg_progress *p;

	if (!take_options(t, options, err) || !describe(t, err))
		return false;
	p = earlier(t);
	if (!check_earlier(t, p, err))
		return false;
	if (p && p->done && !strcmp(p->digest, t->row.digest)) {
		tell_once(t, COODIE_MIGRATE_SKIPPED,
			  &(const struct mg_scan_report){ .ranges_done = t->options.ranges,
							  .per_mille = 1000 });
		return true;
	}
	if (t->c->migrator->options.dry_run) {
		tell_once(t, COODIE_MIGRATE_PLANNED,
			  &(const struct mg_scan_report){ .seconds_left = UINT32_MAX });
		return true;
	}
	return run(t, p && t->options.restart, err);
}

bool coodie_migration_scan_table(coodie_migration *m, const char *table,
				 const coodie_migration_scan *options,
				 coodie_migration_row_fn *each_row, void *user, coodie_error *err)
{
	struct table t = { .c = m, .table = table, .each = each_row, .user = user };
	coodie_error own = { 0 };
	bool ok;

	if (m->fatal.code != COODIE_OK) {
		cd_error_copy(err, &m->fatal);
		return false;
	}
	m->statement++;
	m->migrator->cause = COODIE_CAUSE_NONE;
	ok = scan_table(&t, options, &own);
	if (!ok) {
		cd_error_prefix(&own, "%s: statement %u", m->path, (unsigned)m->statement);
		mg_because(m->migrator, COODIE_CAUSE_STATEMENT);
	}
	/* A lock that was lost, a scan that is not the one of before: the migration cannot go on. */
	if (!ok && m->migrator->cause != COODIE_CAUSE_STATEMENT)
		m->fatal = own;
	cd_error_copy(err, &own);
	return ok;
}
