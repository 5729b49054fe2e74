/* SPDX-License-Identifier: MIT */
/* Constant data of a program: what is there need not be looked at twice. */
#include "orm/model/model.h"

#include <link.h>

struct range {
	uintptr_t at, end;
};

/* Constants with addresses in them are written once, by the linker at run time (PT_GNU_RELRO). */
static bool is_constant(const ElfW(Phdr) * segment)
{
	return segment->p_type == PT_GNU_RELRO ||
	       (segment->p_type == PT_LOAD && !(segment->p_flags & PF_W));
}

static int look(struct dl_phdr_info *object, size_t size, void *user)
{
	const struct range *r = user;

	(void)size;
	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		uintptr_t from = object->dlpi_addr + segment->p_vaddr;

		if (is_constant(segment) && r->at >= from && r->end <= from + segment->p_memsz)
			return 1;
	}
	return 0;
}

bool cd_is_constant(const void *at, size_t size)
{
	struct range r = { (uintptr_t)at, (uintptr_t)at + size };

	return dl_iterate_phdr(look, &r) != 0;
}
