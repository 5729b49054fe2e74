/* SPDX-License-Identifier: MIT */
/* The options of a table that are maps: caching, compaction and compression. */
#include <string.h>

#include "node/schema/options.h"

static bool is_one_of(const char *text, const char *const *names)
{
	while (*names && strcmp(*names, text) != 0)
		names++;
	return *names != NULL;
}

/* ---- caching ----------------------------------------------------------------------------------- */

/* "[a, b]": as Java prints a set of keys. */
static const char *keys_of(const struct nd_option_map *m, char *out, size_t size)
{
	size_t len = 1;

	out[0] = '[';
	for (uint32_t i = 0; i < m->count && len + strlen(m->pairs[2 * i]) + 4 < size; i++) {
		memcpy(out + len, ", ", i ? 2 : 0);
		len += i ? 2 : 0;
		memcpy(out + len, m->pairs[2 * i], strlen(m->pairs[2 * i]));
		len += strlen(m->pairs[2 * i]);
	}
	memcpy(out + len, "]", 2);
	return out;
}

bool nd_option_caching(struct nd_option_map *m)
{
	static const char *const names[] = { "keys", "rows_per_partition", NULL };
	static const char *const words[] = { "ALL", "NONE", NULL };
	const char *keys = nd_option_map_get(m, "keys");
	const char *rows = nd_option_map_get(m, "rows_per_partition");
	char shown[512];
	int32_t n;

	for (uint32_t i = 0; i < m->count; i++)
		if (!is_one_of(m->pairs[2 * i], names))
			return nd_option_bad(m->d,
					     "Invalid caching sub-options %s: only 'keys' and "
					     "'rows_per_partition' are allowed",
					     keys_of(m, shown, sizeof shown));
	if (keys && !is_one_of(keys, words))
		return nd_option_bad(m->d,
				     "Invalid value '%s' for caching sub-option 'keys': only 'ALL' "
				     "and 'NONE' are allowed",
				     keys);
	if (rows && !is_one_of(rows, words) && !nd_option_int(rows, &n))
		return nd_option_bad(m->d,
				     "Invalid value '%s' for caching sub-option "
				     "'rows_per_partition': only 'ALL', 'NONE', and integer values "
				     "are allowed",
				     rows);
	if (!keys)
		nd_option_map_set(m, "keys", "ALL");
	if (!rows)
		nd_option_map_set(m, "rows_per_partition", "NONE");
	return true;
}

/* ---- compaction --------------------------------------------------------------------------------- */

#define COMPACTION "org.apache.cassandra.db.compaction."
#define GENERAL \
	"enabled", "tombstone_threshold", "tombstone_compaction_interval", \
		"unchecked_tombstone_compaction", "log_all", "only_purge_repaired_tombstones", \
		"provide_overlapping_tombstones"
#define TIERED "min_sstable_size", "bucket_low", "bucket_high", "min_threshold", "max_threshold"

static const char *const tiered[] = { GENERAL, TIERED, NULL };
static const char *const windowed[] = { GENERAL,
					TIERED,
					"compaction_window_unit",
					"compaction_window_size",
					"timestamp_resolution",
					"expired_sstable_check_frequency_seconds",
					"unsafe_aggressive_sstable_expiration",
					NULL };
static const char *const leveled[] = {
	GENERAL, TIERED, "sstable_size_in_mb", "fanout_size", "single_sstable_uplevel", NULL
};
static const char *const unified[] = { GENERAL,
				       "scaling_parameters",
				       "min_sstable_size",
				       "flush_size_override",
				       "base_shard_count",
				       "max_sstables_to_compact",
				       "target_sstable_size",
				       "sstable_growth",
				       "overlap_inclusion_method",
				       "expired_sstable_check_frequency_seconds",
				       "unsafe_aggressive_sstable_expiration",
				       "parallelize_output_shards",
				       NULL };

static const struct strategy {
	const char *name;
	const char *const *options;
	bool has_thresholds;
} strategies[] = {
	{ "SizeTieredCompactionStrategy", tiered, true },
	{ "LeveledCompactionStrategy", leveled, true },
	{ "TimeWindowCompactionStrategy", windowed, true },
	{ "UnifiedCompactionStrategy", unified, false },
};

