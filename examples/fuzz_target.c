/* SPDX-License-Identifier: MIT */
/*
 * A fuzzer over the codec: any bytes as a stream from a server, read message by message.
 *
 *     clang -g -fsanitize=fuzzer,address -DFUZZING fuzz_target.c $(pkg-config --cflags --libs coodie)
 *
 * Without -DFUZZING it reads one stream from its standard input.
 */
#include <coodie/message.h>

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	coodie_error err;
	cql_envelope envelope;
	cql_message message;
	cql_inbox *in = cql_inbox_new(CQL_CLIENT, NULL, NULL, &err);
	cql_arena *arena = cql_arena_new(NULL, &err);

	/* The first byte says which framing was agreed on: v5's segments, or LZ4 in v4. */
	if (in && arena && size && data[0] & 1)
		cql_inbox_switch(in, data[0] & 2 ? 5 : 4,
				 data[0] & 4 ? CQL_COMPRESSION_LZ4 : CQL_COMPRESSION_NONE);
	if (in && arena && size && cql_inbox_feed(in, data + 1, size - 1, &err)) {
		while (cql_inbox_next(in, &envelope, &err) == CQL_INBOX_ENVELOPE) {
			cql_arena_reset(arena);
			if (cql_message_read(&envelope, NULL, arena, &message, &err))
				printf("%s\n", cql_opcode_name(message.opcode));
			else
				printf("%s\n", err.message);
		}
	}
	cql_arena_free(arena);
	cql_inbox_free(in);
	return 0;
}

#ifndef FUZZING
int main(void)
{
	static uint8_t bytes[1 << 20];

	return LLVMFuzzerTestOneInput(bytes, fread(bytes, 1, sizeof bytes, stdin));
}
#endif
