/* SPDX-License-Identifier: MIT */
/* The rows of option.def as a table, and one option from and to text. */
#ifndef NET_OPTION_H
#define NET_OPTION_H

#include "net/options/options.h"

/* What a value is: how it is kept (options.h), read and written. */
enum cd_option_kind {
	CD_OPTION_NUMBER,
	CD_OPTION_BYTES,
	CD_OPTION_SWITCH,
	CD_OPTION_CHOICE,
	CD_OPTION_CONSISTENCY,
	CD_OPTION_DECIMAL,
	CD_OPTION_TEXT,
	CD_OPTION_SECRET,
	CD_OPTION_LIST,
	CD_OPTION_POINTS,
	CD_OPTION_REFUSED
};

/* The index of each row. */
enum cd_option_id {
#define G(title)
#define X(kind, name, ...) CD_ID_##name,
#include "net/options/option.def"
#undef X
#undef G
	CD_OPTION_COUNT
};

/* A row. `at` is where its value is in struct coodie_options, `tune_at` where in coodie_tune; 0:
 * it is not there. */
struct cd_option {
	const char *name, *words, *unit, *help;
	enum cd_option_kind kind;
	bool live;
	size_t at, tune_at;
	uint64_t fallback, least, most;
};

/* A set of rows. */
struct cd_changes {
	uint64_t bits[(CD_OPTION_COUNT + 63) / 64];
};

static inline bool cd_changes_has(const struct cd_changes *c, enum cd_option_id id)
{
	return c->bits[id / 64] >> (id % 64) & 1;
}

/* The i-th row; NULL past the end. */
const struct cd_option *cd_option_at(size_t i);
enum cd_option_id cd_option_id_of(const struct cd_option *row);
/* By name; NULL with COODIE_ERR_INVALID, which has the nearest name. */
const struct cd_option *cd_option_find(const char *name, coodie_error *err);
/* Sets an option from text; NULL sets what it begins with. Nothing is changed on failure. */
bool cd_option_set(struct coodie_options *o, const struct cd_option *row, const char *text,
		   coodie_error *err);
/* Sets a NUMBER, BYTES, SWITCH, CHOICE or CONSISTENCY; COODIE_ERR_INVALID when out of bounds. */
bool cd_option_set_number(struct coodie_options *o, const struct cd_option *row, uint64_t value,
			  coodie_error *err);
/* The value of one of those kinds. */
uint64_t cd_option_number(const struct coodie_options *o, const struct cd_option *row);
/* The same, with the nearest bound for what is out of bounds. */
void cd_option_force_number(struct coodie_options *o, const struct cd_option *row, uint64_t value);
/* Sets a TEXT, SECRET or LIST as it is, but for its bounds; NULL: to none. */
bool cd_option_set_text(struct coodie_options *o, const struct cd_option *row, const char *text,
			coodie_error *err);
void cd_option_release_text(const coodie_allocator *a, char *text);
/* Whether `word` is the name of something that is not supported here; says what is. */
bool cd_option_refused(const struct cd_option *row, const char *word, coodie_error *err);
/* Exchanges the values of one option; the texts of both come from malloc. */
void cd_option_swap(struct coodie_options *a, struct coodie_options *b,
		    const struct cd_option *row);
/* Whether it is what it began with. */
bool cd_option_is_default(const struct coodie_options *o, const struct cd_option *row);
/* Writes a value as cd_option_set() reads it, as snprintf() does: secrets as "***", nothing for
 * what is not set. */
size_t cd_option_format(const struct coodie_options *o, const struct cd_option *row, char *out,
			size_t size);
/* "1 to 32768, or none": what is legal, as snprintf() does. */
size_t cd_option_format_range(const struct cd_option *row, char *out, size_t size);

#endif
