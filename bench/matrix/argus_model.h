/* SPDX-License-Identifier: MIT */
/* The models of a tracker of test runs: five tables, one of them wide. */
#ifndef BENCH_MATRIX_ARGUS_MODEL_H
#define BENCH_MATRIX_ARGUS_MODEL_H

#include "bench/matrix/matrix.h"

enum {
	ARGUS_USERS = 100,
	ARGUS_NEW_USERS = 1000, /* the number of the first that is made by a row */
	ARGUS_BUILDS = 10,
	ARGUS_RUNS = 10, /* of each build; those of the builds behind them are written to */
	ARGUS_STATES = 5,
	ARGUS_COMMENTS = 100,
	ARGUS_NOTIFICATIONS = 20 /* of each of the first ten users */
};

typedef struct argus_user {
	coodie_row row;
	const char *name;
	cql_uuid id;
	const char *full_name;
	const char *email;
	cql_timestamp registered;
	cql_list roles;
} argus_user;

typedef struct argus_run {
	coodie_row row;
	const char *build;
	cql_timestamp started;
	cql_uuid id;
	const char *owner;
	const char *state;
	const char *name;
	const char *version;
	const char *branch;
	const char *revision;
	const char *region;
	const char *cluster;
	const char *instance;
	const char *image;
	const char *backend;
	const char *stress;
	const char *url;
	const char *notes;
	int32_t nodes;
	int32_t seconds;
	int32_t errors;
	int32_t warnings;
	int32_t critical;
	int32_t attempts;
	cql_timestamp finished;
} argus_run;

typedef struct argus_event {
	coodie_row row;
	cql_uuid run;
	int64_t at;
	const char *severity;
	const char *message;
} argus_event;

typedef struct argus_notification {
	coodie_row row;
	const char *receiver;
	int64_t at;
	const char *sender;
	const char *title;
	bool is_read;
} argus_notification;

typedef struct argus_comment {
	coodie_row row;
	cql_uuid id;
	cql_uuid run;
	const char *author;
	const char *message;
	cql_list mentions;
	cql_map reactions;
} argus_comment;

extern const coodie_model argus_user_model, argus_run_model, argus_event_model,
	argus_notification_model, argus_comment_model;

#define ARGUS_USER_COLUMNS "name, id, full_name, email, registered, roles"
#define ARGUS_RUN_COLUMNS \
	"build, started, id, owner, state, name, version, branch, revision, region, cluster, instance, " \
	"image, backend, stress, url, notes, nodes, seconds, errors, warnings, critical, attempts, finished"

/* "user 12"; at most 24 bytes, into `name`, which is returned. */
const char *argus_user_name(char name[24], uint32_t n);
const char *argus_build(uint32_t n);
const char *argus_state(uint32_t n);
cql_timestamp argus_started(uint32_t n);
/* Sets what is alike in all; the texts are static but for the user's name. */
argus_user argus_make_user(const char *name);
argus_run argus_make_run(uint32_t build, uint32_t n);

matrix_set_up_fn argus_set_up;

#endif
