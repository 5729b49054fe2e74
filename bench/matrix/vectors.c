/* SPDX-License-Identifier: MIT */
/* Vectors of 16 dimensions: written, and the nearest ten of a thousand. */
#include "bench/matrix/matrix.h"

enum { DIMENSIONS = 16, SIGNALS = 1000, NEAREST = 10 };

typedef struct signal {
	coodie_row row;
	int32_t id;
	const char *text;
	float embedding[DIMENSIONS];
} signal;

static const coodie_column signal_columns[] = {
	COODIE_COLUMN(signal, id, "int", .partition_key = 1),
	COODIE_COLUMN(signal, text, "text"),
	COODIE_COLUMN(signal, embedding, "vector<float, 16>",
		      .index = COODIE_INDEX(.similarity = COODIE_SIMILARITY_COSINE)),
};
static const coodie_model signal_model = COODIE_MODEL(signal, signal_columns, "signals");

/* A direction for each number, spread over the sphere well enough. */
static void point(float *embedding, uint32_t n)
{
	for (uint32_t d = 0; d < DIMENSIONS; d++)
		embedding[d] = (float)((n * 7919 + d * 104729) % 1000) / 500 - 1;
}

static signal make_signal(uint32_t n)
{
	signal s = { .id = (int32_t)n, .text = "mayday" };

	point(s.embedding, n);
	return s;
}

static bool set_up(struct matrix *m, coodie_error *err)
{
	bool worked = coodie_sync_table(m->session, &signal_model, NULL, err);

	for (uint32_t n = 0; worked && n < SIGNALS; n++) {
		signal s = make_signal(n);

		worked = coodie_save(m->session, &signal_model, &s, NULL, err);
	}
	return worked;
}

static bool insert(struct matrix *m, uint32_t i, coodie_error *err)
{
	signal s = make_signal(i % SIGNALS);

	return coodie_save(m->session, &signal_model, &s, NULL, err);
}

static bool insert_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	signal s = make_signal(i % SIGNALS);

	return matrix_done(coodie_session_execute(
		m->session, m->cql[0],
		CQL_ARGS(cql(s.id), cql(s.text), cql(cql_floats_of(s.embedding, DIMENSIONS))), NULL,
		err));
}

static bool check(struct matrix *m, uint32_t first, uint32_t count, coodie_error *err)
{
	signal wanted = make_signal((first + count - 1) % SIGNALS);
	signal *s = coodie_get(m->session, &signal_model, CQL_ARGS(cql(wanted.id)), NULL, err);
	bool right = s && (s->embedding[DIMENSIONS - 1] == wanted.embedding[DIMENSIONS - 1] ||
			   matrix_wrong(err, "the last float", s->embedding[DIMENSIONS - 1],
					wanted.embedding[DIMENSIONS - 1]));

	coodie_object_free(s);
	return right;
}

static bool nearest(struct matrix *m, uint32_t i, coodie_error *err)
{
	coodie_query *q = coodie_find(m->session, &signal_model, NULL, CQL_ARGS());
	float to[DIMENSIONS];

	point(to, i);
	coodie_nearest(q, "embedding", cql_floats_of(to, DIMENSIONS));
	coodie_limit(q, NEAREST);
	return matrix_walk(m, q, err);
}

static bool nearest_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	coodie_result *res;
	coodie_cursor c;
	float to[DIMENSIONS], embedding[DIMENSIONS];
	cql_text text;
	int32_t id;
	bool worked;

	point(to, i);
	res = coodie_session_execute(m->session, m->cql[0],
				     CQL_ARGS(cql(cql_floats_of(to, DIMENSIONS))), NULL, err);
	worked = res;
	for (c = coodie_result_cursor(res); worked && coodie_cursor_next(&c); m->rows++) {
		cql_value v;

		worked = coodie_cursor_int32(&c, 0, &id, err) &&
			 coodie_cursor_text(&c, 1, &text, err) &&
			 coodie_cursor_value(&c, 2, &v, err) &&
			 cql_to_floats(v, embedding, DIMENSIONS, err);
		matrix_keep(embedding);
	}
	coodie_result_free(res);
	return worked;
}

static const struct matrix_row rows[] = {
	{ .id = "BE-21",
	  .name = "vector-insert",
	  .workload = "a row with 16 floats",
	  .times = 200,
	  .cql = { "INSERT INTO signals (id, text, embedding) VALUES (?, ?, ?)" },
	  .set_up = set_up,
	  .coodie = insert,
	  .raw = insert_raw,
	  .check = check },
	{ .id = "BE-21",
	  .name = "vector-ann",
	  .workload = "the nearest 10 of 1000",
	  .times = 10,
	  .rows = NEAREST,
	  .cql = { "SELECT id, text, embedding FROM signals ORDER BY embedding ANN OF ? LIMIT 10" },
	  .set_up = set_up,
	  .coodie = nearest,
	  .raw = nearest_raw },
};

const struct matrix_rows matrix_vectors = MATRIX_ROWS(rows, NULL);
