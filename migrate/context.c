/* SPDX-License-Identifier: MIT */
/* The calls of migration.h: what a migration in C may do. */
#include "migrate/context.h"

#include <stdarg.h>
#include <stdio.h>

#include "migrate/ask.h"
#include "migrate/live.h"

enum { NOTE_SIZE = 1000 };

coodie_session *coodie_migration_session(const coodie_migration *m)
{
	return m->migrator->session;
}

const char *coodie_migration_keyspace(const coodie_migration *m)
{
	return m->migrator->keyspace;
}

const char *coodie_migration_name(const coodie_migration *m)
{
	return m->name;
}

bool coodie_migration_is_dry_run(const coodie_migration *m)
{
	return m->migrator->options.dry_run;
}

void coodie_migration_note(coodie_migration *m, const char *format, ...)
{
	char text[NOTE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	mg_note(m->migrator, m->name, "%s", text);
}

bool coodie_migration_execute(coodie_migration *m, const char *cql, cql_args args,
			      coodie_error *err)
{
	cd_clear(err);
	return mg_work_run(m, &(const struct mg_work){ .cql = cql, .args = args }, err);
}

bool coodie_migration_execute_idempotent(coodie_migration *m, const char *cql, cql_args args,
					 coodie_error *err)
{
	const struct mg_work work = { .cql = cql, .args = args, .idempotent = true };

	cd_clear(err);
	return mg_work_run(m, &work, err);
}

coodie_result *coodie_migration_query(coodie_migration *m, const char *cql, cql_args args,
				      coodie_error *err)
{
	coodie_request r = mg_request(m->migrator, MG_AT_QUORUM);

	r.timeout_ms = m->migrator->options.statement_timeout_ms;
	r.keyspace = m->migrator->request_keyspace;
	return coodie_session_query(m->migrator->session, cql, args, &r, err);
}

/* ---- what is there --------------------------------------------------------------------------- */

static bool stored(const coodie_migration *m, const char **name, coodie_error *err)
{
	*name = mg_stored_name(m, *name);
	return *name || cd_no_memory(err, "a name");
}

bool coodie_migration_has_table(coodie_migration *m, const char *keyspace, const char *table,
				bool *has, coodie_error *err)
{
	cd_clear(err);
	return stored(m, &keyspace, err) && stored(m, &table, err) &&
	       mg_live_has_table(m->migrator, keyspace, table, has, err);
}

bool coodie_migration_has_column(coodie_migration *m, const char *keyspace, const char *table,
				 const char *column, bool *has, coodie_error *err)
{
	cd_clear(err);
	return stored(m, &keyspace, err) && stored(m, &table, err) && stored(m, &column, err) &&
	       mg_live_has_column(m->migrator, keyspace, table, column, has, err);
}

bool coodie_migration_has_index(coodie_migration *m, const char *keyspace, const char *table,
				const char *index, bool *has, coodie_error *err)
{
	cd_clear(err);
	return stored(m, &keyspace, err) && stored(m, &table, err) && stored(m, &index, err) &&
	       mg_live_has_index(m->migrator, keyspace, table, index, has, err);
}
