/* SPDX-License-Identifier: MIT */
/* What cassandra.yaml says, as far as the node heeds it (settings.def). */
#ifndef NODE_SETTINGS_H
#define NODE_SETTINGS_H

#include <coodie/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The C type of each kind. */
typedef bool nd_setting_BOOL;
typedef int64_t nd_setting_COUNT;   /* -1: no limit */
typedef int64_t nd_setting_SIZE;    /* bytes; -1: null */
typedef int64_t nd_setting_TIME;    /* microseconds; -1: null */
typedef uint32_t nd_setting_LEVELS; /* 1 << a cql_consistency */
typedef struct nd_words {
	char text[256]; /* small letters, each with a blank before and behind; "": none */
} nd_setting_WORDS;

struct nd_settings {
#define X(kind, name, value) nd_setting_##kind name;
#include "node/schema/settings.def"
#undef X
};

void nd_settings_init(struct nd_settings *s);
/* `value` as cassandra.yaml has it. Errors: COODIE_ERR_INVALID, with what is allowed there. */
bool nd_settings_set(struct nd_settings *s, const char *name, const char *value, coodie_error *err);
/* The i-th name; NULL past the last. */
const char *nd_settings_name(size_t i);
/* In any case. */
bool nd_words_have(const struct nd_words *w, const char *word);

#endif
