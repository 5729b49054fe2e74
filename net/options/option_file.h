/* SPDX-License-Identifier: MIT */
/* Options in a file, line by line. */
#ifndef NET_OPTION_FILE_H
#define NET_OPTION_FILE_H

#include "net/options/draft.h"

enum { CD_OPTION_FILE_LONGEST = 1 << 20 };

/* Reads the text of a file into a draft; errors begin with `path` and the line. */
bool cd_option_file_read(struct cd_draft *d, const char *text, size_t len, const char *path,
			 coodie_error *err);

#endif
