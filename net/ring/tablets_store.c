/* SPDX-License-Identifier: MIT */
/* What is known of tablets from elsewhere: the server's own table, and what another process wrote down. */
#include "net/ring/tablets.h"

#include <string.h>

#include <coodie/framing.h>
#include <coodie/uuid.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/reader.h"

/* ---- ScyllaDB's table ------------------------------------------------------------------------ */

const char cd_tablets_statement[] =
	"SELECT table_id, keyspace_name, table_name, last_token, replicas FROM system.tablets "
	"USING TIMEOUT 10s";

/* A row: a tablet ends where it says, and begins where the one before it did. */
struct row {
	cql_uuid table_id;
	cql_text keyspace, name;
	cql_tablet tablet;
	cql_tablet_replica replicas[CD_TABLETS_REPLICAS];
};

static bool read_replica(cql_value item, cql_tablet_replica *out)
{
	cql_tuple tuple;
	cql_value host, shard;

	if (!cql_to_tuple(item, &tuple, NULL))
		return false;
	cql_iter it = cql_tuple_iter(tuple);
	return cql_iter_next(&it, &host) && cql_iter_next(&it, &shard) &&
	       cql_to_uuid(host, &out->host_id, NULL) && cql_to_int32(shard, &out->shard, NULL);
}

static bool read_replicas(cql_value value, struct row *row)
{
	cql_list list;
	cql_value item;
	uint32_t count = 0;

	if (!cql_to_list(value, &list, NULL))
		return false;
	for (cql_iter it = cql_list_iter(list);
	     count < CD_TABLETS_REPLICAS && cql_iter_next(&it, &item); count++)
		if (!read_replica(item, &row->replicas[count]))
			return false;
	row->tablet.replicas = row->replicas;
	row->tablet.replica_count = count;
	return count > 0;
}

/* `columns` are those of the statement, in its order. */
static bool read_row(const coodie_cursor *c, const size_t columns[5], struct row *row)
{
	cql_value replicas;

	return coodie_cursor_uuid(c, columns[0], &row->table_id, NULL) &&
	       coodie_cursor_text(c, columns[1], &row->keyspace, NULL) &&
	       coodie_cursor_text(c, columns[2], &row->name, NULL) &&
	       coodie_cursor_int64(c, columns[3], &row->tablet.last_token, NULL) &&
	       coodie_cursor_value(c, columns[4], &replicas, NULL) && read_replicas(replicas, row);
}

static bool find_columns(const coodie_result *rows, size_t columns[5], coodie_error *err)
{
	static const char *const names[] = { "table_id", "keyspace_name", "table_name",
					     "last_token", "replicas" };

	for (size_t i = 0; i < 5; i++)
		if (!coodie_result_column_index(rows, names[i], &columns[i]))
			return cd_fail(err, COODIE_ERR_PROTOCOL,
				       "system.tablets: the answer has no column %s", names[i]);
	return true;
}

static bool same_text(cql_text a, cql_text b)
{
	return a.len == b.len && (!a.len || memcmp(a.data, b.data, a.len) == 0);
}

static bool is_wanted(const struct row *row, cql_text keyspace, cql_text name)
{
	return (!keyspace.data || same_text(row->keyspace, keyspace)) &&
	       (!name.data || same_text(row->name, name));
}

/* Makes a row's tablet begin where the last one of its table ended. */
static void join_rows(struct row *row, const cql_uuid *last_id, int64_t last)
{
	row->tablet.first_token = cql_uuid_equal(*last_id, row->table_id) ? last : INT64_MIN;
}

static bool learn_row(struct cd_tablets *t, const struct row *row, coodie_error *err)
{
	uint32_t number = cd_tablets_table(t, row->keyspace, row->name);

	if (number == CD_TABLETS_NO_TABLE)
		return cd_no_memory(err, "a table's tablets");
	return cd_tablets_learn(t, number, &row->tablet, err);
}

/* Rows of a table come one behind the other, by their tokens. Behind one that does not read, the
 * beginning of the next is not known. */
