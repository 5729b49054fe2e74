/* SPDX-License-Identifier: MIT */
/**
 * @file execute.h
 * EXECUTE and BATCH again and again: all of it but the values is encoded once, and how each marker
 * is written is decided once.
 *
 *     cql_execute *insert = cql_execute_new(&prepared.as.result, &params, 5, NULL, NULL, &err);
 *
 *     cql_execute_write(out, insert, stream, 0, CQL_ARGS(cql(id), cql(name), cql(age)), &err);
 *
 * The values go straight into the outbox: no copy, and no allocation once its buffer is warm.
 * Serves Q1, Q4, Q7 to Q9.
 */
#ifndef COODIE_EXECUTE_H
#define COODIE_EXECUTE_H

#include <coodie/message.h>

COODIE_BEGIN

/** A prepared statement with its parameters, ready to be sent. Constant once it is made: any thread
 * may use it. */
typedef struct cql_execute cql_execute;

/**
 * @param prepared   the RESULT of its PREPARE; copied, types too
 * @param params     consistency, paging and so on; its values and names are not looked at. With
 *                   `has_timestamp` each execution is given its own. NULL: consistency ONE
 * @param version    4 or 5
 * @param terms      NULL: defaults. `tablets_v2` adds the byte 0x00 (no tablet version is known)
 * @param allocator  copied; NULL for malloc
 * @return freed with cql_execute_free(); NULL with COODIE_ERR_INVALID (not a PREPARED result, a
 *         parameter that cannot be sent) or COODIE_ERR_NO_MEMORY
 */
COODIE_API cql_execute *cql_execute_new(const cql_result *prepared, const cql_params *params,
					unsigned version, const cql_terms *terms,
					const coodie_allocator *allocator, coodie_error *err);
COODIE_API void cql_execute_free(cql_execute *execute);

/**
 * Writes one execution behind what is pending.
 * @param timestamp_us  used when the parameters say `has_timestamp`
 * @param err           COODIE_ERR_INVALID (the number of values, or the outbox's version),
 *                      COODIE_ERR_TYPE and COODIE_ERR_RANGE (with the marker's name),
 *                      COODIE_ERR_LIMIT, COODIE_ERR_NO_MEMORY; then nothing was written
 */
COODIE_API bool cql_execute_write(cql_outbox *out, const cql_execute *execute, int16_t stream,
				  int64_t timestamp_us, cql_args values, coodie_error *err);

/* ---- BATCH ----------------------------------------------------------------------------------- */

/**
 * A BATCH being written, behind what is pending in an outbox. Until it has ended nothing else is
 * done with that outbox. Its fields are its functions' business.
 *
 *     cql_batch b;
 *     cql_batch_begin(&b, out, CQL_BATCH_UNLOGGED, 4, stream, &err);
 *     cql_batch_add(&b, insert, CQL_ARGS(cql(id), cql(name)), &err);
 *     cql_batch_end(&b, &params, &err);
 */
typedef struct cql_batch {
	cql_outbox *out;
	size_t mark;
	uint32_t count; /**< of statements */
} cql_batch;

/**
 * @param version  4 or 5; 0: the outbox's
 * @param err      COODIE_ERR_INVALID, COODIE_ERR_NO_MEMORY: there is no batch
 */
COODIE_API bool cql_batch_begin(cql_batch *b, cql_outbox *out, enum cql_batch_type type,
				unsigned version, int16_t stream, coodie_error *err);
/**
 * Adds a prepared statement; of the template only its id and markers matter.
 * @param err  as for cql_execute_write(); then the batch is as before, and may go on
 */
COODIE_API bool cql_batch_add(cql_batch *b, const cql_execute *execute, cql_args values,
			      coodie_error *err);
/** Adds a statement of any kind, with values that are encoded already. Errors likewise. */
COODIE_API bool cql_batch_add_item(cql_batch *b, const cql_batch_item *item, coodie_error *err);
/**
 * Ends it.
 * @param params  consistency and so on, without values, paging and skip_metadata; NULL: consistency
 *                ONE
 * @param err     COODIE_ERR_INVALID, COODIE_ERR_LIMIT, COODIE_ERR_NO_MEMORY: the batch is over, and
 *                nothing of it was written
 */
COODIE_API bool cql_batch_end(cql_batch *b, const cql_params *params, coodie_error *err);
/** Gives it up: nothing of it was written. */
COODIE_API void cql_batch_abort(cql_batch *b);

COODIE_END

#endif
