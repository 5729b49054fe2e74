/* SPDX-License-Identifier: MIT */
/* Objects without a request: making them, taking them apart, what they weigh. */
#include <stdlib.h>
#include <string.h>

#ifdef __GLIBC__
#include <malloc.h>
#if __GLIBC_PREREQ(2, 33)
#define HAS_MALLINFO2
#endif
#endif

#include "bench/matrix/shop.h"

/* ---- making one ------------------------------------------------------------------------------ */

static void fill(product *p, uint32_t i)
{
	product values = shop_product(i);

	p->id = values.id;
	p->name = values.name;
	p->brand = values.brand;
	p->category = values.category;
	p->price = values.price;
	p->stock = values.stock;
	p->available = values.available;
	p->rating = values.rating;
	p->added = values.added;
	p->description = values.description;
}

/* A tracked object; a struct of one's own is the other column. */
static bool instantiate(struct matrix *m, uint32_t i, coodie_error *err)
{
	product *p = coodie_new(m->session, &product_model, err);

	if (!p)
		return false;
	fill(p, i);
	return matrix_object(m, p);
}

static bool instantiate_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	product *p = malloc(sizeof *p);

	(void)err;
	if (!p)
		return false;
	fill(p, i);
	matrix_keep(p);
	m->rows++;
	free(p);
	return true;
}

/* ---- taking one apart: its values with their names ---------------------------------------------- */

static product *whole;

static bool whole_set_up(struct matrix *m, coodie_error *err)
{
	whole = coodie_new(m->session, &product_model, err);
	if (whole)
		fill(whole, 1);
	return whole;
}

static void whole_free(void)
{
	coodie_object_free(whole);
}

struct named {
	const char *name;
	cql_value value;
};

static bool serialise(struct matrix *m, uint32_t i, coodie_error *err)
{
	static const char *const members[] = { "id",    "name",       "brand",     "category",
					       "price", "stock",      "available", "rating",
					       "added", "description" };
	struct named values[10];

	(void)i;
	for (size_t c = 0; c < 10; c++) {
		values[c].name = members[c];
		if (!coodie_object_value(whole, members[c], &values[c].value, err))
			return false;
	}
	matrix_keep(values);
	m->rows++;
	return true;
}

static bool serialise_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	const struct named values[] = {
		{ "id", cql(whole->id) },
		{ "name", cql(whole->name) },
		{ "brand", cql(whole->brand) },
		{ "category", cql(whole->category) },
		{ "price", cql(whole->price) },
		{ "stock", cql(whole->stock) },
		{ "available", cql(whole->available) },
		{ "rating", cql(whole->rating) },
		{ "added", cql(whole->added) },
		{ "description", cql(whole->description) },
	};

	(void)i;
	(void)err;
	matrix_keep(values);
	m->rows++;
	return true;
}

/* ---- weighing a thousand, each with texts of its own --------------------------------------------- */

enum { THOUSAND = 1000 };

/* What is taken; 0 where nobody tells. */
static size_t heap(void)
{
#ifdef HAS_MALLINFO2
	return mallinfo2().uordblks;
#else
	return 0;
#endif
}

static bool weigh(struct matrix *m, uint32_t i, coodie_error *err)
{
	void *objects[THOUSAND];
	size_t count = 0, before = heap();

	for (; count < THOUSAND; count++) {
		product p = shop_product((uint32_t)count);

		objects[count] = coodie_dup(m->session, &product_model, &p, err);
		if (!objects[count])
			break;
	}
	(void)i;
	m->bytes = heap() - before;
	m->rows += count;
	coodie_objects_free(objects, count);
	return count == THOUSAND;
}

static product *dup_by_hand(const product *from)
{
	product *p = malloc(sizeof *p);

	*p = *from;
	p->name = strdup(from->name);
	p->brand = strdup(from->brand);
	p->category = strdup(from->category);
	p->description = strdup(from->description);
	return p;
}

static void free_by_hand(product *p)
{
	free((char *)p->name);
	free((char *)p->brand);
	free((char *)p->category);
	free((char *)p->description);
	free(p);
}

static bool weigh_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	product *objects[THOUSAND];
	size_t before = heap();

	(void)i;
	(void)err;
	for (uint32_t n = 0; n < THOUSAND; n++) {
		product p = shop_product(n);

		objects[n] = dup_by_hand(&p);
	}
	m->bytes = heap() - before;
	m->rows += THOUSAND;
	for (uint32_t n = 0; n < THOUSAND; n++)
		free_by_hand(objects[n]);
	return true;
}

/* ---- weighing a thousand that were read ----------------------------------------------------------- */

static bool weigh_read(struct matrix *m, uint32_t i, coodie_error *err)
{
	coodie_query *q = coodie_find(m->session, &reading_model, "sensor = ?",
				      CQL_ARGS(cql(SHOP_SENSOR)));
	size_t before = heap();
	coodie_rows *rows = coodie_all(q, err);

	(void)i;
	m->bytes = heap() - before;
	m->rows += coodie_rows_count(rows);
	coodie_rows_free(rows);
	coodie_query_free(q);
	return err->code == COODIE_OK;
}

/* The answer as it came, and an array of structs whose texts stay in it. */
static bool weigh_read_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	size_t before = heap();
	coodie_result *res = coodie_session_execute(m->session, m->cql[0],
						    CQL_ARGS(cql(SHOP_SENSOR)), NULL, err);
	size_t rows = coodie_result_row_count(res);
	struct plain_reading {
		int32_t sensor;
		int64_t at;
		double value;
		cql_text note;
	} *readings = calloc(rows, sizeof *readings);

	(void)i;
	m->bytes = heap() - before;
	m->rows += rows;
	matrix_keep(readings);
	free(readings);
	return matrix_done(res);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static const struct matrix_row rows[] = {
	{ .id = "BE-18",
	  .name = "instantiate",
	  .workload = "an object of 10 fields; no I/O",
	  .times = 10000,
	  .rows = 1,
	  .coodie = instantiate,
	  .raw = instantiate_raw },
	{ .id = "BE-18",
	  .name = "serialise",
	  .workload = "its 10 values by name; no I/O",
	  .times = 10000,
	  .rows = 1,
	  .set_up = whole_set_up,
	  .coodie = serialise,
	  .raw = serialise_raw },
	{ .id = "BE-19",
	  .name = "memory-1000",
	  .workload = "heap of 1000 objects with their texts; no I/O",
	  .times = 1,
	  .rows = THOUSAND,
	  .is_memory = true,
	  .coodie = weigh,
	  .raw = weigh_raw },
	{ .id = "BE-19",
	  .name = "memory-1000-read",
	  .workload = "heap of 1000 rows of 4 columns that were read",
	  .times = 1,
	  .rows = SHOP_READINGS,
	  .is_memory = true,
	  .cql = { "SELECT sensor, at, value, note FROM readings WHERE sensor = ?" },
	  .set_up = shop_set_up,
	  .coodie = weigh_read,
	  .raw = weigh_read_raw },
};

const struct matrix_rows matrix_objects = MATRIX_ROWS(rows, whole_free);
