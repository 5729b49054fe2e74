/* SPDX-License-Identifier: MIT */
/* Extensions by their names in SUPPORTED. */
#include "net/ring/extensions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The first value of a key; NULL: it is not offered. */
static const char *find(const cql_option *options, uint16_t count, const char *key)
{
	for (uint16_t i = 0; i < count; i++)
		if (options[i].value_count && strcmp(options[i].key.data, key) == 0)
			return options[i].values[0].data;
	return NULL;
}

/* "NAME=number"; 0: it is not that. */
static long long number_behind(const char *text, const char *name)
{
	size_t len = strlen(name);
	char *end = NULL;
	long long n;

	if (!text || strncmp(text, name, len) != 0)
		return 0;
	errno = 0;
	n = strtoll(text + len, &end, 10);
	return end != text + len && !*end && !errno ? n : 0;
}

void cd_extensions_choose(struct cd_extensions *x, const cql_option *options, uint16_t count,
			  unsigned version)
{
	long long number;

	if (version > 4)
		return;
	x->lwt_mark = find(options, count, "SCYLLA_LWT_ADD_METADATA_MARK");
	number = number_behind(x->lwt_mark, "LWT_OPTIMIZATION_META_BIT_MASK=");
	x->lwt_mask = number > 0 && number <= UINT32_MAX ? (uint32_t)number : 0;
	number = number_behind(find(options, count, "SCYLLA_RATE_LIMIT_ERROR"), "ERROR_CODE=");
	x->terms.rate_limit_error = number >= INT32_MIN && number <= INT32_MAX ? (int32_t)number
									       : 0;
	x->terms.metadata_id = find(options, count, "SCYLLA_USE_METADATA_ID");
	x->terms.tablets_v2 = find(options, count, "TABLETS_ROUTING_V2_EXPERIMENTAL");
	x->tablets_v1 = !x->terms.tablets_v2 && find(options, count, "TABLETS_ROUTING_V1");
}

const char *cd_extensions_key(const struct cd_extensions *x, unsigned i, const char **value)
{
	*value = "";
	switch (i) {
	case 0:
		*value = x->lwt_mark;
		return x->lwt_mask ? "SCYLLA_LWT_ADD_METADATA_MARK" : NULL;
	case 1:
		return x->terms.rate_limit_error ? "SCYLLA_RATE_LIMIT_ERROR" : NULL;
	case 2:
		return x->terms.metadata_id ? "SCYLLA_USE_METADATA_ID" : NULL;
	default:
		return x->terms.tablets_v2 ? "TABLETS_ROUTING_V2_EXPERIMENTAL"
		       : x->tablets_v1     ? "TABLETS_ROUTING_V1"
					   : NULL;
	}
}
