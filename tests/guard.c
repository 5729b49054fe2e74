/* SPDX-License-Identifier: MIT */
/* Guard pages by mmap. */
#include "tests/guard.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

bool cd_guard_init(struct cd_guard *g, size_t most)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t room = (most + page - 1) / page * page;
	uint8_t *pages = mmap(NULL, room + page, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED)
		return false;
	*g = (struct cd_guard){ .pages = pages, .room = room, .mapped = room + page };
	return mprotect(pages + room, page, PROT_NONE) == 0;
}

void cd_guard_deinit(struct cd_guard *g)
{
	if (g->pages)
		munmap(g->pages, g->mapped);
	*g = (struct cd_guard){ 0 };
}

uint8_t *cd_guard_copy(struct cd_guard *g, const void *data, size_t len)
{
	if (len > g->room)
		return NULL;
	uint8_t *at = g->pages + g->room - len;
	if (len)
		memcpy(at, data, len);
	return at;
}
