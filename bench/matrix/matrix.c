/* SPDX-License-Identifier: MIT */
/* What the rows of the matrix share. */
#include "bench/matrix/matrix.h"

#include <stdio.h>

cql_uuid matrix_uuid(uint32_t kind, uint32_t n)
{
	cql_uuid id = { { [6] = 0x40, [8] = 0x80 } };

	for (int i = 0; i < 4; i++) {
		id.bytes[i] = (uint8_t)(kind >> (24 - 8 * i));
		id.bytes[12 + i] = (uint8_t)(n >> (24 - 8 * i));
	}
	return id;
}

bool matrix_done(coodie_result *take_res)
{
	bool worked = take_res;

	coodie_result_free(take_res);
	return worked;
}

static bool not_applied(coodie_error *err)
{
	err->code = COODIE_ERR_NOT_APPLIED;
	snprintf(err->message, sizeof err->message, "a conditional write was not applied");
	return false;
}

bool matrix_applied(coodie_result *take_res, coodie_error *err)
{
	bool applied = coodie_result_applied(take_res);

	return matrix_done(take_res) && (applied || not_applied(err));
}

bool matrix_lwt_applied(coodie_lwt *take_lwt, coodie_error *err)
{
	bool applied;

	if (!take_lwt)
		return false;
	applied = coodie_lwt_applied(take_lwt);
	coodie_lwt_free(take_lwt);
	return applied || not_applied(err);
}

bool matrix_object(struct matrix *m, void *take_object)
{
	if (!take_object)
		return false;
	m->rows++;
	coodie_object_free(take_object);
	return true;
}

bool matrix_walk(struct matrix *m, coodie_query *take_query, coodie_error *err)
{
	coodie_rows *rows = coodie_all(take_query, err);
	bool worked = rows;

	while (coodie_next(rows, err))
		m->rows++;
	coodie_rows_free(rows);
	coodie_query_free(take_query);
	return worked && err->code == COODIE_OK;
}

bool matrix_wrong(coodie_error *err, const char *what, double found, double wanted)
{
	err->code = COODIE_ERR_INVALID;
	snprintf(err->message, sizeof err->message, "%s: %g, not %g", what, found, wanted);
	return false;
}
