/* SPDX-License-Identifier: MIT */
/**
 * @file value.h
 * CQL values as C values.
 *
 * A `cql_value` is a small tagged view: it says what a value is in C; how it is written is decided
 * by the CQL type of the marker or column it is bound to, with a range check. `cql(x)` makes one
 * from nearly anything:
 *
 *     CQL_ARGS(cql("ada@example.org"), cql(18), cql_null())
 *
 * Views (text, blob, varint, decimal, collections) point at the caller's bytes, or into the result
 * they came from. The plain ones (numbers, uuid, inet, dates) hold everything. Nothing here
 * allocates; any thread may call anything.
 */
#ifndef COODIE_VALUE_H
#define COODIE_VALUE_H

#include <coodie/type.h>

COODIE_BEGIN

/* ---- the C type of each CQL type ------------------------------------------------------------ */

/** uuid and timeuuid: 16 bytes in the order of RFC 9562. */
typedef struct cql_uuid {
	uint8_t bytes[16];
} cql_uuid;

/** inet: an IPv4 (`length` 4) or IPv6 (16) address in network order. `length` 0 is null in a model.
 */
typedef struct cql_inet {
	uint8_t address[16];
	uint8_t length;
} cql_inet;

/** date: days since 1970-01-01, negative before. The whole int32 range is legal. */
typedef struct cql_date {
	int32_t days;
} cql_date;

/** time: nanoseconds since midnight, 0 to 86,399,999,999,999. */
typedef struct cql_time {
	int64_t nanoseconds;
} cql_time;

/** timestamp: milliseconds since 1970-01-01T00:00:00Z. */
typedef struct cql_timestamp {
	int64_t milliseconds;
} cql_timestamp;

/** duration: the three parts must all be >= 0 or all <= 0. */
typedef struct cql_duration {
	int32_t months;
	int32_t days;
	int64_t nanoseconds;
} cql_duration;

/** text and ascii as a view: UTF-8, not terminated, may hold NUL. `data` NULL is null. */
typedef struct cql_text {
	const char *data;
	size_t len;
} cql_text;

/** blob, and the bytes of a custom type, as a view. `data` NULL is null. */
typedef struct cql_blob {
	const uint8_t *data;
	size_t len;
} cql_blob;

/** varint as a view: big-endian two's complement of any length >= 1. `data` NULL is null. */
typedef struct cql_varint {
	const uint8_t *data;
	size_t len;
} cql_varint;

/** decimal: unscaled x 10^-scale, as a view. */
typedef struct cql_decimal {
	cql_varint unscaled;
	int32_t scale;
} cql_decimal;

struct cql_value;

/**
 * The items of a collection, a tuple, a UDT or a vector: either C values the caller holds (`type` NULL, `items` is an array of
 * cql_value), or encoded bytes inside a result (`type` is the collection's). Read it by cql_iter,
 * make it by CQL_LIST, CQL_SET, CQL_MAP and so on. Zeroed it is nothing: null in a model, an empty collection
 * where it is bound. CQL_LIST() and its like are empty.
 */
typedef struct cql_seq {
	const cql_type *type;
	const void *items;
	uint32_t count; /**< items; pairs for a map */
	uint32_t bytes; /**< length of the encoded items */
} cql_seq;

typedef struct cql_list {
	cql_seq seq;
} cql_list;
typedef struct cql_set {
	cql_seq seq;
} cql_set;
typedef struct cql_map {
	cql_seq seq;
} cql_map;

/** The parts of a tuple; as cql_list, but each part has a type of its own. Zeroed: null. */
typedef struct cql_tuple {
	cql_seq seq;
} cql_tuple;

/** The fields of a user type in the order of the type, without their names. Zeroed: null. */
typedef struct cql_udt {
	cql_seq seq;
} cql_udt;

/** A vector of any element type, with all elements present. Zeroed: null. */
typedef struct cql_vector {
	cql_seq seq;
} cql_vector;

/** A vector<float, n> as a view of an array. `data` NULL is null. */
typedef struct cql_floats {
	const float *data;
	size_t len; /**< elements */
} cql_floats;

struct cql_field;

