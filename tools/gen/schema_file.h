/* SPDX-License-Identifier: MIT */
/* What a node has to know of a file of CQL before it runs it. */
#ifndef TOOLS_GEN_SCHEMA_FILE_H
#define TOOLS_GEN_SCHEMA_FILE_H

#include <coodie.h>

#include "tools/pool.h"

enum { CENTERS_MOST = 64 };

struct schema_file {
	struct pool pool;
	/* Those of {'class': 'NetworkTopologyStrategy', 'dc1': 3} and its like. */
	const char *centers[CENTERS_MOST];
	size_t center_count;
};

bool schema_file_read(struct schema_file *f, const char *path, coodie_error *err);
void schema_file_free(struct schema_file *f);

#endif
