/* SPDX-License-Identifier: MIT */
/* The models of the mapper's tests. */
#ifndef TESTS_ORM_MODELS_H
#define TESTS_ORM_MODELS_H

#include <coodie.h>

/* A table with one of each thing: optional members, collections, a vector, a static column. */
typedef struct user {
	coodie_row row;
	cql_uuid id;
	int32_t bucket;
	const char *email;
	int32_t *age;
	cql_set tags;
	cql_map scores;
	cql_list history;
	char nick[8];
	float taste[3];
	bool active;
	int64_t visits;
	const char *motto; /* static */
	cql_blob photo;
	int not_a_column;
} user;

static const coodie_column user_columns[] = {
	COODIE_COLUMN(user, id, "uuid", .partition_key = 1),
	COODIE_COLUMN(user, bucket, "int", .clustering_key = 1, .order = COODIE_DESC),
	COODIE_COLUMN(user, email, "text", .index = COODIE_INDEX()),
	COODIE_COLUMN(user, age, "int"),
	COODIE_COLUMN(user, tags, "set<text>"),
	COODIE_COLUMN(user, scores, "map<text, int>"),
	COODIE_COLUMN(user, history, "frozen<list<int>>"),
	COODIE_COLUMN(user, nick, "ascii"),
	COODIE_COLUMN(user, taste, "vector<float, 3>"),
	COODIE_COLUMN(user, active, "boolean"),
	COODIE_COLUMN(user, visits, "bigint"),
	COODIE_COLUMN(user, motto, "text", .is_static = true),
	COODIE_COLUMN(user, photo, "blob", .max_length = 8),
};
static const coodie_model user_model = COODIE_MODEL(user, user_columns, "users",
						    .keyspace = "shop");

/* The small one: what most tests need. */
typedef struct note {
	coodie_row row;
	int32_t id;
	const char *text;
	int32_t *stars;
	cql_set tags;
} note;

static const coodie_column note_columns[] = {
	COODIE_COLUMN(note, id, "int", .partition_key = 1),
	COODIE_COLUMN(note, text, "text"),
	COODIE_COLUMN(note, stars, "int"),
	COODIE_COLUMN(note, tags, "set<text>"),
};
static const coodie_model note_model = COODIE_MODEL(note, note_columns, "notes", .keyspace = "shop",
						    .default_ttl = 60, .comment = "it's small");

/* Two columns in each part of the key, names of their own in the table. */
typedef struct event {
	coodie_row row;
	const char *tenant;
	int32_t day;
	cql_timestamp at;
	int32_t seq;
	double value;
	cql_duration *lasted;
} event;

static const coodie_column event_columns[] = {
	COODIE_COLUMN(event, tenant, "text", .partition_key = 1, .db_name = "Tenant"),
	COODIE_COLUMN(event, day, "int", .partition_key = 2),
	COODIE_COLUMN(event, at, "timestamp", .clustering_key = 1, .order = COODIE_DESC),
	COODIE_COLUMN(event, seq, "int", .clustering_key = 2),
	COODIE_COLUMN(event, value, "double"),
	COODIE_COLUMN(event, lasted, "duration"),
};
static const coodie_model event_model = COODIE_MODEL(event, event_columns, "Events",
						     .keyspace = "shop");

#endif
