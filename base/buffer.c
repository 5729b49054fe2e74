/* SPDX-License-Identifier: MIT */
/* Growing, cutting and emptying of buffers; writing is inline in the header. */
#include "base/buffer.h"

#include "base/alloc.h"

#define SMALLEST_CAPACITY ((size_t)64)

void cd_buffer_init(struct cd_buffer *b, const coodie_allocator *allocator, size_t max)
{
	*b = (struct cd_buffer){ .allocator = allocator, .max = max };
}

void cd_buffer_deinit(struct cd_buffer *b)
{
	cd_release(b->allocator, b->data);
	b->data = NULL;
	b->len = b->cap = 0;
	b->failed = b->too_long = false;
}

void cd_buffer_fit(struct cd_buffer *b)
{
	if (b->failed || b->len == b->cap)
		return;
	if (!b->len) {
		cd_buffer_deinit(b);
		return;
	}
	uint8_t *data = cd_resize(b->allocator, b->data, b->len);
	if (data) {
		b->data = data;
		b->cap = b->len;
	}
}

void cd_buffer_clear(struct cd_buffer *b)
{
	cd_buffer_truncate(b, 0);
}

static bool fail(struct cd_buffer *b, bool too_long)
{
	b->failed = true;
	b->too_long = too_long;
	return false;
}

bool cd_buffer_reserve(struct cd_buffer *b, size_t n)
{
	size_t max = b->max && b->max < SIZE_MAX / 2 ? b->max : SIZE_MAX / 2;
	if (b->failed)
		return false;
	if (b->cap - b->len >= n)
		return true;
	if (b->len > max || n > max - b->len)
		return fail(b, true);

	size_t cap = b->cap > max / 2 ? max : b->cap * 2;
	if (cap < SMALLEST_CAPACITY)
		cap = SMALLEST_CAPACITY < max ? SMALLEST_CAPACITY : max;
	if (cap < b->len + n)
		cap = b->len + n;
	uint8_t *data = cd_resize(b->allocator, b->data, cap);
	if (!data)
		return fail(b, false);
	b->data = data;
	b->cap = cap;
	return true;
}

void cd_buffer_consume(struct cd_buffer *b, size_t n)
{
	if (n >= b->len) {
		b->len = 0;
		return;
	}
	b->len -= n;
	if (n)
		memmove(b->data, b->data + n, b->len);
}

void cd_buffer_truncate(struct cd_buffer *b, size_t len)
{
	if (len < b->len)
		b->len = len;
	b->failed = b->too_long = false;
}

void cd_buffer_text(struct cd_buffer *b, const char *text)
{
	cd_buffer_bytes(b, text, strlen(text));
}
