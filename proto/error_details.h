/* SPDX-License-Identifier: MIT */
/* What of an ERROR has no field in coodie_error, packed into its `details`. */
#ifndef PROTO_ERROR_DETAILS_H
#define PROTO_ERROR_DETAILS_H

#include <coodie/message.h>

/* After everything else is set: what has room is kept. */
void cd_error_details_set(coodie_error *out, const cql_error_message *e);
/* Who sent it; the rest stays. An address of length 0 says nothing. */
void cd_error_details_from(coodie_error *out, const cql_inet *node, uint16_t port);

#endif
