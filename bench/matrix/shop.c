/* SPDX-License-Identifier: MIT */
/* Products and readings: their models, and what is in their tables before anything is measured. */
#include "bench/matrix/shop.h"

#include <stdlib.h>

#include <coodie/many.h>

static const coodie_column product_columns[] = {
	COODIE_COLUMN(product, id, "uuid", .partition_key = 1),
	COODIE_COLUMN(product, name, "text", .required = true),
	COODIE_COLUMN(product, brand, "text", .index = COODIE_INDEX()),
	COODIE_COLUMN(product, category, "text"),
	COODIE_COLUMN(product, price, "double"),
	COODIE_COLUMN(product, stock, "int"),
	COODIE_COLUMN(product, available, "boolean"),
	COODIE_COLUMN(product, rating, "float"),
	COODIE_COLUMN(product, added, "timestamp"),
	COODIE_COLUMN(product, description, "text"),
};
const coodie_model product_model = COODIE_MODEL(product, product_columns, "products");
const coodie_model written_model = COODIE_MODEL(product, product_columns, "products_written");

static const coodie_column reading_columns[] = {
	COODIE_COLUMN(reading, sensor, "int", .partition_key = 1),
	COODIE_COLUMN(reading, at, "bigint", .clustering_key = 1),
	COODIE_COLUMN(reading, value, "double"),
	COODIE_COLUMN(reading, note, "text"),
};
const coodie_model reading_model = COODIE_MODEL(reading, reading_columns, "readings");

/* Those of the shop, and as many for what is written beside it. */
#define TEN(tens) \
	"brand " tens "0", "brand " tens "1", "brand " tens "2", "brand " tens "3", \
		"brand " tens "4", "brand " tens "5", "brand " tens "6", "brand " tens "7", \
		"brand " tens "8", "brand " tens "9"
static const char *const brands[2][SHOP_BRANDS] = { { TEN("0"), TEN("1") },
						    { TEN("2"), TEN("3") } };

const char *shop_brand(uint32_t n)
{
	return brands[n >= SHOP_PRODUCTS][n % SHOP_BRANDS];
}

cql_uuid shop_product_id(uint32_t n)
{
	return matrix_uuid('p', n);
}

product shop_product(uint32_t n)
{
	return (product){ .id = shop_product_id(n),
			  .name = "Analytical engine, second hand",
			  .brand = shop_brand(n),
			  .category = "engines",
			  .price = 99.5,
			  .stock = SHOP_STOCK,
			  .available = true,
			  .rating = 4.5F,
			  .added = { 1700000000000 },
			  .description = "Some gears are missing; weaves algebraical patterns" };
}

reading shop_reading(uint32_t sensor, uint32_t n)
{
	return (reading){
		.sensor = (int32_t)sensor, .at = n, .value = 20 + n % 10, .note = "as expected"
	};
}

static bool fill(struct matrix *m, product *products, reading *readings, coodie_error *err)
{
	void *objects[SHOP_PRODUCTS];

	for (uint32_t i = 0; i < SHOP_PRODUCTS; i++) {
		products[i] = shop_product(i);
		objects[i] = &products[i];
	}
	if (!coodie_save_many(m->session, &product_model, objects, SHOP_PRODUCTS, NULL, NULL, err))
		return false;
	for (uint32_t i = 0; i < SHOP_READINGS; i++) {
		readings[i] = shop_reading(SHOP_SENSOR, i);
		objects[i] = &readings[i];
	}
	return coodie_save_many(m->session, &reading_model, objects, SHOP_READINGS, NULL, NULL,
				err);
}

bool shop_set_up(struct matrix *m, coodie_error *err)
{
	product *products = calloc(SHOP_PRODUCTS, sizeof *products);
	reading *readings = calloc(SHOP_READINGS, sizeof *readings);
	bool worked = products && readings &&
		      coodie_sync_table(m->session, &product_model, NULL, err) &&
		      coodie_sync_table(m->session, &written_model, NULL, err) &&
		      coodie_sync_table(m->session, &reading_model, NULL, err) &&
		      fill(m, products, readings, err);

	free(readings);
	free(products);
	return worked;
}
