/* SPDX-License-Identifier: MIT */
/* Many rows in one request: a logged batch of inserts into one partition. */
#include "bench/matrix/shop.h"

enum { FEW = 10, MANY = 100 };

static bool save_batch(struct matrix *m, uint32_t sensor, uint32_t count, coodie_error *err)
{
	coodie_batch *b = coodie_batch_new(m->session, COODIE_BATCH(.warn_bytes = 1 << 16));
	bool worked;

	for (uint32_t i = 0; i < count; i++) {
		reading r = shop_reading(sensor, i);

		coodie_batch_save(b, &reading_model, &r, NULL);
	}
	worked = coodie_batch_run(b, err);
	coodie_batch_free(b);
	return worked;
}

static bool send_batch(struct matrix *m, uint32_t sensor, uint32_t count, coodie_error *err)
{
	coodie_statement inserts[MANY] = { 0 };
	cql_value values[MANY][4];

	for (uint32_t i = 0; i < count; i++) {
		reading r = shop_reading(sensor, i);

		values[i][0] = cql(r.sensor);
		values[i][1] = cql(r.at);
		values[i][2] = cql(r.value);
		values[i][3] = cql(r.note);
		inserts[i] = (coodie_statement){ .size = sizeof inserts[i],
						 .prepared = m->cql[0],
						 .args = cql_args_of(values[i], 4) };
	}
	return matrix_done(
		coodie_session_batch(m->session, COODIE_BATCH_LOGGED, inserts, count, NULL, err));
}

/* Each batch writes a partition of its own, over and over. */
static uint32_t sensor_of(uint32_t size, uint32_t i)
{
	return SHOP_SENSOR + size + i % 10;
}

static bool batch_few(struct matrix *m, uint32_t i, coodie_error *err)
{
	return save_batch(m, sensor_of(FEW, i), FEW, err);
}

static bool batch_few_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	return send_batch(m, sensor_of(FEW, i), FEW, err);
}

static bool batch_many(struct matrix *m, uint32_t i, coodie_error *err)
{
	return save_batch(m, sensor_of(MANY, i), MANY, err);
}

static bool batch_many_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	return send_batch(m, sensor_of(MANY, i), MANY, err);
}

static bool check_written(struct matrix *m, uint32_t sensor, uint32_t wanted, coodie_error *err)
{
	coodie_query *q = coodie_find(m->session, &reading_model, "sensor = ?",
				      CQL_ARGS(cql(sensor)));
	uint64_t rows = 0;
	bool worked = coodie_count(q, &rows, err);

	coodie_query_free(q);
	return worked && (rows == wanted || matrix_wrong(err, "rows", (double)rows, wanted));
}

static bool check_few(struct matrix *m, uint32_t first, uint32_t count, coodie_error *err)
{
	return check_written(m, sensor_of(FEW, first + count - 1), FEW, err);
}

static bool check_many(struct matrix *m, uint32_t first, uint32_t count, coodie_error *err)
{
	return check_written(m, sensor_of(MANY, first + count - 1), MANY, err);
}

static const struct matrix_row rows[] = {
	{ .id = "BE-13",
	  .name = "batch-insert-10",
	  .workload = "10 rows of 4 columns, one partition, logged",
	  .times = 100,
	  .cql = { SHOP_INSERT_READING },
	  .set_up = shop_set_up,
	  .coodie = batch_few,
	  .raw = batch_few_raw,
	  .check = check_few },
	{ .id = "BE-13",
	  .name = "batch-insert-100",
	  .workload = "100 rows likewise",
	  .times = 20,
	  .cql = { SHOP_INSERT_READING },
	  .set_up = shop_set_up,
	  .coodie = batch_many,
	  .raw = batch_many_raw,
	  .check = check_many },
};

const struct matrix_rows matrix_batches = MATRIX_ROWS(rows, NULL);
