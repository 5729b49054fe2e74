/* SPDX-License-Identifier: MIT */
/* A tracker of test runs: its models, and what is in its tables before anything is measured. */
#include "bench/matrix/argus_model.h"

#include <stdio.h>

static const coodie_column user_columns[] = {
	COODIE_COLUMN(argus_user, name, "text", .partition_key = 1),
	COODIE_COLUMN(argus_user, id, "uuid"),
	COODIE_COLUMN(argus_user, full_name, "text"),
	COODIE_COLUMN(argus_user, email, "text"),
	COODIE_COLUMN(argus_user, registered, "timestamp"),
	COODIE_COLUMN(argus_user, roles, "list<text>"),
};
const coodie_model argus_user_model = COODIE_MODEL(argus_user, user_columns, "argus_users");

#define TEXT(member) COODIE_COLUMN(argus_run, member, "text")
#define NUMBER(member) COODIE_COLUMN(argus_run, member, "int")

static const coodie_column run_columns[] = {
	COODIE_COLUMN(argus_run, build, "text", .partition_key = 1),
	COODIE_COLUMN(argus_run, started, "timestamp", .clustering_key = 1, .order = COODIE_DESC),
	COODIE_COLUMN(argus_run, id, "uuid"),
	TEXT(owner),
	COODIE_COLUMN(argus_run, state, "text", .index = COODIE_INDEX()),
	TEXT(name),
	TEXT(version),
	TEXT(branch),
	TEXT(revision),
	TEXT(region),
	TEXT(cluster),
	TEXT(instance),
	TEXT(image),
	TEXT(backend),
	TEXT(stress),
	TEXT(url),
	TEXT(notes),
	NUMBER(nodes),
	NUMBER(seconds),
	NUMBER(errors),
	NUMBER(warnings),
	NUMBER(critical),
	NUMBER(attempts),
	COODIE_COLUMN(argus_run, finished, "timestamp"),
};
const coodie_model argus_run_model = COODIE_MODEL(argus_run, run_columns, "argus_runs");

static const coodie_column event_columns[] = {
	COODIE_COLUMN(argus_event, run, "uuid", .partition_key = 1),
	COODIE_COLUMN(argus_event, at, "bigint", .clustering_key = 1),
	COODIE_COLUMN(argus_event, severity, "text"),
	COODIE_COLUMN(argus_event, message, "text"),
};
const coodie_model argus_event_model = COODIE_MODEL(argus_event, event_columns, "argus_events");

static const coodie_column notification_columns[] = {
	COODIE_COLUMN(argus_notification, receiver, "text", .partition_key = 1),
	COODIE_COLUMN(argus_notification, at, "bigint", .clustering_key = 1, .order = COODIE_DESC),
	COODIE_COLUMN(argus_notification, sender, "text"),
	COODIE_COLUMN(argus_notification, title, "text"),
	COODIE_COLUMN(argus_notification, is_read, "boolean"),
};
const coodie_model argus_notification_model = COODIE_MODEL(argus_notification, notification_columns,
							   "argus_notifications");

static const coodie_column comment_columns[] = {
	COODIE_COLUMN(argus_comment, id, "uuid", .partition_key = 1),
	COODIE_COLUMN(argus_comment, run, "uuid"),
	COODIE_COLUMN(argus_comment, author, "text"),
	COODIE_COLUMN(argus_comment, message, "text"),
	COODIE_COLUMN(argus_comment, mentions, "list<text>"),
	COODIE_COLUMN(argus_comment, reactions, "map<text, int>"),
};
const coodie_model argus_comment_model = COODIE_MODEL(argus_comment, comment_columns,
						      "argus_comments");

/* ---- what is in them ------------------------------------------------------------------------- */

const char *argus_user_name(char name[24], uint32_t n)
{
	snprintf(name, 24, "user %u", (unsigned)n);
	return name;
}

/* Those with runs, and as many that are written to. */
const char *argus_build(uint32_t n)
{
	static const char *const builds[2 * ARGUS_BUILDS] = {
		"longevity 10gb", "longevity 50gb", "rolling upgrade", "topology changes",
		"repair",         "throughput",     "latency",         "alternator",
		"tablets",        "views",          "written 0",       "written 1",
		"written 2",      "written 3",      "written 4",       "written 5",
		"written 6",      "written 7",      "written 8",       "written 9",
	};

	return builds[n % (2 * ARGUS_BUILDS)];
}

