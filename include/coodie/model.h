/* SPDX-License-Identifier: MIT */
/**
 * @file model.h
 * A model: a C struct and a table of its columns.
 *
 *     typedef struct user {
 *         coodie_row  row;
 *         cql_uuid    id;
 *         const char *email;
 *         int32_t    *age;
 *     } user;
 *
 *     static const coodie_column user_columns[] = {
 *         COODIE_COLUMN(user, id,    "uuid", .partition_key = 1),
 *         COODIE_COLUMN(user, email, "text", .index = COODIE_INDEX()),
 *         COODIE_COLUMN(user, age,   "int"),
 *     };
 *     static const coodie_model user_model =
 *         COODIE_MODEL(user, user_columns, "users", .keyspace = "shop");
 *
 * The table is constant data: it is checked against the struct at compile time where C can, and
 * whole at first use (every member against its CQL type); what is wrong is refused with the column,
 * both types and the fix.
 *
 * **Objects.** A struct of your own is *untracked*: each save writes it whole and nothing about it
 * is kept. An object the library made (coodie_new, coodie_get, coodie_first, coodie_next) is
 * *tracked*: saving it writes what changed. A tracked object must not be copied by assignment;
 * coodie_dup() makes a second one. Memory of yours that its members point to must last until they are
 * assigned again, or it is freed: a save copies nothing into it, coodie_object_set() does.
 *
 * **Null.** In an untracked or new object a NULL pointer or view means "not set": nothing is
 * written for it. In a loaded object a member that became NULL writes null, one that was not loaded
 * is not written.
 */
#ifndef COODIE_MODEL_H
#define COODIE_MODEL_H

#include <coodie/driver.h>

COODIE_BEGIN

/** First member of every model struct; zero in a struct of your own. The library's, not yours to
 * write. */
typedef struct coodie_row {
	const void *self; /**< the object this header was made for: tells a copied object from the
			     original */
	struct cd_object *object;
} coodie_row;

/** What C type a member has. */
enum coodie_member {
	COODIE_MEMBER_UNKNOWN = 0,
#define X(name, c_type, text) COODIE_MEMBER_##name,
#include <coodie/members.def>
#include <coodie/views.def>
#undef X
	COODIE_MEMBER_STR,          /**< const char *: NUL-terminated, NULL is null */
	COODIE_MEMBER_CHARS,        /**< char[N]: NUL-terminated in place */
	COODIE_MEMBER_FLOATS,       /**< float[N]: a vector<float, N> */
	COODIE_MEMBER_UDT,          /**< a struct of a user type (coodie/udt.h) */
	COODIE_MEMBER_OPTIONAL = 64 /**< added for a pointer to a scalar or a struct */
};

enum coodie_order { COODIE_ASC = 0, COODIE_DESC };

/** What "near" means to a vector index. */
enum coodie_similarity {
	COODIE_SIMILARITY_NONE = 0, /**< not a vector index */
	COODIE_SIMILARITY_COSINE,
	COODIE_SIMILARITY_DOT_PRODUCT,
	COODIE_SIMILARITY_EUCLIDEAN
};

/** A secondary index on a column. */
typedef struct coodie_index {
	bool on;
	bool external;                     /**< made by others: never created or dropped (TY-34) */
	enum coodie_similarity similarity; /**< makes a vector index of it */
	const char *name;                  /**< NULL: <table>_<column>_idx */
	const char *class_name; /**< USING '...'; NULL: SAI for a vector, else the server's own */
	const char *options;    /**< WITH OPTIONS = ..., a CQL map without the similarity (SM-20) */
	const char *target;     /**< "KEYS", "ENTRIES", "FULL"; NULL: values (SM-18, SM-19) */
	const void *reserved[2]; /**< zero */
} coodie_index;

