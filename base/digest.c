/* SPDX-License-Identifier: MIT */
/* Digests by OpenSSL. */
#include "base/digest.h"

#include <string.h>
#include <strings.h>

#include <openssl/evp.h>

static const struct {
	const char *name;
	const EVP_MD *(*digest)(void);
} digests[] = {
	{ "MD5", EVP_md5 },        { "SHA-1", EVP_sha1 },     { "SHA-224", EVP_sha224 },
	{ "SHA-256", EVP_sha256 }, { "SHA-384", EVP_sha384 }, { "SHA-512", EVP_sha512 },
};

size_t cd_digest(const char *name, const void *data, size_t len, uint8_t out[CD_DIGEST_MOST])
{
	unsigned size = 0;

	for (size_t i = 0; i < sizeof digests / sizeof digests[0]; i++)
		if (strcasecmp(digests[i].name, name) == 0 &&
		    EVP_Digest(data, len, out, &size, digests[i].digest(), NULL) == 1)
			return size;
	return 0;
}
