/* SPDX-License-Identifier: MIT */
/* Names and senders of opcodes, from the one table. */
#include "proto/opcode.h"

#include <stddef.h>

static const struct {
	const char *name;
	enum cd_sender sender;
} opcodes[CQL_OP_COUNT] = {
#define X(name, wire, sender) [wire] = { #name, CD_SENDER_##sender },
#include <coodie/opcodes.def>
#undef X
};

const char *cql_opcode_name(unsigned opcode)
{
	return opcode < CQL_OP_COUNT && opcodes[opcode].name ? opcodes[opcode].name : "UNKNOWN";
}

enum cd_sender cd_opcode_sender(unsigned opcode)
{
	return opcode < CQL_OP_COUNT ? opcodes[opcode].sender : CD_SENDER_NONE;
}

bool cql_opcode_is_request(unsigned opcode)
{
	return cd_opcode_sender(opcode) == CD_SENDER_CLIENT;
}
