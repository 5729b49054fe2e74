/* SPDX-License-Identifier: MIT */
/* What the codec's cases work on, made once. */
#ifndef BENCH_CODEC_SETUP_H
#define BENCH_CODEC_SETUP_H

#include <coodie/codec.h>
#include <coodie/execute.h>

enum { BENCH_LARGE = 131000 }; /* bytes of a body that nearly fills a segment */

enum bench_framing { BENCH_V4, BENCH_V5, BENCH_V4_LZ4, BENCH_V5_LZ4, BENCH_FRAMINGS };

extern const enum cql_kind bench_ten_kinds[10], bench_five_kinds[5];

struct bench_setup {
	cql_arena *arena;
	cql_outbox *out; /* v4, a client's */
	cql_execute *insert_fixed, *insert_text, *insert_wide;
	cql_value fixed[4], texts[4], wide[4];
	cql_uuid id;
	cql_text body; /* 100 bytes */
	cql_timestamp when;
	uint8_t bytes[16384];
	cql_result ten, page; /* 200 rows of ten columns; 5,000 of five */
	cql_envelope page_envelope;
	cql_message batch;
	cql_envelope large; /* a RESULT of BENCH_LARGE bytes that look like rows */
	cql_outbox *framed[BENCH_FRAMINGS];
	cql_inbox *in[BENCH_FRAMINGS];
	cql_blob stream[BENCH_FRAMINGS];
};

/* Ends the program when something cannot be made. */
void bench_setup_init(struct bench_setup *s);
void bench_setup_deinit(struct bench_setup *s);

#endif
