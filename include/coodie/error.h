/* SPDX-License-Identifier: MIT */
/**
 * @file error.h
 * How every call of coodie reports failure.
 *
 * A call that can fail returns `bool` (or a pointer) and takes a `coodie_error *err` as its last
 * argument. `err` may be NULL. The call clears it on entry, so after success `err->code` is
 * COODIE_OK. On failure the outputs are untouched.
 */
#ifndef COODIE_ERROR_H
#define COODIE_ERROR_H

#include <coodie/export.h>

COODIE_BEGIN

/** What went wrong; one row of errors.def each. */
enum coodie_errc {
#define X(name, number, text) COODIE_ERR_##name = (number),
#include <coodie/errors.def>
#undef X
	COODIE_OK = COODIE_ERR_OK
};

/** Length of the fixed text of an error, terminating NUL included. */
#define COODIE_ERROR_MESSAGE_SIZE 240

/**
 * One failure. The caller owns the storage; `coodie_error err = {0};` is a valid empty one. Plain
 * data: copy it freely.
 *
 * The server's details are set only when `server_code` is not -1 (v4 section 9, v5 section 8); a
 * detail that the code does not have is -1, or an empty string.
 */
typedef struct coodie_error {
	enum coodie_errc code;
	int32_t server_code;  /**< the CQL error code, such as 0x2200; -1 when no server sent one */
	int32_t consistency;  /**< of Unavailable and the timeouts and failures, as in
				 `cql_consistency`; -1 */
	int32_t required;     /**< replicas needed (Unavailable `required`); -1 */
	int32_t received;     /**< replicas that answered (or `alive`); -1 */
	int32_t block_for;    /**< acknowledgements waited for; -1 */
	int32_t failures;     /**< replicas that failed; -1 */
	int32_t data_present; /**< 1 when the replica asked for data had answered, 0 when not; -1 */
	char write_type[24];  /**< "SIMPLE", "BATCH", "CAS", ...; empty */
	char message[COODIE_ERROR_MESSAGE_SIZE]; /**< always terminated: what was wrong, and what to
						    do */
	uint64_t details[24]; /**< what the calls of details.h read: who sent it, which replicas failed,
				 names */
} coodie_error;

/** @return the name of a code without its prefix, such as "TIMEOUT"; "UNKNOWN" for a number outside
 * the table */
COODIE_API const char *coodie_errc_name(enum coodie_errc code);

/** @return one sentence on a code, static */
COODIE_API const char *coodie_errc_text(enum coodie_errc code);

/** @return the specification's name of a CQL error code ("Unprepared"), static; "unknown error" for
 * others */
COODIE_API const char *cql_error_name(int32_t server_code);

COODIE_END

#endif
