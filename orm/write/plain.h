/* SPDX-License-Identifier: MIT */
/* The usual members as values, at once: what a save of a struct of the caller's own does for each
 * column. cd_member_get() is the way for all others, and for what has rules. */
#ifndef ORM_WRITE_PLAIN_H
#define ORM_WRITE_PLAIN_H

#include <string.h>

#include "orm/model/model.h"

/* Whether any value of the member's C type may be written. */
static inline bool cd_plain_column(const struct cd_column *c)
{
	return !c->checked && !c->def.required && !c->def.max_length && !c->def.min_length &&
	       !c->def.validate && !c->def.discriminator;
}

/* False, and nothing in `out`, for a member that is not a usual one, or says nothing. */
static inline bool cd_plain_get(const struct cd_column *c, const void *object, cql_value *out)
{
	const void *at = (const char *)object + c->def.offset;
	const char *text;

	if (c->optional && !(at = *(const void *const *)at))
		return false;
	switch (c->def.member & ~(uint32_t)COODIE_MEMBER_OPTIONAL) {
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
