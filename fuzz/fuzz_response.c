/* SPDX-License-Identifier: MIT */
/* What servers send, as a client reads it: see message.c. */
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_message(CQL_CLIENT, (cql_blob){ data, size });
	return 0;
}
