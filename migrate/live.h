/* SPDX-License-Identifier: MIT */
/* What the schema of the cluster is now, and whether a statement that was being run has changed it. */
#ifndef MIGRATE_LIVE_H
#define MIGRATE_LIVE_H

#include "migrate/ddl.h"
#include "migrate/migrator.h"

enum mg_verdict { MG_NOT_DONE, MG_DONE, MG_NO_VERDICT };

/* Names are as stored. */
bool mg_live_has_table(coodie_migrator *m, const char *keyspace, const char *table, bool *has,
		       coodie_error *err);
bool mg_live_has_column(coodie_migrator *m, const char *keyspace, const char *table,
			const char *column, bool *has, coodie_error *err);
bool mg_live_has_index(coodie_migrator *m, const char *keyspace, const char *table,
		       const char *index, bool *has, coodie_error *err);

/* Whether the schema is as a statement of MG_JUDGED leaves it. */
bool mg_live_judge(coodie_migrator *m, const struct mg_ddl *ddl, enum mg_verdict *verdict,
		   coodie_error *err);

#endif
