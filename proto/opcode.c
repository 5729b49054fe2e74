/* SPDX-License-Identifier: MIT */
/* Names and senders of opcodes, from the one table. */
#include "proto/opcode.h"

#include <stddef.h>

static const struct {
	const char *name;
	enum cd_sender sender;
} opcodes[CD_OP_COUNT] = {
#define X(name, wire, sender) [wire] = { #name, CD_SENDER_##sender },
#include "proto/opcode.def"
#undef X
};

const char *cd_opcode_name(unsigned opcode)
{
	return opcode < CD_OP_COUNT && opcodes[opcode].name ? opcodes[opcode].name : "UNKNOWN";
}

enum cd_sender cd_opcode_sender(unsigned opcode)
{
	return opcode < CD_OP_COUNT ? opcodes[opcode].sender : CD_SENDER_NONE;
}
