/* SPDX-License-Identifier: MIT */
/* What `coodie wire` builds while it looks at one message. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tools/wire_memory.h"

void wire_memory_init(struct wire_memory *m)
{
	coodie_error err;

	*m = (struct wire_memory){ .arena = cql_arena_new(NULL, &err) };
	if (!m->arena) {
		fprintf(stderr, "coodie wire: %s\n", err.message);
		exit(EXIT_FAILURE);
	}
}

void wire_memory_reset(struct wire_memory *m)
{
	while (m->type_count)
		cql_type_free(m->types[--m->type_count]);
	cql_arena_reset(m->arena);
	pool_reset(&m->pool);
}

void wire_memory_deinit(struct wire_memory *m)
{
	wire_memory_reset(m);
	pool_free(&m->pool);
	cql_arena_free(m->arena);
	free(m->types);
}

bool wire_refuse(coodie_error *err, enum coodie_errc code, const char *format, ...)
{
	va_list args;

	*err = (coodie_error){ .code = code, .server_code = -1 };
	va_start(args, format);
	vsnprintf(err->message, sizeof err->message, format, args);
	va_end(args);
	return false;
}
