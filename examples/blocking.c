/* SPDX-License-Identifier: MIT */
/* Save an object, read it back: one thread, calls that block. */
#include <coodie.h>
#include <stdio.h>

typedef struct user {
	coodie_row row; /* first member; zero in a struct of your own */
	cql_uuid id;
	const char *email;
	int32_t *age; /* a pointer to a scalar is an optional column */
} user;

static const coodie_column user_columns[] = {
	COODIE_COLUMN(user, id, "uuid", .partition_key = 1),
	COODIE_COLUMN(user, email, "text", .index = COODIE_INDEX()),
	COODIE_COLUMN(user, age, "int"),
};
static const coodie_model user_model = COODIE_MODEL(user, user_columns, "users",
						    .keyspace = "shop");

int main(void)
{
	coodie_error err;
	coodie_options *o = coodie_options_new(&err);
	coodie_session *s = NULL;
	user *read = NULL;
	user u = { .id = cql_uuid_random(), .email = "ada@example.org", .age = &(int32_t){ 36 } };

	if (o && coodie_options_add_contact_point(o, "127.0.0.1", &err))
		s = coodie_session_new(o, &err);
	if (s && coodie_create_keyspace(s, "shop", NULL, &err) &&
	    coodie_sync_table(s, &user_model, NULL, &err) &&
	    coodie_save(s, &user_model, &u, COODIE_WRITE(.ttl = 3600), &err))
		read = coodie_get(s, &user_model, CQL_ARGS(cql(u.id)), NULL, &err);
	if (read)
		printf("%s is %d\n", read->email, read->age ? *read->age : -1);
	else
		fprintf(stderr, "%s\n", err.message);

	int status = read ? 0 : 1;
	coodie_object_free(read);
	coodie_session_free(s);
	coodie_options_free(o);
	return status;
}
