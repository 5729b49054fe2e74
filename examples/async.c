/* SPDX-License-Identifier: MIT */
/* A thousand objects saved with at most 64 on their way, on the session's own loop. */
#include <coodie.h>
#include <stdio.h>

typedef struct reading {
	coodie_row row;
	cql_uuid sensor;
	cql_timestamp at;
	double celsius;
} reading;

static const coodie_column reading_columns[] = {
	COODIE_COLUMN(reading, sensor, "uuid", .partition_key = 1),
	COODIE_COLUMN(reading, at, "timestamp", .clustering_key = 1, .order = COODIE_DESC),
	COODIE_COLUMN(reading, celsius, "double"),
};
static const coodie_model reading_model = COODIE_MODEL(reading, reading_columns, "readings",
						       .keyspace = "lab", .default_ttl = 604800);

enum { IN_FLIGHT = 64, COUNT = 1000 };

struct load {
	int in_flight, saved, failed;
	bool room;
};

static void on_saved(const coodie_error *err, void *user)
{
	struct load *load = user;

	load->in_flight--;
	load->room = true;
	if (err->code == COODIE_OK)
		load->saved++;
	else if (load->failed++ == 0)
		fprintf(stderr, "%s\n", err->message);
}

static bool save_all(coodie_session *s, struct load *load, coodie_error *err)
{
	cql_uuid sensor = cql_uuid_random();
	cql_timestamp now = cql_timestamp_now();

	for (int i = 0; i < COUNT; i++) {
		reading r = { .sensor = sensor,
			      .at = { now.milliseconds + i },
			      .celsius = 20 + i % 10 };

		load->room = load->in_flight < IN_FLIGHT;
		if (!load->room && !coodie_session_run(s, &load->room, err))
			return false;
		/* `r` is encoded before the call returns: the next turn may use it again. */
		if (!coodie_save_async(s, &reading_model, &r, NULL, on_saved, load, err))
			return false;
		load->in_flight++;
	}
	return coodie_session_run(s, NULL, err); /* until nothing is on its way */
}

int main(int argc, char **argv)
{
	coodie_error err;
	coodie_options *o = coodie_options_new(&err);
	coodie_session *s = NULL;
	struct load load = { 0 };
	bool ok = false;

	if (o && coodie_options_add_contact_point(o, argc > 1 ? argv[1] : "127.0.0.1", &err))
		s = coodie_session_new(o, &err);
	if (s && coodie_create_keyspace(s, "lab", NULL, &err) &&
	    coodie_sync_table(s, &reading_model, NULL, &err))
		ok = save_all(s, &load, &err);
	if (!ok)
		fprintf(stderr, "%s\n", err.message);
	coodie_session_free(s); /* what was on its way has had its callback when this returns */
	coodie_options_free(o);
	printf("%d saved, %d failed\n", load.saved, load.failed);
	return ok && load.failed == 0 ? 0 : 1;
}
