/* SPDX-License-Identifier: MIT */
/**
 * @file diff.h
 * The schema of a keyspace as a value, and the difference of two: what every sync does, what
 * `coodie schema-diff` shows, what `coodie makemigration` writes, and what a test can ask.
 *
 *     coodie_schema *is = coodie_schema_read(s, "shop", &err);
 *     coodie_schema *should = coodie_schema_of_models(
 *         s, COODIE_SCHEMA(.keyspace = "shop", .models = models, .model_count = 2), &err);
 *     coodie_diff *d = coodie_schema_compare(is, should, NULL, &err);
 *
 *     for (size_t i = 0; i < coodie_diff_count(d); i++)
 *         puts(coodie_diff_at(d, i)->part);
 *     coodie_diff_apply(s, d, COODIE_SYNC(.each = print), &err);
 *
 * A schema that was read is whole: two of them are compared in all they have. One of models says
 * what the models say: options, tables and views that they do not name are not of the difference.
 *
 * Serves SM-05 to SM-31, OPP-12, OPP-21.
 */
#ifndef COODIE_DIFF_H
#define COODIE_DIFF_H

#include <coodie/schema.h>
#include <coodie/view.h>

COODIE_BEGIN

/* ---- a schema ---------------------------------------------------------------------------- */

/** A keyspace with its types, tables, indexes and views. It does not change: any thread may read
 * it. */
typedef struct coodie_schema coodie_schema;

/** What a schema is made of; written as COODIE_SCHEMA(.models = ...). */
typedef struct coodie_schema_source {
	size_t size;
	const char *keyspace; /**< models of other keyspaces are left out; NULL: the session's */
	const coodie_model *const *models; /**< tables and views; abstract ones are left out */
	size_t model_count;
	const coodie_udt *const *types; /**< besides those that the models are made of */
	size_t type_count;
	const coodie_keyspace *options; /**< of the keyspace; NULL: not compared */
} coodie_schema_source;

#ifndef __cplusplus
#define COODIE_SCHEMA(...) \
	(&(const coodie_schema_source){ .size = sizeof(coodie_schema_source), __VA_ARGS__ })
#endif

/** Called once: `take_schema` is the callee's (coodie_schema_free); NULL on failure. */
typedef void coodie_schema_fn(coodie_schema *take_schema, const coodie_error *err, void *user);

/**
 * Reads a keyspace from system_schema, over any kind of session (SM-30). One that is not there
 * gives an empty schema: coodie_schema_exists() tells.
 * @param keyspace  as in CQL; NULL: the session's
 * @return freed with coodie_schema_free()
 */
COODIE_API coodie_schema *coodie_schema_read(coodie_session *s, const char *keyspace,
					     coodie_error *err);
COODIE_API bool coodie_schema_read_async(coodie_session *s, const char *keyspace,
					 coodie_schema_fn *done, void *user, coodie_error *err);
/**
 * The schema that models want. Nothing is asked, and nothing sent.
 * @param err  COODIE_ERR_MODEL: a model, a type or an option of a table is wrong, and where
 */
COODIE_API coodie_schema *coodie_schema_of_models(coodie_session *s,
						  const coodie_schema_source *source,
						  coodie_error *err);
/** NULL is fine. */
COODIE_API void coodie_schema_free(coodie_schema *schema);
/** Whether the cluster has the keyspace; one of models has. */
COODIE_API bool coodie_schema_exists(const coodie_schema *schema);
/** @return its name as the cluster stores it, borrowed */
COODIE_API const char *coodie_schema_keyspace(const coodie_schema *schema);
/**
 * Tells the statements that make it, in an order that works: the keyspace, its types, tables,
 * indexes and views. Each says IF NOT EXISTS.
 */
COODIE_API bool coodie_schema_statements(const coodie_schema *schema, coodie_cql_fn *each,
					 void *user, coodie_error *err);

/* ---- the difference of two --------------------------------------------------------------- */

enum coodie_change_kind {
#define X(name, what) COODIE_CHANGE_##name,
#include <coodie/changes.def>
#undef X
	COODIE_CHANGE_KINDS
};

enum coodie_safety {
	COODIE_CHANGE_SAFE,
	COODIE_CHANGE_DESTRUCTIVE, /**< something is lost: data, or what queries rely on */
	COODIE_CHANGE_IMPOSSIBLE   /**< no statement does it */
};

