/* SPDX-License-Identifier: MIT */
/* Files that COPY reads and writes, compressed by gzip or not, and the streams of the process. */
#ifndef TOOLS_SHELL_FILE_H
#define TOOLS_SHELL_FILE_H

#include <coodie/error.h>
#include <stdbool.h>
#include <stddef.h>

struct file; /* opaque */

/* Reads what is plain and what is compressed: which of them, the file tells. */
struct file *file_open(const char *path, coodie_error *err);
/* Compresses what is called .gz. */
struct file *file_create(const char *path, coodie_error *err);
/* How many bytes there were; 0 at the end, and after an error, which file_close() tells. */
size_t file_read(struct file *f, char *out, size_t room);
bool file_has_failed(const struct file *f);
void file_write(struct file *f, const char *text, size_t len);
/* False: not all was read, or arrived. NULL is fine. */
bool file_close(struct file *f, coodie_error *err);

#endif
