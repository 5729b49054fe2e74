/* SPDX-License-Identifier: MIT */
/* getrandom(), or the device where the kernel has no such call. */
#include "base/entropy.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/types.h>
#include <unistd.h>

bool cd_entropy_from(const char *path, void *out, size_t len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	unsigned char *at = out;

	while (fd >= 0 && len) {
		ssize_t n = read(fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		at += n;
		len -= (size_t)n;
	}
	if (fd >= 0)
		close(fd);
	return len == 0;
}

bool cd_entropy(void *out, size_t len)
{
	ssize_t n;

	do { /* up to 256 bytes come whole, or not at all */
		n = getrandom(out, len, 0);
	} while (n < 0 && errno == EINTR);
	return n == (ssize_t)len || cd_entropy_from("/dev/urandom", out, len);
}
