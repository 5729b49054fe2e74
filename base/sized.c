/* SPDX-License-Identifier: MIT */
/* Copies of structs that say their own size. */
#include "base/sized.h"

#include <string.h>

#include "base/error.h"

bool cd_take_struct(void *to, size_t to_size, const void *from, const char *name, coodie_error *err)
{
	size_t size;

	memcpy(&size, from, sizeof size);
	if (size < sizeof size)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "%s: its `size` is %zu; it must be sizeof(%s)", name, size, name);
	memset(to, 0, to_size);
	memcpy(to, from, size < to_size ? size : to_size);
	memcpy(to, &to_size, sizeof to_size);
	return true;
}

void cd_give_struct(void *to, const void *from, size_t from_size)
{
	size_t size;

	memcpy(&size, to, sizeof size);
	if (size > sizeof size)
		memcpy((char *)to + sizeof size, (const char *)from + sizeof size,
		       (size < from_size ? size : from_size) - sizeof size);
}