/** One column. Made by COODIE_COLUMN; a field that is not named is zero. */
typedef struct coodie_column {
	const char *name; /**< the member's name, by which fragments know it */
	uint32_t offset, size;
	uint32_t member;  /**< enum coodie_member */
	const char *type; /**< CQL spelling */
	/* yours */
	const char *db_name;    /**< the column's name in the table, where it is not `name`; kept as
				   written, case too */
	uint16_t partition_key; /**< 1 for the first column of the partition key, 2 for the second,
				   ...; 0 for none */
	uint16_t clustering_key; /**< likewise */
	enum coodie_order order; /**< of a clustering column */
	bool is_static;
	bool required;       /**< refused on save when null or not set; keys always are */
	uint32_t max_length; /**< of a text or blob, bytes; 0: no limit */
	coodie_index index;
	uint32_t min_length; /**< of a text or blob that is set, bytes (TY-01) */
	bool discriminator;  /**< says which struct a row is (coodie/polymorphism.h) */
	/** Fills the member of a new object, at `member`: coodie_new() and coodie_model_defaults()
	 * ask it. What a pointer is given must outlive the object. @return false: no memory (TY-36)
	 */
	bool (*make_default)(void *member);
	/** Asked before a write, about a member that is set. @return false with `err` (MD-33) */
	bool (*validate)(const void *member, coodie_error *err);
	const struct coodie_udt *udt;       /**< of the member, or of its items (coodie/udt.h) */
	const struct coodie_udt *key_udt;   /**< of the keys of a map */
	const struct coodie_base *inherits; /**< made by COODIE_INHERIT (coodie/polymorphism.h) */
} coodie_column;

/** A model. Made by COODIE_MODEL; constant; must outlive every session that used it. */
typedef struct coodie_model {
	size_t size;          /**< sizeof(coodie_model) */
	size_t column_stride; /**< sizeof(coodie_column) */
	const coodie_column *columns;
	size_t column_count;
	size_t object_size;
	const char *object_name; /**< of the struct, for messages */
	const char *table;       /**< kept as written when quoted or mixed case */
	/* yours */
	const char *keyspace;               /**< NULL: the session's */
	const char *connection;             /**< name in a registry; NULL: the default session */
	uint32_t default_ttl;               /**< seconds; 0: none */
	const char *comment;                /**< of the table */
	cql_consistency consistency;        /**< default of its statements */
	cql_consistency serial_consistency; /**< of its conditional writes */
	uint32_t timeout_ms;                /**< default of its statements; 0: the session's */
	bool idempotent;                    /**< its writes may be sent twice, all of them */
	bool is_abstract;    /**< only to be inherited from: not synced, read or saved (MD-07) */
	const char *options; /**< CQL after WITH (MD-09) */
	const char *discriminator_value;    /**< of this struct (coodie/polymorphism.h) */
	const struct coodie_family *family; /**< the structs of the table */
	const struct coodie_view *view;     /**< a materialized view (coodie/view.h) */
	/* the library's, in a model that it made (coodie/builder.h) */
	uint64_t content; /**< a digest of its texts; 0: one of your own */
	bool is_read;     /**< its types are the cluster's own words */
} coodie_model;

#ifndef __cplusplus
/* The address of a member tells arrays from pointers; an incomplete array type matches every
 * length. */
#define COODIE_MEMBER_OF_(T, m) \
	_Generic(&((T *)0)->m, \
		_Bool *: COODIE_MEMBER_BOOL, \
		signed char *: COODIE_MEMBER_INT8, \
		short *: COODIE_MEMBER_INT16, \
		int *: COODIE_MEMBER_INT32, \
		long *: COODIE_MEMBER_LONG, \
		long long *: COODIE_MEMBER_LLONG, \
		float *: COODIE_MEMBER_FLOAT, \
		double *: COODIE_MEMBER_DOUBLE, \
		cql_uuid *: COODIE_MEMBER_UUID, \
		cql_inet *: COODIE_MEMBER_INET, \
		cql_date *: COODIE_MEMBER_DATE, \
		cql_time *: COODIE_MEMBER_TIME, \
		cql_timestamp *: COODIE_MEMBER_TIMESTAMP, \
		cql_duration *: COODIE_MEMBER_DURATION, \
		cql_text *: COODIE_MEMBER_TEXT, \
		cql_blob *: COODIE_MEMBER_BLOB, \
		cql_varint *: COODIE_MEMBER_VARINT, \
		cql_decimal *: COODIE_MEMBER_DECIMAL, \
		cql_list *: COODIE_MEMBER_LIST, \
		cql_set *: COODIE_MEMBER_SET, \
		cql_map *: COODIE_MEMBER_MAP, \
		cql_tuple *: COODIE_MEMBER_TUPLE, \
		cql_udt *: COODIE_MEMBER_UDT_VIEW, \
		cql_vector *: COODIE_MEMBER_VECTOR, \
		const char **: COODIE_MEMBER_STR, \
		char **: COODIE_MEMBER_STR, \
		char(*)[]: COODIE_MEMBER_CHARS, \
		float(*)[]: COODIE_MEMBER_FLOATS, \
		_Bool **: COODIE_MEMBER_BOOL + COODIE_MEMBER_OPTIONAL, \
		signed char **: COODIE_MEMBER_INT8 + COODIE_MEMBER_OPTIONAL, \
		short **: COODIE_MEMBER_INT16 + COODIE_MEMBER_OPTIONAL, \
		int **: COODIE_MEMBER_INT32 + COODIE_MEMBER_OPTIONAL, \
		long **: COODIE_MEMBER_LONG + COODIE_MEMBER_OPTIONAL, \
		long long **: COODIE_MEMBER_LLONG + COODIE_MEMBER_OPTIONAL, \
		float **: COODIE_MEMBER_FLOAT + COODIE_MEMBER_OPTIONAL, \
		double **: COODIE_MEMBER_DOUBLE + COODIE_MEMBER_OPTIONAL, \
		cql_uuid **: COODIE_MEMBER_UUID + COODIE_MEMBER_OPTIONAL, \
		cql_inet **: COODIE_MEMBER_INET + COODIE_MEMBER_OPTIONAL, \
		cql_date **: COODIE_MEMBER_DATE + COODIE_MEMBER_OPTIONAL, \
		cql_time **: COODIE_MEMBER_TIME + COODIE_MEMBER_OPTIONAL, \
		cql_timestamp **: COODIE_MEMBER_TIMESTAMP + COODIE_MEMBER_OPTIONAL, \
		cql_duration **: COODIE_MEMBER_DURATION + COODIE_MEMBER_OPTIONAL, \
		default: COODIE_MEMBER_UNKNOWN)

