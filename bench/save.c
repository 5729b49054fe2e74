/* SPDX-License-Identifier: MIT */
/* A save of ten columns beside the EXECUTE of the same binds, over a connection to bench/stub.
 *
 *     save HOST PORT execute|save REQUESTS       64 of them in flight */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/item.h"

enum { IN_FLIGHT = 64 };

static const coodie_model item_model = COODIE_MODEL(item, item_columns, "items",
						    .keyspace = "bench_cql");

#define CREATE \
	"CREATE TABLE IF NOT EXISTS bench_cql.items (id uuid PRIMARY KEY, name text, age int, " \
	"score bigint, active boolean, ratio double, created timestamp, email text, rank int, " \
	"notes text)"
#define INSERT \
	"INSERT INTO bench_cql.items (\"id\", \"name\", \"age\", \"score\", \"active\", " \
	"\"ratio\", \"created\", \"email\", \"rank\", \"notes\") VALUES " \
	"(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

static coodie_session *session;
static coodie_prepared *insert;
static uint64_t left, answers;
static bool over;

static void must(bool worked, const coodie_error *err)
{
	if (worked)
		return;
	fprintf(stderr, "save: %s\n", err->message);
	exit(1);
}

static void (*send_one)(uint64_t number);

static void on_answer(const coodie_error *err)
{
	must(err->code == COODIE_OK, err);
	over = --answers == 0;
	if (left)
		send_one(left--);
}

static void on_executed(coodie_result *take_res, const coodie_error *err, void *user)
{
	(void)user;
	coodie_result_free(take_res);
	on_answer(err);
}

static void on_saved(const coodie_error *err, void *user)
{
	(void)user;
	on_answer(err);
}

static void execute(uint64_t number)
{
	coodie_error err;

	must(coodie_session_execute_async(
		     session, insert,
		     CQL_ARGS(cql(((cql_uuid){ { 0x5a, (uint8_t)number } })),
			      cql("Ada Lovelace, Countess"), cql((int)number), cql(1234567890123),
			      cql((_Bool)1), cql(2718.28), cql(((cql_timestamp){ 1700000000000 })),
			      cql("ada@example.org"), cql(1), cql("wrote the first program")),
		     NULL, on_executed, NULL, &err),
	     &err);
}

static void save(uint64_t number)
{
	item own = make_item((cql_uuid){ { 0x5a, (uint8_t)number } }, (int32_t)number);
	coodie_error err;

	must(coodie_save_async(session, &item_model, &own, NULL, on_saved, NULL, &err), &err);
}

static void run(uint64_t requests)
{
	coodie_error err;

	answers = requests;
	left = requests > IN_FLIGHT ? requests - IN_FLIGHT : 0;
	over = !requests;
	for (uint64_t i = left; i < requests; i++)
		send_one(i + 1);
	must(coodie_session_run(session, &over, &err), &err);
}

static void open_session(const char *host, const char *port)
{
	char point[300];
	coodie_error err;
	coodie_options *o = coodie_options_new(&err);

	must(o, &err);
	snprintf(point, sizeof(point), "%s:%s", host, port);
	must(coodie_options_add_contact_point(o, point, &err) &&
		     coodie_options_set_protocol_version(o, 4, &err),
	     &err);
	coodie_options_set_consistency(o, CQL_CONSISTENCY_ONE);
	session = coodie_session_new(o, &err);
	must(session && coodie_session_connect(session, &err), &err);
	coodie_options_free(o);
}

int main(int argc, char **argv)
{
	coodie_error err;

	if (argc != 5) {
		fprintf(stderr, "usage: %s HOST PORT execute|save REQUESTS\n", argv[0]);
		return 2;
	}
	send_one = strcmp(argv[3], "save") == 0 ? save : execute;
	open_session(argv[1], argv[2]);
	coodie_result_free(coodie_session_query(session, CREATE, CQL_ARGS(), NULL, &err));
	must(err.code == COODIE_OK, &err);
	insert = coodie_session_prepare(session, INSERT, &err);
	must(insert, &err);
	run(1);
	run(strtoull(argv[4], NULL, 10));
	coodie_prepared_free(insert);
	coodie_session_free(session);
	return 0;
}
