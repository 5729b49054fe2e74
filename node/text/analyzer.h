/* SPDX-License-Identifier: MIT */
/* What an index makes of a text before it compares: the analyzers of SASI and of attached indexes. */
#ifndef NODE_ANALYZER_H
#define NODE_ANALYZER_H

#include "node/text/text.h"

enum nd_cut { ND_CUT_NOTHING, ND_CUT_WORDS, ND_CUT_DELIMITED };

struct nd_analyzer {
	enum nd_cut cut;
	uint8_t delimiter;    /* ND_CUT_DELIMITED: of ASCII */
	nd_text_fn *steps[4]; /* made of each token, in this order; NULL: no more */
	bool drops_empty;     /* tokens without a character are none */
};

struct nd_tokens {
	uint32_t count;
	cql_blob *at;
};

/* Whether texts are compared as they are. */
bool nd_analyzer_is_plain(const struct nd_analyzer *z);
/* The tokens of a text, in the arena; false: there is no memory. */
bool nd_analyze(const struct nd_analyzer *z, cql_blob text, struct cd_arena *a,
		struct nd_tokens *out);

#endif