/**
 * Tells the i-th field of a struct. Past the last one the name is NULL.
 * @param type    that of the cql_fields
 * @param object  likewise
 * @return false with `err` when the field cannot be read
 */
typedef bool cql_field_fn(const void *type, const void *object, size_t i, struct cql_field *out,
			  coodie_error *err);

/** A user type value whose fields are known by name, and asked for when it is written: a view of a
 * struct. Fields that nobody tells are null; one that the type does not have must be null. */
typedef struct cql_fields {
	cql_field_fn *field;
	const void *type, *object;
} cql_fields;

/* ---- the value ------------------------------------------------------------------------------ */

/** What a cql_value holds. */
enum cql_tag {
	CQL_TAG_NULL = 0, /**< null: writes a tombstone */
	CQL_TAG_UNSET,    /**< not set: leaves the column alone (v4 section 2, [value] -2) */
	CQL_TAG_BOOL,
	CQL_TAG_INT,
	CQL_TAG_UINT,
	CQL_TAG_FLOAT,
	CQL_TAG_DOUBLE,
	CQL_TAG_TEXT,
	CQL_TAG_BLOB,
	CQL_TAG_UUID,
	CQL_TAG_INET,
	CQL_TAG_DATE,
	CQL_TAG_TIME,
	CQL_TAG_TIMESTAMP,
	CQL_TAG_DURATION,
	CQL_TAG_VARINT,
	CQL_TAG_DECIMAL,
	CQL_TAG_LIST,
	CQL_TAG_SET,
	CQL_TAG_MAP,
	CQL_TAG_TUPLE,
	CQL_TAG_UDT,
	CQL_TAG_VECTOR,
	CQL_TAG_FLOATS,
	CQL_TAG_FIELDS, /**< of a user type, by name: what cql_from_object() makes */
	CQL_TAG_EMPTY,  /**< zero bytes where the type wants some: see cql_is_empty() */
	CQL_TAG_ENCODED /**< bytes already in the wire form of the type it is bound to, taken as
			   they are */
};

/** A value. Zeroed: null. Made by cql() or cql_from_*(); read by cql_to_*(). 32 bytes, passed by
 * value. */
typedef struct cql_value {
	struct {
		uint8_t tag; /* enum cql_tag */
	} is; /* a struct first: a bare integer where a cql_value belongs does not compile */
	union {
		bool boolean;
		int64_t integer;
		uint64_t unsigned_integer;
		float single;
		double real;
		cql_text text;
		cql_blob blob;
		cql_uuid uuid;
		cql_inet inet;
		cql_date date;
		cql_time time;
		cql_timestamp timestamp;
		cql_duration duration;
		cql_varint varint;
		cql_decimal decimal;
		cql_floats floats;
		cql_seq seq; /**< of a list, set, map, tuple, UDT or vector */
		cql_fields fields;
	} as;
} cql_value;

/** One field of a struct. */
typedef struct cql_field {
	const char *name; /**< in the type; must outlive the value */
	cql_value value;
	bool is_zero; /**< it cannot be null, and is zero: what null reads as */
} cql_field;

/* Constructors. A NULL `char *`, and a view whose `data` is NULL, make CQL null. */
COODIE_API cql_value cql_null(void);
COODIE_API cql_value cql_unset(void);
COODIE_API cql_value cql_from_bool(bool v);
COODIE_API cql_value cql_from_int(int v);
COODIE_API cql_value cql_from_long(long v);
COODIE_API cql_value cql_from_llong(long long v);
COODIE_API cql_value cql_from_uint(unsigned v);
COODIE_API cql_value cql_from_ulong(unsigned long v);
COODIE_API cql_value cql_from_ullong(unsigned long long v);
COODIE_API cql_value cql_from_float(float v);
COODIE_API cql_value cql_from_double(double v);
COODIE_API cql_value cql_from_str(const char *v); /**< NUL-terminated */
COODIE_API cql_value cql_from_text(cql_text v);
COODIE_API cql_value cql_from_blob(cql_blob v);
COODIE_API cql_value cql_from_uuid(cql_uuid v);
COODIE_API cql_value cql_from_inet(cql_inet v);
COODIE_API cql_value cql_from_date(cql_date v);
COODIE_API cql_value cql_from_time(cql_time v);
COODIE_API cql_value cql_from_timestamp(cql_timestamp v);
COODIE_API cql_value cql_from_duration(cql_duration v);
COODIE_API cql_value cql_from_varint(cql_varint v);
COODIE_API cql_value cql_from_decimal(cql_decimal v);
COODIE_API cql_value cql_from_list(cql_list v);
COODIE_API cql_value cql_from_set(cql_set v);
COODIE_API cql_value cql_from_map(cql_map v);
COODIE_API cql_value cql_from_tuple(cql_tuple v);
COODIE_API cql_value cql_from_udt(cql_udt v);
COODIE_API cql_value cql_from_vector(cql_vector v);
COODIE_API cql_value cql_from_floats(cql_floats v);
COODIE_API cql_value cql_from_value(cql_value v); /**< `v` itself, so that cql(cql_null()) works */
/** Bytes that are already the wire form of the type they are bound to; checked for nothing but
 * their length. */
