/* SPDX-License-Identifier: MIT */
/* The notations of v4 and v5 section 3 over the bounded reader and the growable buffer. */
#ifndef PROTO_NOTATION_H
#define PROTO_NOTATION_H

#include <coodie/type.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/reader.h"

/* Views; {NULL, 0} when failed. */
struct cd_span cd_read_string(struct cd_reader *r);
struct cd_span cd_read_long_string(struct cd_reader *r);
struct cd_span cd_read_short_bytes(struct cd_reader *r);
/* Any negative length is null: at == NULL. An empty one has at != NULL. */
struct cd_span cd_read_bytes(struct cd_reader *r);
/* [value]: *unset is set for -2; less than that fails the reader. */
struct cd_span cd_read_value(struct cd_reader *r, bool *unset);
/* The wire value plus one; codes that are not known are kept. */
cql_consistency cd_read_consistency(struct cd_reader *r);
/* The shortest form is not required. */
uint64_t cd_read_unsigned_vint(struct cd_reader *r);
int64_t cd_read_vint(struct cd_reader *r);
/* [inet] with its port, [inetaddr] without; fails on lengths other than 4 and 16. */
bool cd_read_inetaddr(struct cd_reader *r, uint8_t address[16], uint8_t *len);

/* A text over 65,535 bytes fails the buffer. */
void cd_write_string(struct cd_buffer *b, const char *text, size_t len);
void cd_write_str(struct cd_buffer *b, const char *text);
void cd_write_long_string(struct cd_buffer *b, const char *text, size_t len);
void cd_write_short_bytes(struct cd_buffer *b, const void *data, size_t len);
/* data NULL: null. */
void cd_write_bytes(struct cd_buffer *b, const void *data, size_t len);
void cd_write_consistency(struct cd_buffer *b, cql_consistency c);
void cd_write_unsigned_vint(struct cd_buffer *b, uint64_t v);
void cd_write_vint(struct cd_buffer *b, int64_t v);
/* The same without a buffer: at most nine bytes. Returns how many. */
size_t cd_put_unsigned_vint(uint8_t *at, uint64_t v);

#endif
