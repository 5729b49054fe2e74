/* SPDX-License-Identifier: MIT */
/* What `coodie wire decode` prints: for people, or a JSON object a line. */
#ifndef TOOLS_WIRE_PRINT_H
#define TOOLS_WIRE_PRINT_H

#include "tools/json.h"

/* The fields of a body, a line each and indented; lists under their names. */
void wire_print_fields(FILE *to, const struct json *object, int indent);
/* Text from a peer: control characters and what is no UTF-8 cannot harm a terminal. */
void wire_print_text(FILE *to, const char *text, size_t len);

#endif