static const struct strategy *find_strategy(const char *class_name)
{
	const char *name = strncmp(class_name, COMPACTION, sizeof COMPACTION - 1) == 0
				   ? class_name + sizeof COMPACTION - 1
				   : "";

	for (size_t i = 0; i < sizeof strategies / sizeof strategies[0]; i++)
		if (strcmp(strategies[i].name, name) == 0)
			return &strategies[i];
	return NULL;
}

static bool read_threshold(struct nd_option_map *m, const char *name, const char *standard,
			   int32_t *out)
{
	const char *text = nd_option_map_get(m, name);
	size_t digits = text ? strspn(text, "0123456789") : 0;

	if (!text)
		nd_option_map_set(m, name, text = standard);
	else if (!digits || text[digits] || !nd_option_int(text, out))
		return nd_option_bad(
			m->d,
			"Invalid value %s for '%s' compaction sub-option - must be an integer",
			text, name);
	return nd_option_int(text, out);
}

static bool check_thresholds(struct nd_option_map *m)
{
	int32_t least, most;

	if (!read_threshold(m, "min_threshold", "4", &least) ||
	    !read_threshold(m, "max_threshold", "32", &most))
		return false;
	if (least <= 0 || most <= 0)
		return nd_option_bad(m->d,
				     "Disabling compaction by setting compaction thresholds to 0 "
				     "has been removed, set the compaction option 'enabled' to "
				     "false instead.");
	if (least <= 1)
		return nd_option_bad(m->d,
				     "Min compaction threshold cannot be less than 2 (got %d)",
				     (int)least);
	if (least > most)
		return nd_option_bad(m->d,
				     "Min compaction threshold (got %d) cannot be greater than max "
				     "compaction threshold (got %d)",
				     (int)least, (int)most);
	return true;
}

/* Sub-options that are numbers, and those that are true or false. */
static bool check_tombstones(struct nd_option_map *m)
{
	static const char *const flags[] = { "unchecked_tombstone_compaction", "log_all",
					     "only_purge_repaired_tombstones" };
	const char *threshold = nd_option_map_get(m, "tombstone_threshold");
	const char *interval = nd_option_map_get(m, "tombstone_compaction_interval");
	double number;
	int32_t n;

	if (threshold && !nd_option_double(threshold, &number))
		return nd_option_bad(m->d,
				     "%s is not a parsable int (base10) for "
				     "tombstone_threshold",
				     threshold);
	if (threshold && number < 0)
		return nd_option_bad(m->d, "tombstone_threshold must be greater than 0, but was %f",
				     number);
	if (interval && !nd_option_int(interval, &n))
		return nd_option_bad(m->d,
				     "%s is not a parsable int (base10) for "
				     "tombstone_compaction_interval",
				     interval);
	if (interval && n < 0)
		return nd_option_bad(
			m->d, "tombstone_compaction_interval must be greater than 0, but was %d",
			(int)n);
	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
		const char *text = nd_option_map_get(m, flags[i]);

		if (text && strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
			return nd_option_bad(m->d,
					     "'%s' should be either 'true' or 'false', not '%s'",
					     flags[i], text);
	}
	return true;
}

static bool check_window(struct nd_option_map *m)
{
	static const char *const units[] = { "MINUTES", "HOURS", "DAYS", NULL };
	const char *unit = nd_option_map_get(m, "compaction_window_unit");
	const char *size = nd_option_map_get(m, "compaction_window_size");
	int32_t n;

	if (unit && !is_one_of(unit, units))
		return nd_option_bad(m->d, "%s is not valid for compaction_window_unit", unit);
	if (size && !nd_option_int(size, &n))
		return nd_option_bad(
			m->d, "%s is not a parsable int (base10) for compaction_window_size", size);
	if (size && n < 1)
		return nd_option_bad(m->d, "%d must be greater than 1 for compaction_window_size",
				     (int)n);
	return true;
}

