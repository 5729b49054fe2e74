/* SPDX-License-Identifier: MIT */
/* Reading rows: by key, by index, in order, in pages, counted. */
#include <coodie/rows.h>

#include "bench/matrix/shop.h"

/* ---- by hand: plain structs, texts left where they are ---------------------------------------- */

struct plain_product {
	cql_uuid id;
	cql_text name, brand, category;
	double price;
	int32_t stock;
	bool available;
	float rating;
	cql_timestamp added;
	cql_text description;
};

struct plain_reading {
	int32_t sensor;
	int64_t at;
	double value;
	cql_text note;
};

static const enum cql_kind product_kinds[] = {
	CQL_KIND_UUID, CQL_KIND_TEXT,    CQL_KIND_TEXT,  CQL_KIND_TEXT,      CQL_KIND_DOUBLE,
	CQL_KIND_INT,  CQL_KIND_BOOLEAN, CQL_KIND_FLOAT, CQL_KIND_TIMESTAMP, CQL_KIND_TEXT,
};
static const enum cql_kind reading_kinds[] = { CQL_KIND_INT, CQL_KIND_BIGINT, CQL_KIND_DOUBLE,
					       CQL_KIND_TEXT };

static void read_product(cql_row_reader *r)
{
	struct plain_product p;

	cql_row_uuid(r, &p.id);
	cql_row_text(r, &p.name);
	cql_row_text(r, &p.brand);
	cql_row_text(r, &p.category);
	cql_row_double(r, &p.price);
	cql_row_int32(r, &p.stock);
	cql_row_bool(r, &p.available);
	cql_row_float(r, &p.rating);
	cql_row_timestamp(r, &p.added);
	cql_row_text(r, &p.description);
	matrix_keep(&p);
}

static void read_reading(cql_row_reader *r)
{
	struct plain_reading p;

	cql_row_int32(r, &p.sensor);
	cql_row_int64(r, &p.at);
	cql_row_double(r, &p.value);
	cql_row_text(r, &p.note);
	matrix_keep(&p);
}

static bool read_products(struct matrix *m, coodie_result *take_res, coodie_error *err)
{
	cql_row_reader r;
	bool worked = take_res && coodie_result_read(take_res, &r, product_kinds, 10, err);

	while (worked && cql_row_next(&r)) {
		read_product(&r);
		m->rows++;
	}
	coodie_result_free(take_res);
	return worked;
}

static bool read_readings(struct matrix *m, const coodie_result *res, coodie_error *err)
{
	cql_row_reader r;
	bool worked = res && coodie_result_read(res, &r, reading_kinds, 4, err);

	while (worked && cql_row_next(&r)) {
		read_reading(&r);
		m->rows++;
	}
	return worked;
}

/* ---- products -------------------------------------------------------------------------------- */

static bool get(struct matrix *m, uint32_t i, coodie_error *err)
{
	return matrix_object(m, coodie_get(m->session, &product_model,
					   CQL_ARGS(cql(shop_product_id(i % SHOP_PRODUCTS))), NULL,
					   err));
}

static bool get_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	cql_uuid id = shop_product_id(i % SHOP_PRODUCTS);

	return read_products(
		m, coodie_session_execute(m->session, m->cql[0], CQL_ARGS(cql(id)), NULL, err),
		err);
}

static bool by_index(struct matrix *m, uint32_t i, coodie_error *err)
{
	return matrix_walk(m,
			   coodie_find(m->session, &product_model, "brand = ?",
				       CQL_ARGS(cql(shop_brand(i % SHOP_BRANDS)))),
			   err);
}

static bool by_index_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	return read_products(m,
			     coodie_session_execute(m->session, m->cql[0],
						    CQL_ARGS(cql(shop_brand(i % SHOP_BRANDS))),
						    NULL, err),
			     err);
}

static bool limited(struct matrix *m, uint32_t i, coodie_error *err)
{
	coodie_query *q = coodie_find(m->session, &product_model, "brand = ?",
				      CQL_ARGS(cql(shop_brand(i % SHOP_BRANDS))));

	coodie_limit(q, 10);
	return matrix_walk(m, q, err);
}

/* ---- readings -------------------------------------------------------------------------------- */

static coodie_query *all_readings(struct matrix *m)
{
	return coodie_find(m->session, &reading_model, "sensor = ?", CQL_ARGS(cql(SHOP_SENSOR)));
}

static bool newest(struct matrix *m, uint32_t i, coodie_error *err)
{
	coodie_query *q = all_readings(m);

	(void)i;
	coodie_order_by(q, "at DESC");
	coodie_limit(q, 50);
	return matrix_walk(m, q, err);
}

