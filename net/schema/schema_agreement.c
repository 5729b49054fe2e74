/* SPDX-License-Identifier: MIT */
/* Compares schema versions of the nodes that are up with that of the node that was asked. */
#include "net/schema/schema_agreement.h"

#include <string.h>

#include "base/error.h"

static bool is_zero(const cql_uuid *id)
{
	static const cql_uuid zero;

	return memcmp(id, &zero, sizeof zero) == 0;
}

/* One row; null is zeros. */
static bool read_row(const coodie_cursor *c, const size_t columns[2], cql_uuid ids[2],
		     coodie_error *err)
{
	memset(ids, 0, 2 * sizeof *ids);
	for (int i = 0; i < 2; i++)
		if (!coodie_cursor_is_null(c, columns[i]) &&
		    !coodie_cursor_uuid(c, columns[i], &ids[i], err))
			return false;
	return true;
}

static bool begin(coodie_result *r, const char *table, coodie_cursor *c, size_t columns[2],
		  coodie_error *err)
{
	if (!r || coodie_result_kind(r) != COODIE_RESULT_ROWS ||
	    !coodie_result_column_index(r, "host_id", &columns[0]) ||
	    !coodie_result_column_index(r, "schema_version", &columns[1]))
		return cd_fail(err, COODIE_ERR_PROTOCOL,
			       "schema agreement: the answer is no rows of system.%s", table);
	*c = coodie_result_cursor(r);
	return true;
}

static void add_host(struct cd_schema_agreement *a, const cql_uuid *host_id,
		     const cql_uuid *version)
{
	a->hosts++;
	if (memcmp(version, &a->version, sizeof *version) == 0)
		return;
	if (a->differing < CD_SCHEMA_AGREEMENT_SHOWN)
		a->others[a->differing] = *host_id;
	a->differing++;
}

bool cd_schema_agreement_read(struct cd_schema_agreement *out, coodie_result *local,
			      coodie_result *peers, cd_schema_is_up_fn *is_up, void *user,
			      coodie_error *err)
{
	struct cd_schema_agreement a = { 0 };
	size_t columns[2];
	coodie_cursor c;
	cql_uuid ids[2];

	cd_clear(err);
	if (!begin(local, "local", &c, columns, err))
		return false;
	if (!coodie_cursor_next(&c))
		return cd_fail(err, COODIE_ERR_PROTOCOL, "schema agreement: system.local is empty");
	if (!read_row(&c, columns, ids, err))
		return false;
	if (is_zero(&ids[1]))
		return cd_fail(err, COODIE_ERR_PROTOCOL,
			       "schema agreement: system.local has no schema version");
	a.version = ids[1];
	a.hosts = 1;
	if (!begin(peers, "peers", &c, columns, err))
		return false;
	while (coodie_cursor_next(&c)) {
		if (!read_row(&c, columns, ids, err))
			return false;
		if (!is_zero(&ids[0]) && !is_zero(&ids[1]) && (!is_up || is_up(&ids[0], user)))
			add_host(&a, &ids[0], &ids[1]);
	}
	if (c.failed)
		return cd_fail(err, COODIE_ERR_PROTOCOL,
			       "schema agreement: the rows of system.peers are broken");
	a.agreed = a.differing == 0;
	*out = a;
	return true;
}

uint32_t cd_schema_agreement_wait_ms(uint32_t n)
{
	enum { FIRST = 10, MOST = 200 };

	if (n == 0)
		return 0;
	return n > 5 || FIRST << (n - 1) > MOST ? MOST : (uint32_t)(FIRST << (n - 1));
}
