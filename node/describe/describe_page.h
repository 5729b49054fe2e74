/* SPDX-License-Identifier: MIT */
/* Where a page of a DESCRIBE ended: how many rows there were, and of which schema. */
#ifndef NODE_DESCRIBE_PAGE_H
#define NODE_DESCRIBE_PAGE_H

#include "node/server/request.h"

/* As x->result's paging state; false: out of memory. */
bool nd_describe_page_write(struct nd_request *x, uint32_t rows);
/* How many rows were there before; false, with a refusal: the request's state is another schema's, or
 * none of DESCRIBE's. */
bool nd_describe_page_read(struct nd_request *x, uint32_t *rows);

#endif