static bool newest_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	coodie_result *res = coodie_session_execute(m->session, m->cql[0],
						    CQL_ARGS(cql(SHOP_SENSOR)), NULL, err);
	bool worked = read_readings(m, res, err);

	(void)i;
	coodie_result_free(res);
	return worked;
}

static bool count(struct matrix *m, uint32_t i, coodie_error *err)
{
	coodie_query *q = all_readings(m);
	uint64_t rows = 0;
	bool worked = coodie_count(q, &rows, err);

	(void)i;
	m->rows += rows;
	coodie_query_free(q);
	return worked;
}

static bool count_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	static const enum cql_kind bigint[] = { CQL_KIND_BIGINT };
	coodie_result *res = coodie_session_execute(m->session, m->cql[0],
						    CQL_ARGS(cql(SHOP_SENSOR)), NULL, err);
	cql_row_reader r;
	int64_t rows = 0;
	bool worked = res && coodie_result_read(res, &r, bigint, 1, err) && cql_row_next(&r) &&
		      cql_row_int64(&r, &rows);

	(void)i;
	m->rows += (uint64_t)rows;
	coodie_result_free(res);
	return worked;
}

static bool pages(struct matrix *m, uint32_t i, coodie_error *err)
{
	coodie_query *q = all_readings(m);

	(void)i;
	coodie_page_rows(q, 100);
	return matrix_walk(m, q, err);
}

/* The paging state is borrowed from the page before, which is freed when the next one is there. */
static bool pages_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	coodie_result *page = NULL, *next;
	bool worked;

	(void)i;
	do {
		cql_blob state = coodie_result_paging_state(page);

		next = coodie_session_execute(
			m->session, m->cql[0], CQL_ARGS(cql(SHOP_SENSOR)),
			COODIE_REQUEST(.page_rows = 100, .paging_state = state), err);
		worked = read_readings(m, next, err);
		coodie_result_free(page);
		page = next;
	} while (worked && coodie_result_has_more(page));
	coodie_result_free(page);
	return worked;
}

/* ---- rows ------------------------------------------------------------------------------------ */

#define SELECT_PRODUCTS "SELECT " SHOP_PRODUCT_COLUMNS " FROM products WHERE "
#define SELECT_READINGS "SELECT sensor, at, value, note FROM readings WHERE sensor = ?"

static const struct matrix_row rows[] = {
	{ .id = "BE-04",
	  .name = "get-by-pk",
	  .workload = "one row of 10 columns",
	  .times = 200,
	  .rows = 1,
	  .cql = { SELECT_PRODUCTS "id = ?" },
	  .set_up = shop_set_up,
	  .coodie = get,
	  .raw = get_raw },
	{ .id = "BE-05",
	  .name = "filter-secondary-index",
	  .workload = "50 rows of 10 columns",
	  .times = 20,
	  .rows = SHOP_PRODUCTS / SHOP_BRANDS,
	  .cql = { SELECT_PRODUCTS "brand = ?" },
	  .set_up = shop_set_up,
	  .coodie = by_index,
	  .raw = by_index_raw },
	{ .id = "BE-06",
	  .name = "filter-limit",
	  .workload = "the same, LIMIT 10",
	  .times = 40,
	  .rows = 10,
	  .cql = { SELECT_PRODUCTS "brand = ? LIMIT 10" },
	  .set_up = shop_set_up,
	  .coodie = limited,
	  .raw = by_index_raw },
	{ .id = "BE-07",
	  .name = "filter-order-by",
	  .workload = "the last 50 of 1000 clustered rows",
	  .times = 100,
	  .rows = 50,
	  .cql = { SELECT_READINGS " ORDER BY at DESC LIMIT 50" },
	  .set_up = shop_set_up,
	  .coodie = newest,
	  .raw = newest_raw },
	{ .id = "BE-08",
	  .name = "count",
	  .workload = "COUNT(*) of 1000 rows",
	  .times = 50,
	  .rows = SHOP_READINGS,
	  .cql = { "SELECT COUNT(*) FROM readings WHERE sensor = ?" },
	  .set_up = shop_set_up,
	  .coodie = count,
	  .raw = count_raw },
	{ .id = "BE-09",
	  .name = "paginated-read",
	  .workload = "1000 rows by pages of 100",
	  .times = 20,
	  .rows = SHOP_READINGS,
	  .cql = { SELECT_READINGS },
	  .set_up = shop_set_up,
	  .coodie = pages,
	  .raw = pages_raw },
};

const struct matrix_rows matrix_reads = MATRIX_ROWS(rows, NULL);
