/* SPDX-License-Identifier: MIT */
/* What clients send, as a server reads it: see message.c. */
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_message(CQL_SERVER, (cql_blob){ data, size });
	return 0;
}