/** A row of a column table: `COODIE_COLUMN(struct, member, "cql type", .option = ..., ...)`. */
#define COODIE_COLUMN(T, m, ...) \
	{ \
		.name = #m, .offset = offsetof(T, m), .size = sizeof(((T *)0)->m), \
		.member = COODIE_MEMBER_OF_(T, m), .type = __VA_ARGS__ \
	}

/** `.index = COODIE_INDEX()`, `.index = COODIE_INDEX(.name = "by_email")`. */
#define COODIE_INDEX(...) \
	{ \
		.on = true, __VA_ARGS__ \
	}

/** A model: `COODIE_MODEL(struct, columns, "table", .option = ..., ...)`. The struct's first member
 * is `coodie_row row`. */
#define COODIE_MODEL(T, columns_table, ...) \
	{ \
		.size = sizeof(coodie_model), .column_stride = sizeof(coodie_column), \
		.columns = (columns_table), \
		.column_count = sizeof(columns_table) / sizeof((columns_table)[0]), \
		.object_size = _Generic(&((T *)0)->row, coodie_row * \
					: sizeof(T)) + \
			       0 * sizeof(char[offsetof(T, row) == 0 ? 1 : -1]), \
		.object_name = #T, .table = __VA_ARGS__ \
	}
#endif

/**
 * Checks a model now rather than at first use: every member against its CQL type, keys, names.
 * @param err  COODIE_ERR_MODEL: the column, what is wrong, the fix
 */
COODIE_API bool coodie_model_check(coodie_session *s, const coodie_model *m, coodie_error *err);

/**
 * Fills those members of a struct of your own that have a `make_default`, and the discriminator of a
 * concrete struct (TY-36): what coodie_new() does by itself. Call it on a zeroed struct, before you
 * set members. Reading a row asks for no defaults.
 */
COODIE_API bool coodie_model_defaults(coodie_session *s, const coodie_model *m, void *object, coodie_error *err);

/* ---- objects -------------------------------------------------------------------------------- */

/** @return a tracked object with every member zero, freed with coodie_object_free() */
COODIE_API void *coodie_new(coodie_session *s, const coodie_model *m, coodie_error *err);
/**
 * Copies a tracked object, or one of your own, with all its texts and collections, so that it
 * outlives its result. The copy is tracked as the original was. Freed with coodie_object_free().
 */
COODIE_API void *coodie_dup(coodie_session *s, const coodie_model *m, const void *object,
			    coodie_error *err);
/** Frees what coodie_new, coodie_get, coodie_first or coodie_dup returned; NULL is fine. Not for
 * objects of rows. */
COODIE_API void coodie_object_free(void *object);
/** Marks a member of a tracked object as changed: the next save writes it, loaded or not, equal or
 * not. */