const char *argus_state(uint32_t n)
{
	static const char *const states[ARGUS_STATES] = { "created", "running", "passed", "failed",
							  "aborted" };

	return states[n % ARGUS_STATES];
}

cql_timestamp argus_started(uint32_t n)
{
	return (cql_timestamp){ 1700000000000 + (int64_t)n * 3600000 };
}

argus_user argus_make_user(const char *name)
{
	return (argus_user){ .name = name,
			     .id = matrix_uuid('u', 1),
			     .full_name = "Augusta Ada King",
			     .email = "ada@example.org",
			     .registered = { 1700000000000 },
			     .roles = { { 0 } } };
}

argus_run argus_make_run(uint32_t build, uint32_t n)
{
	return (argus_run){ .build = argus_build(build),
			    .started = argus_started(n),
			    .id = matrix_uuid('r', build * ARGUS_RUNS + n),
			    .owner = "user 1",
			    .state = build < ARGUS_BUILDS ? argus_state(n) : "written",
			    .name = "longevity-10gb-3h",
			    .version = "6.2.0",
			    .branch = "branch-6.2",
			    .revision = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
			    .region = "eu-west-1",
			    .cluster = "longevity-10gb-3h-db-cluster",
			    .instance = "i4i.2xlarge",
			    .image = "ami-0123456789abcdef0",
			    .backend = "aws",
			    .stress = "cassandra-stress write cl=QUORUM duration=180m",
			    .url = "https://ci.example.org/job/longevity/1",
			    .notes = "as the week before",
			    .nodes = 6,
			    .seconds = 10800,
			    .errors = 0,
			    .warnings = 3,
			    .critical = 0,
			    .attempts = 1,
			    .finished = argus_started(n + 3) };
}

static bool fill_users(struct matrix *m, coodie_error *err)
{
	bool worked = true;

	for (uint32_t n = 0; worked && n < ARGUS_USERS; n++) {
		char name[24];
		argus_user u = argus_make_user(argus_user_name(name, n));

		worked = coodie_save(m->session, &argus_user_model, &u, NULL, err);
	}
	return worked;
}

static bool fill_runs(struct matrix *m, coodie_error *err)
{
	bool worked = true;

	for (uint32_t n = 0; worked && n < 2 * ARGUS_BUILDS * ARGUS_RUNS; n++) {
		argus_run r = argus_make_run(n / ARGUS_RUNS, n % ARGUS_RUNS);

		worked = coodie_save(m->session, &argus_run_model, &r, NULL, err);
	}
	return worked;
}

static bool fill_notifications(struct matrix *m, coodie_error *err)
{
	bool worked = true;

	for (uint32_t n = 0; worked && n < 10 * ARGUS_NOTIFICATIONS; n++) {
		char name[24];
		argus_notification x = { .receiver = argus_user_name(name, n % 10),
					 .at = n,
					 .sender = "user 99",
					 .title = "You were mentioned" };

		worked = coodie_save(m->session, &argus_notification_model, &x, NULL, err);
	}
	return worked;
}

static bool fill_comments(struct matrix *m, coodie_error *err)
{
	bool worked = true;

	for (uint32_t n = 0; worked && n < ARGUS_COMMENTS; n++) {
		argus_comment c = { .id = matrix_uuid('k', n),
				    .run = matrix_uuid('r', n),
				    .author = "user 1",
				    .message = "It was the disk" };

		worked = coodie_save(m->session, &argus_comment_model, &c, NULL, err);
	}
	return worked;
}

bool argus_set_up(struct matrix *m, coodie_error *err)
{
	return coodie_sync_table(m->session, &argus_user_model, NULL, err) &&
	       coodie_sync_table(m->session, &argus_run_model, NULL, err) &&
	       coodie_sync_table(m->session, &argus_event_model, NULL, err) &&
	       coodie_sync_table(m->session, &argus_notification_model, NULL, err) &&
	       coodie_sync_table(m->session, &argus_comment_model, NULL, err) &&
	       fill_users(m, err) && fill_runs(m, err) && fill_notifications(m, err) &&
	       fill_comments(m, err);
}
