/* SPDX-License-Identifier: MIT */
/* The parts of `coodie wire`. */
#ifndef TOOLS_WIRE_H
#define TOOLS_WIRE_H

#include "tools/tool.h"
#include "tools/wire_memory.h"

/* argv[0] is the part's name. */
tool_fn wire_decode, wire_check, wire_encode_value, wire_decode_value, wire_ring;

/* The whole file, or standard input for "-". False: reported on stderr. */
bool wire_read_file(const char *path, struct bytes *out);

#endif
