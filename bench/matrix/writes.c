/* SPDX-License-Identifier: MIT */
/* Writing single rows: inserts, updates, conditions, deletes, counters. */
#include <coodie/counter.h>

#include "bench/matrix/shop.h"

/* ---- inserts --------------------------------------------------------------------------------- */

static coodie_result *raw_insert(struct matrix *m, const product *p, coodie_error *err)
{
	return coodie_session_execute(m->session, m->cql[0],
				      CQL_ARGS(cql(p->id), cql(p->name), cql(p->brand),
					       cql(p->category), cql(p->price), cql(p->stock),
					       cql(p->available), cql(p->rating), cql(p->added),
					       cql(p->description)),
				      NULL, err);
}

static product written(uint32_t first, uint32_t i)
{
	product p = shop_product(first + i % SHOP_PRODUCTS);

	p.stock = (int32_t)i;
	return p;
}

static bool insert(struct matrix *m, uint32_t i, coodie_error *err)
{
	product p = written(SHOP_WRITTEN, i);

	return coodie_save(m->session, &written_model, &p, NULL, err);
}

static bool insert_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	product p = written(SHOP_WRITTEN, i);

	return matrix_done(raw_insert(m, &p, err));
}

static bool insert_new(struct matrix *m, uint32_t i, coodie_error *err)
{
	product p = shop_product(SHOP_NEW + i);

	return matrix_lwt_applied(coodie_insert(m->session, &written_model, &p, NULL, err), err);
}

static bool insert_new_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	product p = shop_product(SHOP_NEW + i);

	return matrix_applied(raw_insert(m, &p, err), err);
}

static bool insert_expiring(struct matrix *m, uint32_t i, coodie_error *err)
{
	product p = written(SHOP_EXPIRING, i);

	return coodie_save(m->session, &written_model, &p, COODIE_WRITE(.ttl = 60), err);
}

static bool insert_expiring_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	product p = written(SHOP_EXPIRING, i);

	return matrix_done(raw_insert(m, &p, err));
}

/* ---- did they? ------------------------------------------------------------------------------- */

static bool check_stock(struct matrix *m, uint32_t n, int32_t stock, coodie_error *err)
{
	product *p = coodie_get(m->session, &written_model, CQL_ARGS(cql(shop_product_id(n))), NULL,
				err);
	bool right = p && (p->stock == stock || matrix_wrong(err, "stock", p->stock, stock));

	coodie_object_free(p);
	return right;
}

static bool check_inserts(struct matrix *m, uint32_t first, uint32_t count, coodie_error *err)
{
	uint32_t last = first + count - 1;

	return check_stock(m, SHOP_WRITTEN + last % SHOP_PRODUCTS, (int32_t)last, err);
}

static bool check_new(struct matrix *m, uint32_t first, uint32_t count, coodie_error *err)
{
	return check_stock(m, SHOP_NEW + first + count - 1, SHOP_STOCK, err);
}

static bool check_expiring(struct matrix *m, uint32_t first, uint32_t count, coodie_error *err)
{
	cql_uuid last = shop_product_id(SHOP_EXPIRING + (first + count - 1) % SHOP_PRODUCTS);
	coodie_query *q = coodie_find(m->session, &written_model, "id = ?", CQL_ARGS(cql(last)));
	int64_t left = 0;
	bool worked = coodie_select_int64(q, "ttl(name)", &left, NULL, err);

	coodie_query_free(q);
	if (worked && (left <= 0 || left > 60))
		return matrix_wrong(err, "seconds to live", (double)left, 60);
	return worked;
}

/* ---- updates --------------------------------------------------------------------------------- */

/* What a form does: reads the object, changes a member, saves it. */
static bool update(struct matrix *m, uint32_t i, coodie_error *err)
{
	product *p = coodie_get(m->session, &product_model,
				CQL_ARGS(cql(shop_product_id(i % SHOP_PRODUCTS))), NULL, err);
	bool worked = false;

	if (p) {
		p->price = i;
		worked = coodie_save(m->session, &product_model, p, NULL, err);
	}
	coodie_object_free(p);
	return worked;
}

static bool raw_get(struct matrix *m, uint32_t n, coodie_error *err)
{
	return matrix_done(coodie_session_execute(m->session, m->cql[1],
						  CQL_ARGS(cql(shop_product_id(n))), NULL, err));
}

static bool update_fair_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	return matrix_done(coodie_session_execute(
		m->session, m->cql[0],
		CQL_ARGS(cql((double)i), cql(shop_product_id(i % SHOP_PRODUCTS))), NULL, err));
}

static bool update_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	return raw_get(m, i % SHOP_PRODUCTS, err) && update_fair_raw(m, i, err);
}

/* What a job does that knows the key: nothing is read. */
static bool update_fair(struct matrix *m, uint32_t i, coodie_error *err)
{
	product p = { .id = shop_product_id(i % SHOP_PRODUCTS) };

	return coodie_update(m->session, &product_model, &p, "price = ?", CQL_ARGS(cql((double)i)),
			     NULL, err);
}

