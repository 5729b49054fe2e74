/* SPDX-License-Identifier: MIT */
/* ERROR: its code, its message, and what each code adds (v4 section 9, v5 section 8). */
#ifndef PROTO_ERROR_BODY_H
#define PROTO_ERROR_BODY_H

#include "proto/message_fn.h"

/* Codes by name: CD_SERVER_UNPREPARED. */
enum cd_server_error {
#define X(name, code, text, body) CD_SERVER_##name = (code),
#include "proto/server_error.def"
#undef X
};

/* Codes that are not in the table have no more than a message. */
cd_read_fn cd_read_error;
cd_write_fn cd_write_error;

/* The same for those who hand it on: code, details and the server's message ("[0x2200 invalid]
 * ..."). */
void cd_error_of(const cql_error_message *e, coodie_error *out);

#endif
