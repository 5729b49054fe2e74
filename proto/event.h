/* SPDX-License-Identifier: MIT */
/* EVENT, and the schema change that a RESULT can be as well (v4 sections 4.2.6 and 4.2.5.5). */
#ifndef PROTO_EVENT_H
#define PROTO_EVENT_H

#include "proto/message_fn.h"

cd_read_fn cd_read_event;
cd_write_fn cd_write_event;

void cd_read_schema_change(struct cd_decoder *d, cql_schema_change *out);
void cd_write_schema_change(struct cd_encoder *w, const cql_schema_change *c);

#endif
