/* SPDX-License-Identifier: MIT */
/* The usual members as values, at once: what a save of a struct of the caller's own does for each
 * column. cd_member_get() is the way for all others, and for what has rules: the same values (a test
 * compares them). */
#ifndef ORM_WRITE_PLAIN_H
#define ORM_WRITE_PLAIN_H

#include <string.h>

#include "orm/model/model.h"

/* False, and nothing in `out`, for a member that is not a usual one, says nothing, or has rules. */
static inline bool cd_plain_get(const struct cd_column *c, const void *object, cql_value *out)
{
	const void *at = (const char *)object + c->def.offset;
	const char *text;

	if (c->optional && !(at = *(const void *const *)at))
		return false;
	switch (c->plain) {
	case COODIE_MEMBER_STR:
		text = *(const char *const *)at;
		if (!text)
			return false;
		out->is.tag = CQL_TAG_TEXT;
		out->as.text = (cql_text){ text, strlen(text) };
		return true;
	case COODIE_MEMBER_INT32:
		out->is.tag = CQL_TAG_INT;
		out->as.integer = *(const int32_t *)at;
		return true;
	case COODIE_MEMBER_LONG:
		out->is.tag = CQL_TAG_INT;
		out->as.integer = *(const long *)at;
		return true;
	case COODIE_MEMBER_BOOL:
		out->is.tag = CQL_TAG_BOOL;
		out->as.boolean = *(const bool *)at;
		return true;
	case COODIE_MEMBER_DOUBLE:
		out->is.tag = CQL_TAG_DOUBLE;
		out->as.real = *(const double *)at;
		return true;
	case COODIE_MEMBER_UUID:
		out->is.tag = CQL_TAG_UUID;
		out->as.uuid = *(const cql_uuid *)at;
		return true;
	case COODIE_MEMBER_TIMESTAMP:
		out->is.tag = CQL_TAG_TIMESTAMP;
		out->as.timestamp = *(const cql_timestamp *)at;
		return true;
	default:
		return false;
	}
}

#endif