static bool update_if(struct matrix *m, uint32_t i, coodie_error *err)
{
	product *p = coodie_get(m->session, &product_model,
				CQL_ARGS(cql(shop_product_id(i % SHOP_PRODUCTS))), NULL, err);
	bool worked = false;

	if (p) {
		p->price = i;
		worked = matrix_lwt_applied(coodie_save_if(m->session, &product_model, p,
							   "stock = ?", CQL_ARGS(cql(p->stock)),
							   NULL, err),
					    err);
	}
	coodie_object_free(p);
	return worked;
}

static bool update_if_fair_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	cql_uuid id = shop_product_id(i % SHOP_PRODUCTS);

	return matrix_applied(
		coodie_session_execute(m->session, m->cql[0],
				       CQL_ARGS(cql((double)i), cql(id), cql(SHOP_STOCK)), NULL,
				       err),
		err);
}

static bool update_if_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	return raw_get(m, i % SHOP_PRODUCTS, err) && update_if_fair_raw(m, i, err);
}

static bool update_if_fair(struct matrix *m, uint32_t i, coodie_error *err)
{
	product p = { .id = shop_product_id(i % SHOP_PRODUCTS) };

	return matrix_lwt_applied(
		coodie_update_if(m->session, &product_model, &p, "price = ?", "stock = ?",
				 CQL_ARGS(cql((double)i), cql(SHOP_STOCK)), NULL, err),
		err);
}

static bool check_price(struct matrix *m, uint32_t first, uint32_t count, coodie_error *err)
{
	uint32_t last = first + count - 1;
	product *p = coodie_get(m->session, &product_model,
				CQL_ARGS(cql(shop_product_id(last % SHOP_PRODUCTS))), NULL, err);
	bool right = p && (p->price == last || matrix_wrong(err, "price", p->price, last));

	coodie_object_free(p);
	return right;
}

/* ---- deletes --------------------------------------------------------------------------------- */

static bool add_to_delete(struct matrix *m, uint32_t first, uint32_t count, coodie_error *err)
{
	bool worked = true;

	for (uint32_t i = first; worked && i < first + count; i++) {
		product p = shop_product(SHOP_DELETED + i);

		worked = coodie_save(m->session, &written_model, &p, NULL, err);
	}
	return worked;
}

static bool delete_one(struct matrix *m, uint32_t i, coodie_error *err)
{
	product p = { .id = shop_product_id(SHOP_DELETED + i) };

	return coodie_delete(m->session, &written_model, &p, NULL, err);
}

static bool delete_one_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	return matrix_done(coodie_session_execute(m->session, m->cql[0],
						  CQL_ARGS(cql(shop_product_id(SHOP_DELETED + i))),
						  NULL, err));
}

static bool check_left(coodie_query *take_query, coodie_error *err)
{
	uint64_t left = 0;
	bool worked = coodie_count(take_query, &left, err);

	coodie_query_free(take_query);
	return worked && (left == 0 || matrix_wrong(err, "rows left", (double)left, 0));
}

static bool check_deleted(struct matrix *m, uint32_t first, uint32_t count, coodie_error *err)
{
	cql_uuid last = shop_product_id(SHOP_DELETED + first + count - 1);

	return check_left(coodie_find(m->session, &written_model, "id = ?", CQL_ARGS(cql(last))),
			  err);
}

enum { PARTITION_ROWS = 10 };

static bool add_partitions(struct matrix *m, uint32_t first, uint32_t count, coodie_error *err)
{
	bool worked = true;

	for (uint32_t i = 0; worked && i < count * PARTITION_ROWS; i++) {
		reading r = shop_reading(SHOP_DELETED_FROM + first + i / PARTITION_ROWS,
					 i % PARTITION_ROWS);

		worked = coodie_save(m->session, &reading_model, &r, NULL, err);
	}
	return worked;
}

static coodie_query *readings_of(struct matrix *m, uint32_t sensor)
{
	return coodie_find(m->session, &reading_model, "sensor = ?", CQL_ARGS(cql(sensor)));
}

static bool delete_partition(struct matrix *m, uint32_t i, coodie_error *err)
{
	coodie_query *q = readings_of(m, SHOP_DELETED_FROM + i);
	bool worked = coodie_query_delete(q, NULL, err);

	coodie_query_free(q);
	return worked;
}

static bool delete_partition_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	return matrix_done(coodie_session_execute(m->session, m->cql[0],
						  CQL_ARGS(cql(SHOP_DELETED_FROM + i)), NULL, err));
}

static bool check_partition(struct matrix *m, uint32_t first, uint32_t count, coodie_error *err)
{
	return check_left(readings_of(m, SHOP_DELETED_FROM + first + count - 1), err);
}

/* ---- counters -------------------------------------------------------------------------------- */

typedef struct visits {
	coodie_row row;
	const char *page;
	int64_t count;
} visits;

