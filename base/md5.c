/* SPDX-License-Identifier: MIT */
/* MD5 by OpenSSL. */
#include "base/md5.h"

#include "base/openssl.h"

bool cd_md5(const void *data, size_t len, uint8_t out[CD_MD5_SIZE])
{
	unsigned size = 0;

	return cd_openssl_load(NULL) && EVP_Digest(data, len, out, &size, EVP_md5(), NULL) == 1 &&
	       size == CD_MD5_SIZE;
}
