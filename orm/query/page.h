/* SPDX-License-Identifier: MIT */
/* Where the page behind some rows begins. */
#ifndef ORM_QUERY_PAGE_H
#define ORM_QUERY_PAGE_H

#include "orm/object/object.h"
#include "orm/query/query.h"

/* The token of a place in the rows of a statement. */
struct cd_page_token cd_page_token_of(const coodie_query *q, const struct cd_select *s,
				      cql_blob state, uint32_t skip);
/* Keeps the text of it in the rows. */
bool cd_page_keep_token(coodie_rows *rows, const coodie_query *q, const struct cd_select *s,
			cql_blob state, uint32_t skip, coodie_error *err);

#endif
