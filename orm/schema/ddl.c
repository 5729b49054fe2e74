/* SPDX-License-Identifier: MIT */
/* Tables and keyspaces as CREATE statements. */
#include "orm/schema/ddl.h"

#include <stdio.h>
#include <string.h>

#include "base/identifier.h"
#include "base/list.h"

void cd_ddl_put_number(struct cd_buffer *b, uint32_t number)
{
	char digits[16];

	snprintf(digits, sizeof(digits), "%u", (unsigned)number);
	cd_buffer_text(b, digits);
}

static void put_quoted(struct cd_buffer *b, const char *text, size_t len)
{
	cd_buffer_u8(b, '\'');
	for (; len; text++, len--) {
		if (*text == '\'')
			cd_buffer_u8(b, '\'');
		cd_buffer_u8(b, (uint8_t)*text);
	}
	cd_buffer_u8(b, '\'');
}

void cd_ddl_put_string(struct cd_buffer *b, const char *text)
{
	put_quoted(b, text, strlen(text));
}

/* ---- tables ---------------------------------------------------------------------------------- */

void cd_ddl_put_key(struct cd_buffer *b, const struct cd_model *m)
{
	cd_buffer_text(b, "PRIMARY KEY ((");
	for (uint32_t i = 0; i < m->key_count; i++) {
		if (i)
			cd_buffer_text(b, i == m->partition_count ? "), " : ", ");
		cd_buffer_text(b, m->columns[m->keys[i]].quoted);
	}
	cd_buffer_text(b, m->key_count == m->partition_count ? "))" : ")");
}

static const char *put_order(struct cd_buffer *b, const struct cd_model *m)
{
	for (uint32_t i = m->partition_count; i < m->key_count; i++) {
		const struct cd_column *c = &m->columns[m->keys[i]];

		cd_buffer_text(b, i == m->partition_count ? " WITH CLUSTERING ORDER BY (" : ", ");
		cd_buffer_text(b, c->quoted);
		cd_buffer_text(b, c->def.order == COODIE_DESC ? " DESC" : " ASC");
	}
	if (m->key_count == m->partition_count)
		return " WITH ";
	cd_buffer_text(b, ")");
	return " AND ";
}

static const char *put_own_words(struct cd_buffer *b, const char *words, const char *join)
{
	if (!words)
		return join;
	cd_buffer_text(b, join);
	cd_buffer_text(b, words);
	return " AND ";
}

void cd_ddl_put_options(struct cd_buffer *b, const struct cd_model *m, const char *more)
{
	const char *join = put_order(b, m);

	if (m->def.default_ttl) {
		cd_buffer_text(b, join);
		cd_buffer_text(b, "default_time_to_live = ");
		cd_ddl_put_number(b, m->def.default_ttl);
		join = " AND ";
	}
	if (m->def.comment) {
		cd_buffer_text(b, join);
		cd_buffer_text(b, "comment = ");
		cd_ddl_put_string(b, m->def.comment);
		join = " AND ";
	}
	put_own_words(b, more, put_own_words(b, m->def.options, join));
}

void cd_ddl_create_table(struct cd_buffer *b, const struct cd_model *m)
{
	cd_buffer_text(b, "CREATE TABLE IF NOT EXISTS ");
	cd_buffer_text(b, m->table);
	cd_buffer_text(b, " (");
	for (uint32_t i = 0; i < m->read_count; i++) {
		cd_buffer_text(b, m->columns[i].quoted);
		cd_buffer_text(b, " ");
		cd_buffer_text(b, m->columns[i].spelling);
		cd_buffer_text(b, m->columns[i].role == CD_ROLE_STATIC ? " STATIC, " : ", ");
	}
	cd_ddl_put_key(b, m);
	cd_buffer_text(b, ")");
	cd_ddl_put_options(b, m, NULL);
}

/* ---- keyspaces ------------------------------------------------------------------------------- */

/* "dc1: 3, dc2: 2" as the rest of a map. */
static void put_datacenters(struct cd_buffer *b, const char *list)
{
	const char *item;
	size_t len;

	cd_buffer_text(b, "{'class': 'NetworkTopologyStrategy'");
	while (cd_list_next(&list, &item, &len)) {
		const char *colon = memchr(item, ':', len);
		size_t name = (size_t)(colon - item);

		cd_buffer_text(b, ", ");
		while (name && item[name - 1] == ' ')
			name--;
		put_quoted(b, item, name);
		cd_buffer_bytes(b, colon, len - (size_t)(colon - item));
	}
	cd_buffer_text(b, "}");
}

void cd_ddl_create_keyspace(struct cd_buffer *b, const char *name, const coodie_keyspace *options)
{
	cd_buffer_text(b, "CREATE KEYSPACE IF NOT EXISTS ");
	cd_identifier_append(b, name);
	cd_buffer_text(b, " WITH replication = ");
	if (options->replication) {
		cd_buffer_text(b, options->replication);
	} else if (options->datacenters) {
		put_datacenters(b, options->datacenters);
	} else {
		cd_buffer_text(b, "{'class': 'SimpleStrategy', 'replication_factor': ");
		cd_ddl_put_number(b, options->replication_factor ? options->replication_factor : 1);
		cd_buffer_text(b, "}");
	}
	if (options->no_durable_writes)
		cd_buffer_text(b, " AND durable_writes = false");
}