COODIE_API cql_value cql_from_encoded(const void *data, size_t len);

/** Builds collections over an array the caller keeps until the call it is passed to returns. */
COODIE_API cql_list cql_list_of(const cql_value *items, size_t count);
COODIE_API cql_set cql_set_of(const cql_value *items, size_t count);
/** @param pairs  key, value, key, value, ...; `count` is the number of pairs */
COODIE_API cql_map cql_map_of(const cql_value *pairs, size_t count);
/** A part may be null; fewer parts than the type has leave the last ones null. */
COODIE_API cql_tuple cql_tuple_of(const cql_value *parts, size_t count);
/** A user type value by position; a field may be null; fewer values than fields leave the last ones
 * null. */
COODIE_API cql_udt cql_udt_of(const cql_value *fields, size_t count);
COODIE_API cql_vector cql_vector_of(const cql_value *items, size_t count);
COODIE_API cql_floats cql_floats_of(const float *data, size_t len);
/** A view of a NUL-terminated text; NULL gives a null one. */
COODIE_API cql_text cql_text_of(const char *text);
COODIE_API cql_blob cql_blob_of(const void *data, size_t len);

#ifndef __cplusplus
/** A cql_value of any C type that has a CQL meaning. */
#define cql(x) \
	_Generic((x), \
		_Bool: cql_from_bool, \
		char: cql_from_int, \
		signed char: cql_from_int, \
		unsigned char: cql_from_uint, \
		short: cql_from_int, \
		unsigned short: cql_from_uint, \
		int: cql_from_int, \
		unsigned: cql_from_uint, \
		long: cql_from_long, \
		unsigned long: cql_from_ulong, \
		long long: cql_from_llong, \
		unsigned long long: cql_from_ullong, \
		float: cql_from_float, \
		double: cql_from_double, \
		char *: cql_from_str, \
		const char *: cql_from_str, \
		cql_text: cql_from_text, \
		cql_blob: cql_from_blob, \
		cql_uuid: cql_from_uuid, \
		cql_inet: cql_from_inet, \
		cql_date: cql_from_date, \
		cql_time: cql_from_time, \
		cql_timestamp: cql_from_timestamp, \
		cql_duration: cql_from_duration, \
		cql_varint: cql_from_varint, \
		cql_decimal: cql_from_decimal, \
		cql_list: cql_from_list, \
		cql_set: cql_from_set, \
		cql_map: cql_from_map, \
		cql_tuple: cql_from_tuple, \
		cql_udt: cql_from_udt, \
		cql_vector: cql_from_vector, \
		cql_floats: cql_from_floats, \
		cql_value: cql_from_value)(x)
#endif

/** Values and how many they are: the binds of a statement, the keys of a row. Passed by value;
 * zeroed: none. */
typedef struct cql_args {
	size_t count;
	const cql_value *values;
} cql_args;

/** Binds whose number is known only at run time; the array is the caller's until the call returns.
 */
COODIE_API cql_args cql_args_of(const cql_value *values, size_t count);

