/* SPDX-License-Identifier: MIT */
/* What a prepared statement tells of itself: as the server said when it was prepared first, so that
 * any thread may ask, and what was borrowed stays. */
#include "net/engine/prepared.h"

/* ---- markers ---------------------------------------------------------------------------------- */

size_t coodie_prepared_bind_count(const coodie_prepared *p)
{
	return p ? p->binds.count : 0;
}

const char *coodie_prepared_bind_name(const coodie_prepared *p, size_t i)
{
	return p && i < p->binds.count ? p->binds.at[i].name.data : NULL;
}

const cql_type *coodie_prepared_bind_type(const coodie_prepared *p, size_t i)
{
	return p && i < p->binds.count ? p->binds.at[i].type : NULL;
}

const uint16_t *coodie_prepared_key(const coodie_prepared *p, size_t *count)
{
	const size_t own = p ? p->key_count : 0;

	if (count)
		*count = own;
	return own ? p->key : NULL;
}

/* ---- columns ---------------------------------------------------------------------------------- */

/* NULL: past the end. */
static const cql_column_spec *column_at(const coodie_prepared *p, size_t i)
{
	const struct cd_columns *columns = p ? &p->home->columns : NULL;

	return columns && columns->at && i < columns->count ? &columns->at[i] : NULL;
}

size_t coodie_prepared_column_count(const coodie_prepared *p)
{
	return p && p->home->columns.at ? p->home->columns.count : 0;
}

const char *coodie_prepared_column_name(const coodie_prepared *p, size_t i)
{
	const cql_column_spec *column = column_at(p, i);

	return column ? column->name.data : NULL;
}

const cql_type *coodie_prepared_column_type(const coodie_prepared *p, size_t i)
{
	const cql_column_spec *column = column_at(p, i);

	return column ? column->type : NULL;
}

/* ---- the statement ---------------------------------------------------------------------------- */

/* Of the table that it is about. NULL: neither markers nor columns say. */
static const cql_column_spec *any_column(const coodie_prepared *p)
{
	return p && p->binds.count ? p->binds.at : column_at(p, 0);
}

const char *coodie_prepared_keyspace(const coodie_prepared *p)
{
	const cql_column_spec *column = any_column(p);

	return column ? column->keyspace.data : NULL;
}

const char *coodie_prepared_table(const coodie_prepared *p)
{
	const cql_column_spec *column = any_column(p);

	return column ? column->table.data : NULL;
}

const char *coodie_prepared_cql(const coodie_prepared *p)
{
	return p ? p->cql : NULL;
}
