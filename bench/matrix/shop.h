/* SPDX-License-Identifier: MIT */
/* Two models that most rows use: a product of ten fields, and readings of sensors, a thousand a partition. */
#ifndef BENCH_MATRIX_SHOP_H
#define BENCH_MATRIX_SHOP_H

#include "bench/matrix/matrix.h"

/* Who has which product, by number. Those of the shop are read and changed, never added to. */
enum {
	SHOP_PRODUCTS = 1000,
	SHOP_BRANDS = 20,
	SHOP_WRITTEN = 1000, /* the first that is written, over and over, as many */
	SHOP_EXPIRING = 2000,
	SHOP_NEW = 10000, /* the first of those that are written once */
	SHOP_DELETED = 4000000,
	SHOP_STOCK = 7, /* of each product of the shop */
	SHOP_READINGS = 1000,
	SHOP_SENSOR = 1,         /* has so many readings; those from the next on are written to */
	SHOP_DELETED_FROM = 1000 /* the first sensor whose readings are deleted */
};

typedef struct product {
	coodie_row row;
	cql_uuid id;
	const char *name;
	const char *brand;
	const char *category;
	double price;
	int32_t stock;
	bool available;
	float rating;
	cql_timestamp added;
	const char *description;
} product;

typedef struct reading {
	coodie_row row;
	int32_t sensor;
	int64_t at;
	double value;
	const char *note;
} reading;

/* Products are read and changed in their table; what is written over and over has another, so that reads
 * find as much in the first round as in the last. */
extern const coodie_model product_model, written_model, reading_model;

#define SHOP_PRODUCT_COLUMNS \
	"id, name, brand, category, price, stock, available, rating, added, description"
#define SHOP_INSERT_PRODUCT \
	"INSERT INTO products_written (" SHOP_PRODUCT_COLUMNS \
	") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define SHOP_INSERT_READING "INSERT INTO readings (sensor, at, value, note) VALUES (?, ?, ?, ?)"

cql_uuid shop_product_id(uint32_t n);
product shop_product(uint32_t n);
reading shop_reading(uint32_t sensor, uint32_t n);
/* The brand of a product, as many of the shop's as of another. */
const char *shop_brand(uint32_t n);

/* Makes both tables and fills them. */
matrix_set_up_fn shop_set_up;

#endif
