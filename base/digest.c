/* SPDX-License-Identifier: MIT */
/* Digests by OpenSSL. */
#include "base/digest.h"

#include <string.h>
#include <strings.h>

#include "base/openssl.h"

/* By Java's names, and by OpenSSL's. */
static const struct {
	const char *name, *openssl;
} digests[] = {
	{ "MD5", "MD5" },        { "SHA-1", "SHA1" },     { "SHA-224", "SHA224" },
	{ "SHA-256", "SHA256" }, { "SHA-384", "SHA384" }, { "SHA-512", "SHA512" },
};

size_t cd_digest(const char *name, const void *data, size_t len, uint8_t out[CD_DIGEST_MOST])
{
	unsigned size = 0;

	if (!cd_openssl_load(NULL))
		return 0;
	for (size_t i = 0; i < sizeof digests / sizeof digests[0]; i++)
		if (strcasecmp(digests[i].name, name) == 0 &&
		    EVP_Digest(data, len, out, &size, EVP_get_digestbyname(digests[i].openssl),
			       NULL) == 1)
			return size;
	return 0;
}