#ifndef __cplusplus
/* An array with one null in front, so that no argument at all is clean ISO C11 too: `{ null, }`. */
#define CQL_VALUES_(...) ((const cql_value[]){ { { CQL_TAG_NULL }, { 0 } }, __VA_ARGS__ })
#define CQL_COUNT_(...) (sizeof CQL_VALUES_(__VA_ARGS__) / sizeof(cql_value) - 1)

/** `CQL_ARGS(cql(1), cql("x"))`, `CQL_ARGS()`: binds that live as long as the block they are
 * written in. */
#define CQL_ARGS(...) ((cql_args){ CQL_COUNT_(__VA_ARGS__), CQL_VALUES_(__VA_ARGS__) + 1 })
/** `CQL_LIST(cql(1), cql(2))`: a list over values that live as long as the block it is written in.
 */
#define CQL_LIST(...) cql_list_of(CQL_VALUES_(__VA_ARGS__) + 1, CQL_COUNT_(__VA_ARGS__))
#define CQL_SET(...) cql_set_of(CQL_VALUES_(__VA_ARGS__) + 1, CQL_COUNT_(__VA_ARGS__))
/* Half of an even count; an odd one does not compile. */
#define CQL_PAIRS_(n) ((n) / 2 + 0 * sizeof(char[(n) % 2 == 0 ? 1 : -1]))
/** `CQL_MAP(cql("a"), cql(1), cql("b"), cql(2))`: keys and values in turn. */
#define CQL_MAP(...) cql_map_of(CQL_VALUES_(__VA_ARGS__) + 1, CQL_PAIRS_(CQL_COUNT_(__VA_ARGS__)))
#define CQL_TUPLE(...) cql_tuple_of(CQL_VALUES_(__VA_ARGS__) + 1, CQL_COUNT_(__VA_ARGS__))
/** `CQL_UDT(cql("Main"), cql(5))`: the fields in the order of the type. */
#define CQL_UDT(...) cql_udt_of(CQL_VALUES_(__VA_ARGS__) + 1, CQL_COUNT_(__VA_ARGS__))
#define CQL_VECTOR(...) cql_vector_of(CQL_VALUES_(__VA_ARGS__) + 1, CQL_COUNT_(__VA_ARGS__))
#endif

/* ---- reading -------------------------------------------------------------------------------- */

/** Whether there is nothing to read: null, or an empty value. */
COODIE_API bool cql_is_null(cql_value v);
/**
 * Whether it is an empty value: zero bytes of a type that wants some, which old tools could store
 * in an int, a uuid and the like. It is not null to the server, has no C form, and is written back
 * as it came; the mapper takes it for null. An empty text or blob is a value like any other.
 */
COODIE_API bool cql_is_empty(cql_value v);

/**
 * Typed readers. Each checks the kind and the range and leaves `out` as it was when it fails:
 * COODIE_ERR_TYPE (the value is of another kind, or null), COODIE_ERR_RANGE. Integers of any width
 * are read into any width that holds them; a float is read as double, never the other way round.
 */
COODIE_API bool cql_to_bool(cql_value v, bool *out, coodie_error *err);
COODIE_API bool cql_to_int8(cql_value v, int8_t *out, coodie_error *err);
COODIE_API bool cql_to_int16(cql_value v, int16_t *out, coodie_error *err);
COODIE_API bool cql_to_int32(cql_value v, int32_t *out, coodie_error *err);
COODIE_API bool cql_to_int64(cql_value v, int64_t *out, coodie_error *err);
COODIE_API bool cql_to_float(cql_value v, float *out, coodie_error *err);
COODIE_API bool cql_to_double(cql_value v, double *out, coodie_error *err);
COODIE_API bool cql_to_text(cql_value v, cql_text *out, coodie_error *err);
COODIE_API bool cql_to_blob(cql_value v, cql_blob *out, coodie_error *err);
COODIE_API bool cql_to_uuid(cql_value v, cql_uuid *out, coodie_error *err);
COODIE_API bool cql_to_inet(cql_value v, cql_inet *out, coodie_error *err);
COODIE_API bool cql_to_date(cql_value v, cql_date *out, coodie_error *err);
COODIE_API bool cql_to_time(cql_value v, cql_time *out, coodie_error *err);
COODIE_API bool cql_to_timestamp(cql_value v, cql_timestamp *out, coodie_error *err);
COODIE_API bool cql_to_duration(cql_value v, cql_duration *out, coodie_error *err);
COODIE_API bool cql_to_varint(cql_value v, cql_varint *out, coodie_error *err);
COODIE_API bool cql_to_decimal(cql_value v, cql_decimal *out, coodie_error *err);
COODIE_API bool cql_to_list(cql_value v, cql_list *out, coodie_error *err);
COODIE_API bool cql_to_set(cql_value v, cql_set *out, coodie_error *err);
COODIE_API bool cql_to_map(cql_value v, cql_map *out, coodie_error *err);
COODIE_API bool cql_to_tuple(cql_value v, cql_tuple *out, coodie_error *err);
COODIE_API bool cql_to_udt(cql_value v, cql_udt *out, coodie_error *err);
COODIE_API bool cql_to_vector(cql_value v, cql_vector *out, coodie_error *err);
/**
 * Copies the elements of a vector<float, n> out.
 * @param len  elements `out` has room for; COODIE_ERR_RANGE with both numbers when it differs
 */
