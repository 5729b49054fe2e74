/* SPDX-License-Identifier: MIT */
/* Setting the caller's coodie_error, once, at the place that knows most. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <coodie/error.h>

/* Empties `err` (NULL is fine): what every public call does first. */
void cd_clear(coodie_error *err);
/* The same where all went well: of an error without a code nobody reads more. */
static inline void cd_well(coodie_error *err)
{
	if (!err)
		return;
	err->code = COODIE_OK;
	err->message[0] = '\0';
}

/* Fills `err` (NULL is fine) and returns false, so that a caller can `return cd_fail(...)`. A
 * text that is too long is cut at a UTF-8 boundary and ends in "...". */
bool cd_fail(coodie_error *err, enum coodie_errc code, const char *format, ...) COODIE_PRINTF(3, 4);

/* As cd_fail(), for functions that return a pointer. */
void *cd_fail_null(coodie_error *err, enum coodie_errc code, const char *format, ...)
	COODIE_PRINTF(3, 4);

/* Out of memory: one wording everywhere. `what` names what was being made. */
bool cd_no_memory(coodie_error *err, const char *what);

/* Whether there is a place for what a call reads; a NULL is the caller's mistake. */
bool cd_has_output(const void *out, const char *call, coodie_error *err);

/* Puts "`prefix`: " (formatted) before the message that is there: who was doing it, said by the
 * caller of who failed. */
void cd_error_prefix(coodie_error *err, const char *format, ...) COODIE_PRINTF(2, 3);

/* Copies `from` to `to` when `to` is not NULL. */
void cd_error_copy(coodie_error *to, const coodie_error *from);

#endif
