/* SPDX-License-Identifier: MIT */
/* run_cql HOST:PORT STATEMENT...: what test scripts ask a node with. Rows are printed one a line, cells parted by "|". With
 * COODIE_USER and COODIE_PASSWORD it logs in. */
#include <coodie.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool print_rows(coodie_result *r, coodie_error *err)
{
	coodie_cursor c = coodie_result_cursor(r);
	char text[4096];
	cql_value value;

	while (coodie_cursor_next(&c)) {
		for (size_t i = 0; i < coodie_result_column_count(r); i++) {
			if (!coodie_cursor_value(&c, i, &value, err))
				return false;
			cql_value_format(value, text, sizeof text);
			printf("%s%s", i ? "|" : "", text);
		}
		putchar('\n');
	}
	return !c.failed;
}

static bool run(coodie_session *s, const char *cql, coodie_error *err)
{
	coodie_result *r = coodie_session_query(s, cql, (cql_args){ 0, NULL }, NULL, err);
	bool ok = r && print_rows(r, err);

	coodie_result_free(r);
	return ok;
}

static coodie_session *connect(const char *where, coodie_error *err)
{
	const char *user = getenv("COODIE_USER"), *password = getenv("COODIE_PASSWORD");
	coodie_options *o = coodie_options_new(err);
	coodie_session *s = NULL;

	if (o && coodie_options_add_contact_point(o, where, err) &&
	    (!user || coodie_options_set_credentials(o, user, password, err))) {
		coodie_options_set_request_timeout_ms(o, 30000);
		s = coodie_session_new(o, err);
	}
	coodie_options_free(o);
	return s;
}

int main(int argc, char **argv)
{
	coodie_error err = { 0 };
	coodie_session *s = argc > 1 ? connect(argv[1], &err) : NULL;
	bool ok = s;

	for (int i = 2; ok && i < argc; i++)
		ok = run(s, argv[i], &err);
	if (!ok)
		fprintf(stderr, "run_cql: %s\n", err.message);
	coodie_session_free(s);
	return !ok;
}
