/* SPDX-License-Identifier: MIT */
/* How the operators of relations are spelled. */
#include "node/cql/ast.h"

const char *nd_operator_name(enum nd_operator op)
{
	static const char *const texts[] = {
#define X(name, text) [ND_OP_##name] = (text),
#include "node/cql/operator.def"
#undef X
	};

	return texts[op];
}
