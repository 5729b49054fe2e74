/* SPDX-License-Identifier: MIT */
/* What the fuzz targets share: their input, their budget of memory, and how they object. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <coodie/codec.h>

/* What libFuzzer calls, and what replay.c calls where there is no libFuzzer; each target has one.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program, naming what should have held. */
#define FUZZ_CHECK(condition) \
	do { \
		if (!(condition)) \
			fuzz_object(__FILE__, __LINE__, #condition); \
	} while (0)
_Noreturn void fuzz_object(const char *file, int line, const char *what);
/* The same for a call that should not have failed: also says its error. */
#define FUZZ_CHECK_OK(call, err) \
	do { \
		if (!(call)) \
			fuzz_object(__FILE__, __LINE__, fuzz_failure(#call, err)); \
	} while (0)
const char *fuzz_failure(const char *call, const coodie_error *err);

/* ---- the input: decisions at its front, the rest is bytes ------------------------------------ */

/* Takes a byte off the front; 0 at the end. */
uint8_t fuzz_u8(cql_blob *in);
uint16_t fuzz_u16(cql_blob *in);
uint64_t fuzz_u64(cql_blob *in);
/* Takes up to `len` bytes off the front. */
cql_blob fuzz_take(cql_blob *in, size_t len);
/* The bytes as a text of its own, freed with free(): it ends at the first NUL at the latest. */
char *fuzz_text(cql_blob bytes);

/* ---- the promise on memory: 16 times the input, 256 times what LZ4 packed ------------------- */

enum { FUZZ_TIMES = 16, FUZZ_TIMES_LZ4 = 256 };

/* An allocator that objects when more is held, or asked for in one piece, than `most`. It must not
 * move. */
struct fuzz_budget {
	coodie_allocator allocator;
	size_t most, held;
};

void fuzz_budget_init(struct fuzz_budget *b, size_t input_len, unsigned times);
/* For what we write ourselves: only counts. */
void fuzz_budget_ours(struct fuzz_budget *b);
/* Objects when something was not given back. */
void fuzz_budget_end(const struct fuzz_budget *b);
/* An arena that lives on it. */
cql_arena *fuzz_arena(struct fuzz_budget *b);

/* ---- comparisons ---------------------------------------------------------------------------- */

bool fuzz_same(cql_blob a, cql_blob b);
/* A copy that is exactly as long, so that a read behind its end is seen; freed with free(). */
uint8_t *fuzz_copy(cql_blob bytes);

/* ---- messages, of both directions ----------------------------------------------------------- */

/* A byte of terms and a frame: read, walked, written, read and written again. */
void fuzz_message(enum cql_role reader, cql_blob in);
/* Rows by the readers of coodie/rows.h, whole and cut. */
void fuzz_rows(const cql_result *result);

#endif
