/* SPDX-License-Identifier: MIT */
/* The demo's model: one row per character, in partitions of 256 consecutive codes. */
#ifndef DEMOS_UNICODE_MODEL_H
#define DEMOS_UNICODE_MODEL_H

#include <coodie.h>

typedef struct character {
	coodie_row row;
	int32_t page; /* code / 256 */
	int32_t code;
	const char *name;
	const char *block;
	const char *category; /* "Lu" */
	int16_t combining_class;
	int8_t *digit;
	double *numeric;
	bool mirrored;
	cql_blob utf8;
	cql_list decomposition;
	cql_set words;
	cql_map cases; /* "upper", "lower", "title" to a code */
	cql_timestamp loaded_at;
} character;

extern const coodie_model character_model;

#endif
