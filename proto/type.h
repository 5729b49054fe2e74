/* SPDX-License-Identifier: MIT */
/* The tree behind cql_type: built once in an arena, immutable, shared by reference. */
#ifndef PROTO_TYPE_H
#define PROTO_TYPE_H

#include <coodie/type.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/reader.h"

enum { CD_TYPE_DEPTH = 16 }; /* default limit of nesting */

/* In front of the class names of Cassandra's own types. */
#define CD_TYPE_PACKAGE "org.apache.cassandra.db.marshal."

struct cd_type_udt {
	const char *keyspace; /* may be "" */
	const char *name;
	const char **fields; /* as many names as there are inner types */
};

/* 32 bytes, because two bytes of a peer can ask for one: a list inside a list. */
struct cql_type {
	enum cql_kind kind;
	bool frozen;        /* known from text only: the wire does not say it */
	bool multicell;     /* known to be not frozen, so that its class has no FrozenType */
	int32_t fixed_size; /* bytes of an element in a vector; -1: each has its length in front (v5
			       §6.24) */
	uint32_t count;     /* inner types */
	const cql_type **inner;
	union {
		const cql_type
			*only;      /* of a list or set: its one inner type, where `inner` points */
		uint32_t dimension; /* of a vector */
		const char *class_name;  /* of a custom type */
		struct cd_type_udt *udt; /* of a UDT */
	} of;
};

static inline bool cd_type_is_collection(const cql_type *type)
{
	return type->kind == CQL_KIND_LIST || type->kind == CQL_KIND_SET ||
	       type->kind == CQL_KIND_MAP;
}

/* A type without inner ones: static, nothing to free. NULL for kinds that have any, and for unknown
 * ones. */
const cql_type *cd_type_native(enum cql_kind kind);

/* Reads an [option] (v4 §4.2.5.2). Custom class names that mean a type we know become that type. */
const cql_type *cd_type_decode(struct cd_reader *r, struct cd_arena *a, unsigned max_depth,
			       coodie_error *err);
/* Writes an [option] for a protocol version: duration in v4, and vector, travel as class names. */
void cd_type_encode(struct cd_buffer *out, const cql_type *type, unsigned version);

/* Reads CQL spelling, or a class name, of `len` bytes. */
const cql_type *cd_type_parse(struct cd_arena *a, const char *text, size_t len, unsigned max_depth,
			      coodie_error *err);
const cql_type *cd_type_parse_class(struct cd_arena *a, const char *text, size_t len,
				    unsigned max_depth, coodie_error *err);
/* Whether a word in CQL spelling means something else than a user type of that name. */
bool cd_type_is_reserved(const char *name);
/* Whether values of `was` are values of `now` as they are: user types have at most got more fields at
 * their end, which such values leave out (v4 section 6.22). */
bool cd_type_is_grown(const cql_type *was, const cql_type *now);
/* Whether it is the class name of a type without parameters, without its package. */
bool cd_type_is_class(const char *text, size_t len);
/* A copy with all its names and inner types; NULL: out of memory. */
const cql_type *cd_type_copy(struct cd_arena *a, const cql_type *type);
/* Makes inner slots: `count` NULL types, and as many names for a UDT. NULL: out of memory. */
cql_type *cd_type_new(struct cd_arena *a, enum cql_kind kind, uint32_t count);

#endif