bool cd_tablets_learn_rows(struct cd_tablets *t, coodie_result *rows, struct cd_tablets_page *page,
			   cql_text keyspace, cql_text name, coodie_error *err)
{
	coodie_cursor c = coodie_result_cursor(rows);
	struct row row = { .table_id = page->table_id, .tablet.last_token = page->last_token };
	size_t columns[5];
	bool ok = true;

	cd_clear(err);
	if (!find_columns(rows, columns, err))
		return false;
	while (ok && coodie_cursor_next(&c)) {
		cql_uuid last_id = row.table_id;
		int64_t last = row.tablet.last_token;
		if (!read_row(&c, columns, &row)) {
			row.tablet.last_token = INT64_MAX;
			continue;
		}
		join_rows(&row, &last_id, last);
		if (is_wanted(&row, keyspace, name) &&
		    row.tablet.first_token < row.tablet.last_token)
			ok = learn_row(t, &row, err);
	}
	page->table_id = row.table_id;
	page->last_token = row.tablet.last_token;
	return ok;
}

/* ---- bytes ----------------------------------------------------------------------------------- */

/* "cdtb", [short] 1; [int] hosts, their ids, by which replicas name them; [int] tables; of each its
 * keyspace and name ([string]), [int] tablets; of each first and last token, version (8 bytes each), [byte]
 * whether it has one, [byte] replicas; of each [short] host, [short] shard. In the end a CRC32 of it all. */
static const char magic[] = "cdtb\0\1";
enum { MAGIC = 6, CRC = 4 };

/* Those of all slots, then strangers. */
static void write_hosts(const struct cd_tablets *t, struct cd_buffer *out)
{
	static const cql_uuid nobody;
	uint32_t slots = t->topology ? t->topology->slot_count : 0;

	cd_buffer_be32(out, slots + t->stranger_count);
	for (uint32_t i = 0; i < slots; i++) {
		const struct cd_topology_host *host = cd_topology_at(t->topology, i);
		cd_buffer_bytes(out, host ? &host->host_id : &nobody, sizeof nobody);
	}
	cd_buffer_bytes(out, t->strangers, t->stranger_count * sizeof *t->strangers);
}

static void write_text(cql_text text, struct cd_buffer *out)
{
	uint16_t len = text.len < UINT16_MAX ? (uint16_t)text.len : UINT16_MAX;

	cd_buffer_be16(out, len);
	cd_buffer_bytes(out, text.data, len);
}

static void write_tablet(const struct cd_tablets *t, const struct cd_tablets_table *table,
			 uint32_t i, struct cd_buffer *out)
{
	const struct cd_tablet *tablet = &table->tablets[i];
	const struct cd_tablet_replica *r = table->replicas + (size_t)i * table->stride;
	uint32_t slots = t->topology ? t->topology->slot_count : 0;

	cd_buffer_be64(out, (uint64_t)tablet->first);
	cd_buffer_be64(out, (uint64_t)table->lasts[i]);
	cd_buffer_be64(out, tablet->version);
	cd_buffer_u8(out, tablet->has_version);
	cd_buffer_u8(out, tablet->count);
	for (uint32_t j = 0; j < tablet->count; j++) {
		uint32_t host = r[j].slot;
		if (host >= CD_TABLETS_STRANGER)
			host += slots - CD_TABLETS_STRANGER;
		cd_buffer_be16(out, (uint16_t)host);
		cd_buffer_be16(out, r[j].shard);
	}
}

void cd_tablets_write(const struct cd_tablets *t, struct cd_buffer *out)
{
	size_t start = out->len;

	cd_buffer_bytes(out, magic, MAGIC);
	write_hosts(t, out);
	cd_buffer_be32(out, t->table_count);
	for (uint32_t i = 0; i < t->table_count; i++) {
		const struct cd_tablets_table *table = t->tables[i];
		write_text(table->keyspace, out);
		write_text(table->name, out);
		cd_buffer_be32(out, table->count);
		for (uint32_t j = 0; j < table->count; j++)
			write_tablet(t, table, j, out);
	}
	if (!out->failed)
		cd_buffer_be32(out, cql_crc32(out->data + start, out->len - start));
}

static cql_text read_text(struct cd_reader *r)
{
	struct cd_span s = cd_reader_span(r, cd_reader_be16(r));

	return (cql_text){ (const char *)s.at, s.len };
}

/* `hosts` are the ids, one behind the other. */
static bool read_tablet(struct cd_reader *r, struct cd_span hosts, struct cd_tablets *t,
			uint32_t number, coodie_error *err)
{
	cql_tablet_replica replicas[CD_TABLETS_REPLICAS];
	cql_tablet tablet = { .replicas = replicas };

	tablet.first_token = (int64_t)cd_reader_be64(r);
	tablet.last_token = (int64_t)cd_reader_be64(r);
	tablet.version = cd_reader_be64(r);
	tablet.has_version = cd_reader_u8(r);
	tablet.replica_count = cd_reader_u8(r);
	r->failed |= tablet.replica_count > CD_TABLETS_REPLICAS;
	for (uint32_t i = 0; !r->failed && i < tablet.replica_count; i++) {
		size_t host = cd_reader_be16(r) * sizeof(cql_uuid);
		replicas[i].shard = cd_reader_be16(r);
		r->failed |= host >= hosts.len;
		if (!r->failed)
			memcpy(&replicas[i].host_id, hosts.at + host, sizeof(cql_uuid));
	}
	return r->failed || cd_tablets_learn(t, number, &tablet, err);
}

