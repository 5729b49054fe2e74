/* SPDX-License-Identifier: MIT */
/* Guardrails looked up in their tables, and what is said when one is touched. */
#include "node/plan/guardrail.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/value/java_set.h"

enum { TEXT_SIZE = 1024 };
enum bound { MOST, LEAST };

static const struct threshold {
	const char *name;
	enum bound bound;
	size_t warn, fail; /* where the settings are */
	const char *warning, *failure, *reason;
} thresholds[] = {
#define THRESHOLD(name, bound, warning, failure, reason) \
	{ #name, \
	  bound, \
	  offsetof(struct nd_settings, name##_warn_threshold), \
	  offsetof(struct nd_settings, name##_fail_threshold), \
	  warning, \
	  failure, \
	  reason },
#include "node/plan/guardrail.def"
};

static const struct flag {
	size_t setting;
	const char *name, *feature, *reason;
} flags[] = {
#define FLAG(setting, name, feature, reason) \
	{ offsetof(struct nd_settings, setting), name, feature, reason },
#include "node/plan/guardrail.def"
};

/* ---- what is said --------------------------------------------------------------------------- */

/* "Guardrail tables violated: ...". */
static void decorate(const char *name, const char *text, const char *reason, char *out, size_t size)
{
	size_t len = strlen(text);
	bool ends = len && text[len - 1] == '.';

	snprintf(out, size, "Guardrail %s violated: %s%s%s", name, text,
		 reason ? (ends ? " " : ". ") : "", reason ? reason : "");
}

static void warn(struct nd_request *x, const char *name, const char *text, const char *reason)
{
	char line[2 * TEXT_SIZE];

	decorate(name, text, reason, line, sizeof line);
	nd_request_warn(x, "%s", line);
}

/* The client is told twice: warnings go out with the error. */
static bool fail(struct nd_request *x, const char *name, const char *text, const char *reason)
{
	char line[2 * TEXT_SIZE];

	decorate(name, text, reason, line, sizeof line);
	nd_request_warn(x, "%s", line);
	return nd_refuse(&x->problem, ND_INVALID, "%s", line);
}

/* ---- thresholds ----------------------------------------------------------------------------- */

struct touched {
	const char *what, *kind;
	int64_t value, limit;
};

static void put(const struct touched *t, const char *name, size_t len, char *out, size_t size)
{
	if (!strncmp(name, "what", len))
		snprintf(out, size, "%s", t->what);
	else if (!strncmp(name, "kind", len))
		snprintf(out, size, "%s", t->kind);
	else
		snprintf(out, size, "%" PRId64, !strncmp(name, "value", len) ? t->value : t->limit);
}

static void fill(const struct touched *t, const char *text, char *out, size_t size)
{
	size_t at = 0;

	while (*text && at + 1 < size) {
		size_t len = strcspn(text, "}");
		if (*text == '{') {
			put(t, text + 1, len - 1, out + at, size - at);
			at += strlen(out + at);
			text += len + 1;
		} else {
			out[at++] = *text++;
		}
	}
	out[at] = '\0';
}

static int64_t limit_of(const struct nd_request *x, size_t setting)
{
	int64_t limit;

	memcpy(&limit, (const char *)&x->db->settings + setting, sizeof limit);
	return limit;
}

static bool is_past(enum bound bound, int64_t value, int64_t limit)
{
	return bound == MOST ? value > limit : value < limit;
}

enum nd_threshold nd_index_threshold(const struct nd_index *index)
{
	const cql_type *type = nd_index_type(index);

	if (type->kind == CQL_KIND_VECTOR)
		return ND_THRESHOLD_sai_vector_term_size;
	return type->kind == CQL_KIND_TUPLE || type->frozen ? ND_THRESHOLD_sai_frozen_term_size
							    : ND_THRESHOLD_sai_string_term_size;
}

size_t nd_index_longest(const struct nd_request *x, const struct nd_index *index)
{
	int64_t most = limit_of(x, thresholds[nd_index_threshold(index)].fail);

	return most < 0 ? SIZE_MAX : (size_t)most;
}

bool nd_guard_is_set(const struct nd_request *x, enum nd_threshold which)
{
	const struct threshold *t = &thresholds[which];

	return x->is_ordinary_user && (limit_of(x, t->warn) >= 0 || limit_of(x, t->fail) >= 0);
}

/* With limits that were worked out; *_set: there is one. */
struct limits {
	bool warn_set, fail_set;
	int64_t warn, fail;
};

static bool guard(struct nd_request *x, const struct threshold *t, const struct limits *l,
		  int64_t value, const char *what)
{
	struct touched touched = { .what = what, .value = value };
	char text[TEXT_SIZE];

	if (l->fail_set && is_past(t->bound, value, l->fail)) {
		touched.kind = "failure";
		touched.limit = l->fail;
		fill(&touched, t->failure, text, sizeof text);
		return fail(x, t->name, text, t->reason);
	}
	if (l->warn_set && is_past(t->bound, value, l->warn)) {
		touched.kind = "warning";
		touched.limit = l->warn;
		fill(&touched, t->warning, text, sizeof text);
		warn(x, t->name, text, t->reason);
	}
	return true;
}

bool nd_guard_ordinary(struct nd_request *x, enum nd_threshold which, int64_t value,
		       const char *what)
{
	const struct threshold *t = &thresholds[which];
	struct limits l = { .warn = limit_of(x, t->warn), .fail = limit_of(x, t->fail) };

	l.warn_set = l.warn >= 0;
	l.fail_set = l.fail >= 0;
	return guard(x, t, &l, value, what);
}

static bool guard_time(struct nd_request *x, enum nd_threshold which, int sign,
		       int64_t timestamp_us, const char *table)
{
	const struct threshold *t = &thresholds[which];
	struct limits l = { .warn = limit_of(x, t->warn), .fail = limit_of(x, t->fail) };

	l.warn_set = l.warn >= 0;
	l.fail_set = l.fail >= 0;
	l.warn = x->now_us + sign * l.warn;
	l.fail = x->now_us + sign * l.fail;
	return guard(x, t, &l, timestamp_us, table);
}

bool nd_guard_timestamp(struct nd_request *x, int64_t timestamp_us, const char *table)
{
	return !x->is_ordinary_user ||
	       (guard_time(x, ND_THRESHOLD_maximum_timestamp, 1, timestamp_us, table) &&
		guard_time(x, ND_THRESHOLD_minimum_timestamp, -1, timestamp_us, table));
}

/* ---- flags ---------------------------------------------------------------------------------- */

/* One of them warns where it does not refuse. */
static bool is_warned(const struct nd_request *x, enum nd_flag which)
{
	return which == ND_FLAG_zero_ttl_on_twcs_enabled &&
	       x->db->settings.zero_ttl_on_twcs_warned;
}

bool nd_guard_use(struct nd_request *x, enum nd_flag which, const char *words)
{
	const struct flag *f = &flags[which];
	const char *feature = words ? words : f->feature;
	char text[TEXT_SIZE];
	bool allowed;

	memcpy(&allowed, (const char *)&x->db->settings + f->setting, sizeof allowed);
	if (!x->is_ordinary_user || (allowed && !is_warned(x, which)))
		return true;
	snprintf(text, sizeof text, "%s is not %s", feature, allowed ? "recommended" : "allowed");
	if (!allowed)
		return fail(x, f->name, text, f->reason);
	warn(x, f->name, text, f->reason);
	return true;
}

/* ---- values --------------------------------------------------------------------------------- */

/* What is said of values: those that were given, and those of the setting. */
static const char allowed_text[] =
	"Provided values [%s] are not allowed for %s (disallowed values are: [%s])";
static const char ignored_text[] =
	"Ignoring provided values [%s] as they are not supported for %s (ignored values are: [%s])";
static const char warned_text[] =
	"Provided values [%s] are not recommended for %s (warned values are: [%s])";

struct list {
	char text[TEXT_SIZE / 3];
	size_t len;
};

static void add(struct list *l, const char *word, size_t len)
{
	if (l->len + len + 3 > sizeof l->text)
		return;
	l->len += (size_t)snprintf(l->text + l->len, sizeof l->text - l->len, "%s%.*s",
				   l->len ? ", " : "", (int)len, word);
}

static struct list list_levels(uint32_t mask)
{
	struct list out = { "", 0 };

	for (unsigned i = 0; mask >> i; i++) {
		const char *name = cql_consistency_name((cql_consistency)i);
		if (mask >> i & 1)
			add(&out, name, strlen(name));
	}
	return out;
}

/* What is said of levels of reads or writes. */
struct levels {
	const char *name, *what;
	uint32_t disallowed, warned;
};

static bool guard_levels(struct nd_request *x, const struct levels *l, uint32_t given)
{
	struct list hit = list_levels(given & l->disallowed), all = list_levels(l->disallowed);
	char text[TEXT_SIZE];

	if (hit.len) {
		snprintf(text, sizeof text, allowed_text, hit.text, l->what, all.text);
		return fail(x, l->name, text, NULL);
	}
	hit = list_levels(given & l->warned);
	all = list_levels(l->warned);
	if (hit.len) {
		snprintf(text, sizeof text, warned_text, hit.text, l->what, all.text);
		warn(x, l->name, text, NULL);
	}
	return true;
}

static uint32_t level_bit(cql_consistency level, cql_consistency otherwise)
{
	return UINT32_C(1) << (level == CQL_CONSISTENCY_UNSET ? otherwise : level);
}

bool nd_guard_read_level(struct nd_request *x)
{
	const struct nd_settings *s = &x->db->settings;
	const struct levels l = { "read_consistency_levels", "read consistency levels",
				  s->read_consistency_levels_disallowed,
				  s->read_consistency_levels_warned };

	return !x->is_ordinary_user ||
	       guard_levels(x, &l, level_bit(x->consistency, CQL_CONSISTENCY_ONE));
}

bool nd_guard_write_levels(struct nd_request *x)
{
	const struct nd_settings *s = &x->db->settings;
	const struct levels l = { "write_consistency_levels", "write consistency levels",
				  s->write_consistency_levels_disallowed,
				  s->write_consistency_levels_warned };

	return !x->is_ordinary_user ||
	       guard_levels(x, &l,
			    level_bit(x->consistency, CQL_CONSISTENCY_ONE) |
				    level_bit(x->serial_consistency, CQL_CONSISTENCY_SERIAL));
}

enum { NAMES = 64 };

/* The words of a setting, with commas, as Cassandra's set of them is told. */
static struct list list_words(struct nd_request *x, const struct nd_words *w)
{
	struct list out = { "", 0 };
	const char *names[NAMES];
	size_t count = 0;

	for (const char *at = w->text; *(at += strspn(at, " ")) && count < NAMES;) {
		size_t len = strcspn(at, " ");
		names[count] = cd_arena_strndup(x->arena, at, len);
		count += names[count] != NULL;
		at += len;
	}
	nd_java_set_order(names, count);
	for (size_t i = 0; i < count; i++)
		add(&out, names[i], strlen(names[i]));
	return out;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The given properties that are among the words, sorted. */
static struct list list_given(const struct nd_properties *given, const struct nd_words *w)
{
	struct list out = { "", 0 };
	const char *names[NAMES];
	size_t count = 0;

	for (uint32_t i = 0; i < given->count && count < NAMES; i++)
		if (nd_words_have(w, given->at[i].name))
			names[count++] = given->at[i].name;
	qsort(names, count, sizeof *names, compare_names);
	for (size_t i = 0; i < count; i++)
		add(&out, names[i], strlen(names[i]));
	return out;
}

static bool drop_ignored(struct nd_request *x, const struct nd_words *ignored,
			 struct nd_properties *kept)
{
	struct nd_property *at = cd_arena_take_array(x->arena, (size_t)kept->count + 1, sizeof *at);
	uint32_t count = 0;

	if (!at)
		return nd_no_memory(&x->problem);
	for (uint32_t i = 0; i < kept->count; i++)
		if (!nd_words_have(ignored, kept->at[i].name))
			at[count++] = kept->at[i];
	*kept = (struct nd_properties){ at, count };
	return true;
}

bool nd_guard_properties(struct nd_request *x, const struct nd_properties *given,
			 struct nd_properties *kept)
{
	static const char name[] = "table_properties", what[] = "Table Properties";
	const struct nd_settings *s = &x->db->settings;
	const struct nd_words *const words[] = { &s->table_properties_disallowed,
						 &s->table_properties_ignored,
						 &s->table_properties_warned };
	static const char *const texts[] = { allowed_text, ignored_text, warned_text };
	char text[TEXT_SIZE];

	*kept = *given;
	for (size_t i = 0; x->is_ordinary_user && i < 3; i++) {
		struct list hit = list_given(given, words[i]), all = list_words(x, words[i]);

		if (!hit.len)
			continue;
		snprintf(text, sizeof text, texts[i], hit.text, what, all.text);
		if (words[i] == &s->table_properties_disallowed)
			return fail(x, name, text, NULL);
		warn(x, name, text, NULL);
		if (words[i] == &s->table_properties_ignored && !drop_ignored(x, words[i], kept))
			return false;
	}
	return true;
}
