/* SPDX-License-Identifier: MIT */
/* CQL of your own: prepared once, executed with typed binds, read page by page. */
#include <coodie.h>
#include <inttypes.h>
#include <stdio.h>

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS shop.orders "
	"(customer text, number bigint, total decimal, PRIMARY KEY (customer, number))";

static bool run(coodie_session *s, const char *cql, coodie_error *err)
{
	coodie_result *r = coodie_session_query(s, cql, CQL_ARGS(), NULL, err);

	coodie_result_free(r);
	return r != NULL;
}

static bool insert(coodie_session *s, coodie_prepared *p, coodie_error *err)
{
	static const uint8_t cents[] = { 0x04, 0xE2 }; /* 1250 x 10^-2 */
	cql_decimal total = { .unscaled = { cents, sizeof(cents) }, .scale = 2 };

	for (int64_t number = 1; number <= 25; number++) {
		coodie_result *r = coodie_session_execute(
			s, p, CQL_ARGS(cql("ada"), cql(number), cql(total)),
			COODIE_REQUEST(.idempotent = true), err);

		if (!r)
			return false;
		coodie_result_free(r);
	}
	return true;
}

/* Ten rows a page: the state of one page is where the next begins. */
static bool list(coodie_session *s, coodie_error *err)
{
	coodie_result *page = NULL, *next;
	cql_blob state = { 0 };
	bool ok = true, more = true;

	while (ok && more) {
		next = coodie_session_query(
			s, "SELECT number, total FROM shop.orders WHERE customer = ?",
			CQL_ARGS(cql("ada")),
			COODIE_REQUEST(.page_rows = 10, .paging_state = state), err);
		coodie_result_free(page); /* `state` was borrowed from it */
		page = next;
		ok = page != NULL;
		if (!ok)
			break;
		coodie_cursor c = coodie_result_cursor(page);
		while (ok && coodie_cursor_next(&c)) {
			cql_value total;
			int64_t number;
			char text[64];

			ok = coodie_cursor_int64(&c, 0, &number, err) &&
			     coodie_cursor_value(&c, 1, &total, err);
			if (ok && cql_value_format(total, text, sizeof(text)) < sizeof(text))
				printf("%" PRId64 "  %s\n", number, text);
		}
		state = coodie_result_paging_state(page);
		more = coodie_result_has_more(page);
	}
	coodie_result_free(page);
	return ok;
}

int main(void)
{
	coodie_error err;
	coodie_options *o = coodie_options_new(&err);
	coodie_session *s = NULL;
	coodie_prepared *p = NULL;
	bool ok = false;

	if (o && coodie_options_add_contact_point(o, "127.0.0.1", &err))
		s = coodie_session_new(o, &err);
	if (s && coodie_create_keyspace(s, "shop", NULL, &err) && run(s, schema, &err))
		p = coodie_session_prepare(
			s, "INSERT INTO shop.orders (customer, number, total) VALUES (?, ?, ?)",
			&err);
	if (p)
		ok = insert(s, p, &err) && list(s, &err);
	if (!ok)
		fprintf(stderr, "%s\n", err.message);
	coodie_prepared_free(p);
	coodie_session_free(s);
	coodie_options_free(o);
	return ok ? 0 : 1;
}