static bool read_tables(struct cd_reader *r, struct cd_tablets *t, coodie_error *err)
{
	size_t host_count = cd_reader_be32(r);
	struct cd_span hosts = { NULL, 0 };

	if (host_count <= UINT16_MAX)
		hosts = cd_reader_span(r, host_count * sizeof(cql_uuid));
	else
		r->failed = true;
	for (uint32_t left = cd_reader_be32(r); left && !r->failed; left--) {
		cql_text keyspace = read_text(r), name = read_text(r);
		uint32_t tablets = cd_reader_be32(r), number;
		if (r->failed)
			break;
		number = cd_tablets_table(t, keyspace, name);
		if (number == CD_TABLETS_NO_TABLE)
			return cd_no_memory(err, "a table's tablets");
		for (; tablets && !r->failed; tablets--)
			if (!read_tablet(r, hosts, t, number, err))
				return false;
	}
	return !r->failed ||
	       cd_fail(err, COODIE_ERR_PROTOCOL, "tablets that were written down: cut short");
}

/* ---- two maps to one ------------------------------------------------------------------------- */

/* Makes an empty map in which strangers have the same numbers. */
static bool begin_like(struct cd_tablets *t, const struct cd_tablets *like)
{
	cd_tablets_init(t, like->allocator, like->most);
	t->topology = cd_topology_ref(like->topology);
	if (!like->stranger_count)
		return true;
	t->strangers = cd_alloc_array(t->allocator, like->stranger_count, sizeof *t->strangers);
	if (!t->strangers)
		return false;
	memcpy(t->strangers, like->strangers, like->stranger_count * sizeof *t->strangers);
	t->stranger_count = t->stranger_room = like->stranger_count;
	return true;
}

/* Swaps what two tables know; names stay, and what was counted of `to`. */
static void swap_tablets(struct cd_tablets_table *to, struct cd_tablets_table *from)
{
	struct cd_tablets_table was = *to;

	*to = *from;
	to->keyspace = was.keyspace;
	to->name = was.name;
	to->hits = was.hits;
	to->misses = was.misses;
	to->hits_then = was.hits_then;
	was.keyspace = from->keyspace;
	was.name = from->name;
	*from = was;
}

static bool merge(struct cd_tablets *to, struct cd_tablets *from)
{
	for (uint32_t i = 0; i < from->table_count; i++)
		if (cd_tablets_table(to, from->tables[i]->keyspace, from->tables[i]->name) ==
		    CD_TABLETS_NO_TABLE)
			return false;
	for (uint32_t i = 0; i < from->table_count; i++) {
		struct cd_tablets_table *with = from->tables[i];
		uint32_t number = cd_tablets_table(to, with->keyspace, with->name);
		uint32_t count = with->count;
		if (to->tables[number]->count || to->count + count > to->most)
			continue;
		swap_tablets(to->tables[number], with);
		to->count += count;
		from->count -= count;
	}
	cql_uuid *strangers = to->strangers;
	to->strangers = from->strangers;
	to->stranger_count = from->stranger_count;
	to->stranger_room = from->stranger_room;
	from->strangers = strangers;
	return true;
}

bool cd_tablets_read(struct cd_tablets *t, const void *data, size_t len, coodie_error *err)
{
	struct cd_reader r = cd_reader_over(data, len < CRC ? 0 : len - CRC);
	const uint8_t *start = cd_reader_take(&r, MAGIC);
	struct cd_tablets found;
	bool ok;

	cd_clear(err);
	if (!start || memcmp(start, magic, MAGIC) != 0 ||
	    cql_crc32(data, len - CRC) != cd_get_be32(start + len - CRC))
		return cd_fail(err, COODIE_ERR_PROTOCOL,
			       "tablets that were written down: not such bytes, or damaged ones");
	ok = begin_like(&found, t) || cd_no_memory(err, "tablets");
	ok = ok && read_tables(&r, &found, err);
	if (ok && !merge(t, &found))
		ok = cd_no_memory(err, "tablets");
	cd_tablets_deinit(&found);
	return ok;
}