static const coodie_column visits_columns[] = {
	COODIE_COLUMN(visits, page, "text", .partition_key = 1),
	COODIE_COLUMN(visits, count, "counter"),
};
static const coodie_model visits_model = COODIE_MODEL(visits, visits_columns, "visits");

static bool visits_set_up(struct matrix *m, coodie_error *err)
{
	return coodie_sync_table(m->session, &visits_model, NULL, err);
}

static bool increment(struct matrix *m, uint32_t i, coodie_error *err)
{
	visits v = { .page = "/engines" };

	(void)i;
	return coodie_increment(m->session, &visits_model, &v, "count", CQL_ARGS(cql(1)), NULL,
				err);
}

static bool increment_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	(void)i;
	return matrix_done(coodie_session_execute(m->session, m->cql[0],
						  CQL_ARGS(cql(1), cql("/engines")), NULL, err));
}

static bool check_visits(struct matrix *m, uint32_t first, uint32_t count, coodie_error *err)
{
	int64_t wanted = (int64_t)first + count;
	visits *v = coodie_get(m->session, &visits_model, CQL_ARGS(cql("/engines")), NULL, err);
	bool right = v && (v->count == wanted ||
			   matrix_wrong(err, "count", (double)v->count, (double)wanted));

	coodie_object_free(v);
	return right;
}

/* ---- rows ------------------------------------------------------------------------------------ */

#define GET "SELECT " SHOP_PRODUCT_COLUMNS " FROM products WHERE id = ?"
#define UPDATE "UPDATE products SET price = ? WHERE id = ?"

static const struct matrix_row rows[] = {
	{ .id = "BE-01",
	  .name = "single-insert",
	  .workload = "one row of 10 columns",
	  .times = 200,
	  .cql = { SHOP_INSERT_PRODUCT },
	  .set_up = shop_set_up,
	  .coodie = insert,
	  .raw = insert_raw,
	  .check = check_inserts },
	{ .id = "BE-02",
	  .name = "insert-if-not-exists",
	  .workload = "the same, conditional, applied",
	  .times = 100,
	  .cql = { SHOP_INSERT_PRODUCT " IF NOT EXISTS" },
	  .set_up = shop_set_up,
	  .coodie = insert_new,
	  .raw = insert_new_raw,
	  .check = check_new },
	{ .id = "BE-03",
	  .name = "insert-with-ttl",
	  .workload = "the same, TTL 60",
	  .times = 200,
	  .cql = { SHOP_INSERT_PRODUCT " USING TTL 60" },
	  .set_up = shop_set_up,
	  .coodie = insert_expiring,
	  .raw = insert_expiring_raw,
	  .check = check_expiring },
	{ .id = "BE-10",
	  .name = "partial-update",
	  .workload = "read, change one of 10 columns, save",
	  .times = 200,
	  .cql = { UPDATE, GET },
	  .set_up = shop_set_up,
	  .coodie = update,
	  .raw = update_raw,
	  .check = check_price },
	{ .id = "BE-10",
	  .name = "partial-update-fair",
	  .workload = "the same without the read",
	  .times = 200,
	  .cql = { UPDATE },
	  .set_up = shop_set_up,
	  .coodie = update_fair,
	  .raw = update_fair_raw,
	  .check = check_price },
	{ .id = "BE-11",
	  .name = "update-if-condition",
	  .workload = "read, change, save if",
	  .times = 100,
	  .cql = { UPDATE " IF stock = ?", GET },
	  .set_up = shop_set_up,
	  .coodie = update_if,
	  .raw = update_if_raw,
	  .check = check_price },
	{ .id = "BE-11",
	  .name = "update-if-condition-fair",
	  .workload = "the same without the read",
	  .times = 100,
	  .cql = { UPDATE " IF stock = ?" },
	  .set_up = shop_set_up,
	  .coodie = update_if_fair,
	  .raw = update_if_fair_raw,
	  .check = check_price },
	{ .id = "BE-12",
	  .name = "single-delete",
	  .workload = "a row by its key",
	  .times = 200,
	  .cql = { "DELETE FROM products_written WHERE id = ?" },
	  .set_up = shop_set_up,
	  .before = add_to_delete,
	  .coodie = delete_one,
	  .raw = delete_one_raw,
	  .check = check_deleted },
	{ .id = "BE-12",
	  .name = "bulk-delete",
	  .workload = "a partition of 10 rows",
	  .times = 50,
	  .cql = { "DELETE FROM readings WHERE sensor = ?" },
	  .set_up = shop_set_up,
	  .before = add_partitions,
	  .coodie = delete_partition,
	  .raw = delete_partition_raw,
	  .check = check_partition },
	{ .id = "BE-14",
	  .name = "counter-increment",
	  .workload = "one counter of one row",
	  .times = 200,
	  .cql = { "UPDATE visits SET count = count + ? WHERE page = ?" },
	  .set_up = visits_set_up,
	  .coodie = increment,
	  .raw = increment_raw,
	  .check = check_visits },
};

const struct matrix_rows matrix_writes = MATRIX_ROWS(rows, NULL);
