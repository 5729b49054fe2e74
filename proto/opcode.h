/* SPDX-License-Identifier: MIT */
/* Message opcodes (v4 section 2.4). */
#ifndef PROTO_OPCODE_H
#define PROTO_OPCODE_H

#include <stdbool.h>

enum cd_opcode {
#define X(name, wire, sender) CD_OP_##name = (wire),
#include "proto/opcode.def"
#undef X
	CD_OP_COUNT = 0x11
};

enum cd_sender { CD_SENDER_NONE, CD_SENDER_CLIENT, CD_SENDER_SERVER };

/* "EXECUTE"; "UNKNOWN" for a value outside the table. */
const char *cd_opcode_name(unsigned opcode);
/* Who sends it; CD_SENDER_NONE when there is no such opcode. */
enum cd_sender cd_opcode_sender(unsigned opcode);

#endif
