/* SPDX-License-Identifier: MIT */
/* Files that COPY reads and writes: zlib's calls take plain ones as well. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "tools/shell/file.h"

enum { BUFFER = 1 << 17, MOST_AT_ONCE = 1 << 30 };

struct file {
	gzFile gz;
	char *path;
	bool failed;
	char why[120];
};

static void fail(coodie_error *err, const char *path, const char *why)
{
	*err = (coodie_error){ .code = COODIE_ERR_INVALID, .server_code = -1 };
	snprintf(err->message, sizeof err->message, "%.110s: %.120s", path, why);
}

static struct file *open_mode(const char *path, const char *mode, coodie_error *err)
{
	struct file *f = calloc(1, sizeof *f);

	if (f && (f->path = strdup(path)) != NULL) {
		errno = 0;
		f->gz = gzopen(path, mode);
		if (f->gz) {
			gzbuffer(f->gz, BUFFER);
			return f;
		}
	}
	fail(err, path, errno ? strerror(errno) : "out of memory");
	if (f)
		free(f->path);
	free(f);
	return NULL;
}

struct file *file_open(const char *path, coodie_error *err)
{
	return open_mode(path, "rb", err);
}

struct file *file_create(const char *path, coodie_error *err)
{
	size_t len = strlen(path);
	bool compressed = len > 3 && !strcmp(path + len - 3, ".gz");

	return open_mode(path, compressed ? "wb" : "wbT", err);
}

/* Only the first failure is told. */
static void note(struct file *f)
{
	int code = 0;
	const char *why = gzerror(f->gz, &code);

	if (f->failed)
		return;
	f->failed = true;
	snprintf(f->why, sizeof f->why, "%s", code == Z_ERRNO ? strerror(errno) : why);
}

size_t file_read(struct file *f, char *out, size_t room)
{
	int got, code;

	if (f->failed)
		return 0;
	got = gzread(f->gz, out, (unsigned)(room < MOST_AT_ONCE ? room : MOST_AT_ONCE));
	gzerror(f->gz, &code);
	if (got < 0 || (got == 0 && code != Z_OK))
		note(f);
	return got > 0 ? (size_t)got : 0;
}

bool file_has_failed(const struct file *f)
{
	return f->failed;
}

void file_write(struct file *f, const char *text, size_t len)
{
	while (len && !f->failed) {
		size_t part = len < MOST_AT_ONCE ? len : MOST_AT_ONCE;
		if (gzwrite(f->gz, text, (unsigned)part) != (int)part)
			note(f);
		text += part;
		len -= part;
	}
}

bool file_close(struct file *f, coodie_error *err)
{
	int code;
	bool ok;

	if (!f)
		return true;
	errno = 0;
	code = gzclose(f->gz);
	if (code != Z_OK && !f->failed) {
		f->failed = true;
		snprintf(f->why, sizeof f->why, "%s",
			 code == Z_ERRNO && errno ? strerror(errno) : "it ends in the middle");
	}
	ok = !f->failed;
	if (!ok)
		fail(err, f->path, f->why);
	free(f->path);
	free(f);
	return ok;
}
