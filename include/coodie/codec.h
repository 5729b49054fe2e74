/* SPDX-License-Identifier: MIT */
/**
 * @file codec.h
 * The codec as a library of its own: bytes to messages and messages to bytes, both directions of
 * both versions, without a socket, a clock, a thread or a global. For fuzzers, dissectors, proxies,
 * test servers, and engines of other kinds.
 *
 *     cql_inbox *in = cql_inbox_new(CQL_CLIENT, NULL, NULL, &err);
 *     cql_arena *arena = cql_arena_new(NULL, &err);
 *     for (;;) {
 *         uint8_t *at = cql_inbox_space(in, 1, &room);        read() here
 *         cql_inbox_filled(in, got);
 *         while (cql_inbox_next(in, &envelope, &err) == CQL_INBOX_ENVELOPE) {
 *             cql_arena_reset(arena);
 *             if (cql_message_read(&envelope, NULL, arena, &message, &err))
 *                 ...
 *         }
 *     }
 *
 * **Trust.** Lengths, counts, depth and sizes are checked before anything is allocated for them;
 * no input, however hostile, crashes, reads past its end, or takes more memory than 16 times its
 * own length (256 times when it is LZ4). A byte at a time gives the same messages as all at once.
 * An object belongs to one thread at a time; two objects share nothing.
 */
#ifndef COODIE_CODEC_H
#define COODIE_CODEC_H

#include <coodie/arena.h>
#include <coodie/envelope.h>
#include <coodie/execute.h>
#include <coodie/framing.h>
#include <coodie/message.h>
#include <coodie/rows.h>
#include <coodie/text.h>
#include <coodie/token.h>
#include <coodie/uuid.h>
#include <coodie/wire.h>

#endif
