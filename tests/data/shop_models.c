/* SPDX-License-Identifier: MIT */
/* The models of tests/check-sync: a plug-in, or with -DWITH_MAIN the command itself. */
#include <coodie.h>
#include <coodie/main.h>

typedef struct user {
	coodie_row row;
	cql_uuid id;
	const char *name;
	int32_t *age;
} user;

static const coodie_column user_columns[] = {
	COODIE_COLUMN(user, id, "uuid", .partition_key = 1),
	COODIE_COLUMN(user, name, "text", .index = COODIE_INDEX()),
	COODIE_COLUMN(user, age, "int"),
};
static const coodie_model user_model = COODIE_MODEL(user, user_columns, "users");

COODIE_MODELS(&user_model);

#ifdef WITH_MAIN
int main(int argc, char **argv)
{
	return coodie_main(argc, argv, &coodie_plugin_models);
}
#endif