bool nd_option_compaction(struct nd_option_map *m)
{
	const char *name = nd_option_map_remove(m, "class");
	const struct strategy *s;
	struct nd_option_map unknown;
	char shown[512];

	if (!name)
		return nd_option_bad(m->d,
				     "Missing sub-option 'class' for the 'compaction' option");
	if (!(name = nd_option_class(m->d, COMPACTION, name)))
		return false;
	if (!(s = find_strategy(name)))
		return nd_option_bad(m->d, "Unable to find compaction strategy class '%s'", name);
	if (!nd_option_map_init(&unknown, m->d, NULL, m->count))
		return false;
	for (uint32_t i = 0; i < m->count; i++)
		if (!is_one_of(m->pairs[2 * i], s->options))
			nd_option_map_set(&unknown, m->pairs[2 * i], "");
	if (!check_tombstones(m) || (s->options == windowed && !check_window(m)))
		return false;
	if (unknown.count)
		return nd_option_bad(m->d, "Properties specified %s are not understood by %s",
				     keys_of(&unknown, shown, sizeof shown), s->name);
	if (s->has_thresholds && !check_thresholds(m))
		return false;
	nd_option_map_set(m, "class", name);
	return true;
}

/* ---- compression --------------------------------------------------------------------------------- */

#define COMPRESSION "org.apache.cassandra.io.compress."

static const char *const lz4[] = { "lz4_compressor_type", "lz4_high_compressor_level", NULL };
static const char *const zstd[] = { "compression_level", NULL };
static const char *const none[] = { NULL };

static const struct {
	const char *name;
	const char *const *options;
} compressors[] = {
	{ COMPRESSION "LZ4Compressor", lz4 },     { COMPRESSION "ZstdCompressor", zstd },
	{ COMPRESSION "SnappyCompressor", none }, { COMPRESSION "DeflateCompressor", none },
	{ COMPRESSION "NoopCompressor", none },
};

static bool check_chunk(struct nd_option_map *m)
{
	const char *chunk = nd_option_map_get(m, "chunk_length_in_kb");
	const char *ratio = nd_option_map_get(m, "min_compress_ratio");
	double least;
	int32_t n;

	if (chunk && !nd_option_int(chunk, &n))
		return nd_option_bad(m->d, "Invalid value for chunk_length_in_kb");
	if (chunk && n > INT32_MAX / 1024)
		return nd_option_bad(m->d, "Value of chunk_length_in_kb is too large (%d)", (int)n);
	if (chunk && n <= 0)
		return nd_option_bad(m->d, "Invalid negative or null chunk_length_in_kb");
	if (chunk && (n & (n - 1)))
		return nd_option_bad(m->d, "chunk_length_in_kb must be a power of 2");
	if (ratio && !nd_option_double(ratio, &least))
		return nd_option_bad(m->d, "Invalid value for min_compress_ratio");
	if (ratio && least < 1 && least != 0)
		return nd_option_bad(m->d,
				     "min_compress_ratio can either be 0 or greater than or equal "
				     "to 1");
	if (!chunk)
		nd_option_map_set(m, "chunk_length_in_kb", "16");
	return true;
}

static bool check_compressor(struct nd_option_map *m, const char *class_name)
{
	static const char *const general[] = { "chunk_length_in_kb", "min_compress_ratio", NULL };
	size_t i = 0, count = sizeof compressors / sizeof compressors[0];

	while (i < count && strcmp(compressors[i].name, class_name) != 0)
		i++;
	if (i == count)
		return nd_option_bad(m->d, "Could not create Compression for type %s", class_name);
	for (uint32_t j = 0; j < m->count; j++)
		if (!is_one_of(m->pairs[2 * j], general) &&
		    !is_one_of(m->pairs[2 * j], compressors[i].options))
			return nd_option_bad(m->d, "Unknown compression options %s",
					     m->pairs[2 * j]);
	return check_chunk(m);
}

bool nd_option_compression(struct nd_option_map *m)
{
	const char *enabled = nd_option_map_remove(m, "enabled");
	bool off = enabled && strcmp(enabled, "true") != 0;
	const char *name;

	if (off && m->count)
		return nd_option_bad(m->d, "If the 'enabled' option is set to false no other "
					   "options must be specified");
	if (!m->count && !off && !enabled)
		off = true; /* {}: no compression */
	name = nd_option_map_remove(m, "class");
	if (!off && !name)
		return nd_option_bad(m->d,
				     "Missing sub-option 'class' for the 'compression' option.");
	if (off || !*name) {
		m->count = 0;
		nd_option_map_set(m, "enabled", "false");
		return true;
	}
	name = nd_option_class(m->d, COMPRESSION, name);
	if (!name || !check_compressor(m, name))
		return false;
	nd_option_map_set(m, "class", name);
	return true;
}