COODIE_API bool coodie_touch(void *object, const char *member, coodie_error *err);

/** Options of a write; a zero means the default. Written as COODIE_WRITE(.ttl = 60). */
typedef struct coodie_write {
	size_t size;
	int32_t ttl; /**< seconds; 0: the table's default; COODIE_NO_TTL: none even if the table has
			one */
	int64_t timestamp_us; /**< microseconds since 1970; 0: the server's clock */
	cql_consistency consistency;
	uint32_t timeout_ms;
	bool full;    /**< a tracked object is written whole, as one of your own is */
	uint64_t *id; /**< out, `_async` only: for coodie_session_cancel() */
	cql_consistency serial_consistency; /**< SERIAL or LOCAL_SERIAL (LW-13) */
	bool must_apply;     /**< not applied is COODIE_ERR_NOT_APPLIED (coodie/lwt.h) */
	bool idempotent;     /**< may be sent twice, whatever it is */
	bool tracing;        /**< asks for a trace */
	const char *profile; /**< an execution profile (coodie/policy.h); NULL: "default" */
} coodie_write;

#define COODIE_NO_TTL (-1)

#ifndef __cplusplus
#define COODIE_WRITE(...) (&(const coodie_write){ .size = sizeof(coodie_write), __VA_ARGS__ })
#endif

/**
 * Writes an object. Untracked or new: an INSERT of every member that is set. Loaded: an UPDATE of
 * what changed, whose other columns are bound as unset; nothing at all when nothing did. Sets and maps that are not frozen are written as what
 * was added and taken out, lists as what they grew by, and whole when they were empty, are empty now,
 * or were touched (CO-11 to CO-13). Static members alone go to the partition (LC-26). A changed primary
 * key is refused. The object counts as saved only when the server applied it.
 * @param w    COODIE_WRITE(...) or NULL
 * @param err  COODIE_ERR_MODEL, COODIE_ERR_INVALID, COODIE_ERR_TYPE, COODIE_ERR_RANGE before any I/O;
 * else what the session reports
 */
COODIE_API bool coodie_save(coodie_session *s, const coodie_model *m, void *object,
			    const coodie_write *w, coodie_error *err);
/** As coodie_save(). A tracked object must live until the callback; one of your own only until this
 * call returns. */
COODIE_API bool coodie_save_async(coodie_session *s, const coodie_model *m, void *object,
				  const coodie_write *w, coodie_status_fn *done, void *user,
				  coodie_error *err);

/** Deletes an object's row by its primary key. Options: timestamp_us, consistency, timeout_ms. */
COODIE_API bool coodie_delete(coodie_session *s, const coodie_model *m, const void *object,
			      const coodie_write *w, coodie_error *err);
COODIE_API bool coodie_delete_async(coodie_session *s, const coodie_model *m, const void *object,
				    const coodie_write *w, coodie_status_fn *done, void *user,
				    coodie_error *err);

/** Options of a read by key; a zero means the default. Written as COODIE_READ(.timeout_ms = 50). */
typedef struct coodie_read {
	size_t size;
	cql_consistency consistency;
	uint32_t timeout_ms;
	uint64_t *id;        /**< out, `_async` only: for coodie_session_cancel() */
	const char *profile; /**< an execution profile (coodie/policy.h); NULL: "default" */
	bool tracing;        /**< asks for a trace */
} coodie_read;

#ifndef __cplusplus
#define COODIE_READ(...) (&(const coodie_read){ .size = sizeof(coodie_read), __VA_ARGS__ })
#endif

/** Called once: `take_object` is the callee's (coodie_object_free); NULL on failure, and for
 * "nothing there". */
typedef void coodie_object_fn(void *take_object, const coodie_error *err, void *user);

/**
 * Reads one row by its whole primary key.
 * @param keys  partition key columns, then clustering columns, in their order
 * @param r     COODIE_READ(...) or NULL
 * @return a tracked object, freed with coodie_object_free(); NULL with COODIE_ERR_NOT_FOUND when
 * there is no such row
 */
COODIE_API void *coodie_get(coodie_session *s, const coodie_model *m, cql_args keys,
			    const coodie_read *r, coodie_error *err);
COODIE_API bool coodie_get_async(coodie_session *s, const coodie_model *m, cql_args keys,
				 const coodie_read *r, coodie_object_fn *done, void *user,
				 coodie_error *err);

COODIE_END

#endif
