/* SPDX-License-Identifier: MIT */
/* The outcome of a conditional write. */
#ifndef ORM_WRITE_LWT_H
#define ORM_WRITE_LWT_H

#include <coodie/lwt.h>

#include "orm/write/write.h"

/* Reads the answer to a write; its rows are of one model. No rows: applied.
 * @param keys  of the one row the write was about, which the server does not repeat; none for a batch
 * @return NULL when out of memory, or the rows are broken; the result is freed then */
coodie_lwt *cd_lwt_new(const struct cd_write *w, coodie_result *take_res, cql_args keys,
		       coodie_error *err);
/* COODIE_ERR_NOT_APPLIED, with what was in the way. @return false */
bool cd_lwt_fail(const coodie_lwt *lwt, coodie_error *err);

#endif