/** @return "ADD_COLUMN"; NULL: there is no such kind */
COODIE_API const char *coodie_change_kind_name(enum coodie_change_kind kind);
/** @return "safe", "destructive", "impossible"; NULL: there is no such */
COODIE_API const char *coodie_safety_name(enum coodie_safety safety);

/** One change; borrowed from its diff. Names are as the cluster stores them. */
typedef struct coodie_change {
	size_t size;
	enum coodie_change_kind kind;
	enum coodie_safety safety;
	const char *keyspace;
	const char *object; /**< table, view, type; of an index its table; NULL: the keyspace */
	const char *part;   /**< column, field, index, option; NULL: the object */
	const char *is, *should; /**< types, kinds, options, as CQL; NULL: none */
	const char *reason; /**< why it is not safe, and what to do; NULL: there is nothing to say */
	const char *up;     /**< the statement; NULL: it is impossible */
	const char *down;   /**< the statement that takes it back; NULL: none does */
	const char *no_way_back; /**< what `down` does not bring back ("the data of column age");
				    NULL: nothing is lost */
} coodie_change;

/** What leads from one schema to another; constant. */
typedef struct coodie_diff coodie_diff;

/** Written as COODIE_DIFF(.drop_objects = true). */
typedef struct coodie_diff_options {
	size_t size;
	bool drop_objects; /**< tables, views and types that `should` has not are dropped, but for the
			      tables of migrations; else they are not of the difference */
	bool keep_options; /**< options of tables and views are not compared */
	bool keep_keyspace; /**< nor are those of a keyspace that exists */
} coodie_diff_options;

#ifndef __cplusplus
#define COODIE_DIFF(...) \
	(&(const coodie_diff_options){ .size = sizeof(coodie_diff_options), __VA_ARGS__ })
#endif

/**
 * What leads from `is` to `should`, in an order that works: what is in the way goes first, what
 * others are made of comes before them. Taken back, it goes the other way: the `down` of the last
 * one first. Both schemas may be freed.
 * @param options  COODIE_DIFF(...) or NULL
 * @return freed with coodie_diff_free()
 */
COODIE_API coodie_diff *coodie_schema_compare(const coodie_schema *is, const coodie_schema *should,
					      const coodie_diff_options *options,
					      coodie_error *err);
/** NULL is fine. */
COODIE_API void coodie_diff_free(coodie_diff *d);
COODIE_API size_t coodie_diff_count(const coodie_diff *d);
/** @return borrowed; NULL past the end */
COODIE_API const coodie_change *coodie_diff_at(const coodie_diff *d, size_t i);
/** How many changes are so safe. */
COODIE_API size_t coodie_diff_safety_count(const coodie_diff *d, enum coodie_safety safety);

/**
 * Runs what is safe, and what is destructive with `allow_destructive`; each statement waits until
 * the nodes agree. One that another client has run meanwhile is no error (SM-28): the schema is
 * read again, and has to be as it was to become.
 * @param options  COODIE_SYNC(...) or NULL
 * @param err  COODIE_ERR_CONFLICT: something is impossible, or destructive without leave: each is
 * named, and nothing was run
 */
COODIE_API bool coodie_diff_apply(coodie_session *s, const coodie_diff *d,
				  const coodie_sync *options, coodie_error *err);
/** As above; the diff must live until the callback. */
COODIE_API bool coodie_diff_apply_async(coodie_session *s, const coodie_diff *d,
					const coodie_sync *options, coodie_status_fn *done,
					void *user, coodie_error *err);

/**
 * Makes a keyspace what models say, all at once and with one read: coodie_sync_table() and
 * coodie_sync_view() of each, and the keyspace's options where the source has them.
 * @param source  COODIE_SCHEMA(...)
 */
COODIE_API bool coodie_sync_schema(coodie_session *s, const coodie_schema_source *source,
				   const coodie_sync *options, coodie_error *err);
COODIE_API bool coodie_sync_schema_async(coodie_session *s, const coodie_schema_source *source,
					 const coodie_sync *options, coodie_status_fn *done,
					 void *user, coodie_error *err);

COODIE_END

#endif
