/* SPDX-License-Identifier: MIT */
/* Who sends a message (v4 section 2.4). */
#ifndef PROTO_OPCODE_H
#define PROTO_OPCODE_H

#include <coodie/envelope.h>

enum cd_sender { CD_SENDER_NONE, CD_SENDER_CLIENT, CD_SENDER_SERVER };

/* CD_SENDER_NONE when there is no such opcode. */
enum cd_sender cd_opcode_sender(unsigned opcode);

#endif