COODIE_API bool cql_to_floats(cql_value v, float *out, size_t len, coodie_error *err);
/** The field of a name, where the value came from a result; null where the value ends before it.
 * COODIE_ERR_TYPE: no such field. */
COODIE_API bool cql_udt_field(cql_udt udt, const char *name, cql_value *out, coodie_error *err);

/**
 * Walks a collection's items in their order. Keeps a pointer into the collection, allocates
 * nothing.
 *
 *     for (cql_iter it = cql_set_iter(u->tags); cql_iter_next(&it, &item);)
 *
 * An item that is broken on the wire ends the walk: cql_iter_next() returns false and `failed` is
 * set.
 */
typedef struct cql_iter {
	cql_seq seq;
	const uint8_t *at;
	uint32_t left;
	bool is_map;
	bool failed;
} cql_iter;

COODIE_API cql_iter cql_list_iter(cql_list list);
COODIE_API cql_iter cql_set_iter(cql_set set);
COODIE_API cql_iter cql_map_iter(cql_map map);
/** Walks the parts. A null part is CQL_TAG_NULL; parts missing at the end are not walked. */
COODIE_API cql_iter cql_tuple_iter(cql_tuple tuple);
COODIE_API cql_iter cql_udt_iter(cql_udt udt); /**< likewise */
COODIE_API cql_iter cql_vector_iter(cql_vector vector);
/** The next item; false at the end. */
COODIE_API bool cql_iter_next(cql_iter *it, cql_value *item);
/** The next pair of a map; false at the end. */
COODIE_API bool cql_iter_next_pair(cql_iter *it, cql_value *key, cql_value *value);

/* ---- text forms ----------------------------------------------------------------------------- */

/** Length of a uuid's text with its NUL. */
#define CQL_UUID_TEXT_SIZE 37
/** Length of the longest inet text with its NUL. */
#define CQL_INET_TEXT_SIZE 46

/** Writes 8-4-4-4-12 lower case hexadecimal digits and a NUL. @return `out` */
COODIE_API char *cql_uuid_format(cql_uuid uuid, char out[CQL_UUID_TEXT_SIZE]);
/** Reads 8-4-4-4-12 or 32 hexadecimal digits in any case. */
COODIE_API bool cql_uuid_parse(const char *text, cql_uuid *out, coodie_error *err);
/** @return a random (version 4) uuid from the operating system's generator */
COODIE_API cql_uuid cql_uuid_random(void);
COODIE_API char *cql_inet_format(cql_inet inet, char out[CQL_INET_TEXT_SIZE]);
COODIE_API bool cql_inet_parse(const char *text, cql_inet *out, coodie_error *err);
/** @return the wall clock's time now */
COODIE_API cql_timestamp cql_timestamp_now(void);
/**
 * Writes a value for people, as a CQL literal ('it''s', 0xcafe, {1, 2}), as snprintf() does; text.h
 * has the forms, and reads them.
 * @return the length it needs, without the NUL
 */
COODIE_API size_t cql_value_format(cql_value v, char *out, size_t size);

COODIE_END

#endif
