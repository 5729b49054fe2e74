/* SPDX-License-Identifier: MIT */
/* A text being written as snprintf() does: what has no room is counted. */
#ifndef PROTO_PRINT_H
#define PROTO_PRINT_H

#include <string.h>

#include <coodie/export.h>

struct cd_print {
	char *out;
	size_t size, len;
};

/* Terminates the text where it is cut. @return the length it needs */
size_t cd_print_end(struct cd_print *p);

static inline void cd_print_char(struct cd_print *p, char c)
{
	if (p->len < p->size)
		p->out[p->len] = c;
	p->len++;
}

void cd_print_bytes(struct cd_print *p, const void *data, size_t len);
void cd_print_text(struct cd_print *p, const char *text);
/* The same character many times over. */
void cd_print_many(struct cd_print *p, char c, size_t count);
/* At least `least` digits, filled up with zeros. */
void cd_print_number(struct cd_print *p, uint64_t n, unsigned least);
void cd_print_integer(struct cd_print *p, int64_t n);
/* "0x" and two digits for each byte. */
void cd_print_hex(struct cd_print *p, const uint8_t *at, size_t len);
/* In single quotes; those within are doubled. */
void cd_print_quoted(struct cd_print *p, const char *text, size_t len);
/* The shortest digits that read back as the same number, with a point in every locale. */
void cd_print_real(struct cd_print *p, double d, bool single);

#endif
