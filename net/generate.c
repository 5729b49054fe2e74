/* SPDX-License-Identifier: MIT */
/* Values the operating system makes: random uuids and the wall clock. */
#include <coodie/value.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* Kernels without getrandom() have the device. */
static void random_from_device(uint8_t *out, size_t len)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

	while (fd >= 0 && len) {
		ssize_t n = read(fd, out, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		out += n;
		len -= (size_t)n;
	}
	if (fd >= 0)
		close(fd);
}

cql_uuid cql_uuid_random(void)
{
	cql_uuid u = { { 0 } };
	ssize_t n;

	do { /* up to 256 bytes come whole, or not at all */
		n = getrandom(u.bytes, sizeof u.bytes, 0);
	} while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof u.bytes)
		random_from_device(u.bytes, sizeof u.bytes);
	u.bytes[6] = (uint8_t)((u.bytes[6] & 0x0f) | 0x40); /* version 4 (RFC 9562 section 5.4) */
	u.bytes[8] = (uint8_t)((u.bytes[8] & 0x3f) | 0x80); /* variant */
	return u;
}

cql_timestamp cql_timestamp_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (cql_timestamp){ (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 };
}
