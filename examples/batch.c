/* SPDX-License-Identifier: MIT */
/* Two tables in one logged batch: both writes or neither, and nothing at all when one is wrong. */
#include <coodie.h>
#include <coodie/batch.h>
#include <coodie/counter.h>

#include <stdio.h>

typedef struct user {
	coodie_row row;
	cql_uuid id;
	const char *email;
	cql_set roles;
} user;

typedef struct login {
	coodie_row row;
	const char *email;
	cql_uuid user;
} login;

typedef struct visits {
	coodie_row row;
	cql_uuid user;
	int64_t count;
} visits;

static const coodie_column user_columns[] = {
	COODIE_COLUMN(user, id, "uuid", .partition_key = 1),
	COODIE_COLUMN(user, email, "text", .required = true),
	COODIE_COLUMN(user, roles, "set<text>"),
};
static const coodie_column login_columns[] = {
	COODIE_COLUMN(login, email, "text", .partition_key = 1),
	COODIE_COLUMN(login, user, "uuid"),
};
static const coodie_column visits_columns[] = {
	COODIE_COLUMN(visits, user, "uuid", .partition_key = 1),
	COODIE_COLUMN(visits, count, "counter"),
};
static const coodie_model user_model = COODIE_MODEL(user, user_columns, "users",
						    .keyspace = "club");
static const coodie_model login_model = COODIE_MODEL(login, login_columns, "logins",
						     .keyspace = "club");
static const coodie_model visits_model = COODIE_MODEL(visits, visits_columns, "visits",
						      .keyspace = "club");

/* The scope sends what was added when this returns true. */
static bool register_user(coodie_batch *b, void *user_data, coodie_error *err)
{
	user *u = user_data;
	login l = { .email = u->email, .user = u->id };

	(void)err; /* additions keep their error for the scope */
	coodie_batch_save(b, &user_model, u, NULL);
	coodie_batch_save(b, &login_model, &l, COODIE_WRITE(.ttl = 86400));
	coodie_batch_update(b, &user_model, u, "roles = roles + ?",
			    CQL_ARGS(cql(CQL_SET(cql("member")))), NULL);
	return true;
}

static bool sync(coodie_session *s, coodie_error *err)
{
	return coodie_create_keyspace(s, "club", NULL, err) &&
	       coodie_sync_table(s, &user_model, NULL, err) &&
	       coodie_sync_table(s, &login_model, NULL, err) &&
	       coodie_sync_table(s, &visits_model, NULL, err);
}

int main(void)
{
	coodie_error err;
	coodie_options *o = coodie_options_new(&err);
	coodie_session *s = NULL;
	user u = { .id = cql_uuid_random(), .email = "ada@example.org" };
	visits v = { .user = u.id };
	bool ok;

	if (o && coodie_options_add_contact_point(o, "127.0.0.1", &err))
		s = coodie_session_new(o, &err);
	ok = s && sync(s, &err) && coodie_batch_scope(s, NULL, register_user, &u, &err) &&
	     coodie_increment(s, &visits_model, &v, "count", CQL_ARGS(cql(1)), NULL, &err);
	if (!ok)
		fprintf(stderr, "%s\n", err.message);
	coodie_session_free(s);
	coodie_options_free(o);
	return ok ? 0 : 1;
}
