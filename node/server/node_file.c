/* SPDX-License-Identifier: MIT */
/* What a box holds, from and to a file of CQL. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "node/dump/dump.h"
#include "node/server/node.h"

enum { PIECE = 1 << 16 };

static bool fail_file(const char *path, coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_INVALID, "%.200s: %s", path, strerror(errno));
}

/* ---- loading ---------------------------------------------------------------------------------- */

/* Editors of other systems begin a text with it. */
static const char byte_order_mark[] = "\xef\xbb\xbf";

static const char *text_of(const struct cd_buffer *b)
{
	const char *text = (const char *)b->data;
	size_t len = sizeof byte_order_mark - 1;

	return strncmp(text, byte_order_mark, len) ? text : text + len;
}

/* All of it, with a NUL behind it. */
static bool read_all(FILE *file, const char *path, struct cd_buffer *text, coodie_error *err)
{
	size_t got;

	do {
		if (!cd_buffer_reserve(text, PIECE))
			return cd_no_memory(err, path);
		got = fread(text->data + text->len, 1, PIECE, file);
		text->len += got;
	} while (got);
	if (ferror(file))
		return fail_file(path, err);
	if (memchr(text->data, 0, text->len))
		return cd_fail(err, COODIE_ERR_INVALID, "%.200s: it holds a zero byte: is it text?",
			       path);
	cd_buffer_u8(text, 0);
	return !text->failed || cd_no_memory(err, path);
}

bool coodie_node_load(coodie_node *n, const char *path, coodie_error *err)
{
	FILE *file = fopen(path, "r");
	struct cd_buffer text;
	bool ok;

	cd_clear(err);
	if (!file)
		return fail_file(path, err);
	cd_buffer_init(&text, NULL, 0);
	ok = read_all(file, path, &text, err);
	fclose(file);
	if (ok && !coodie_node_execute(n, text_of(&text), err)) {
		cd_error_prefix(err, "%.120s", path);
		ok = false;
	}
	cd_buffer_deinit(&text);
	return ok;
}

/* ---- saving ----------------------------------------------------------------------------------- */

struct saving {
	FILE *file;
	bool ok;
	coodie_error err;
};

static bool write_piece(void *user, const void *data, size_t len)
{
	return fwrite(data, 1, len, user) == len;
}

static void save(coodie_node *n, void *with)
{
	struct saving *s = with;
	struct nd_dump_sink sink = { write_piece, s->file };
	struct nd_problem problem;
	struct cd_arena arena;

	cd_arena_init(&arena, &n->allocator, 0);
	nd_problem_init(&problem, &arena);
	s->ok = nd_dump(&n->db, n->db.clock.now_us(n->db.clock.user), &sink, &problem);
	if (problem.happened)
		cd_fail(&s->err, COODIE_ERR_SERVER, "%.*s", (int)problem.error.message.len,
			problem.error.message.data);
	cd_arena_deinit(&arena);
}

/* The file that becomes `path` when it is whole. */
static char *partial_name(const char *path, coodie_error *err)
{
	size_t size = strlen(path) + sizeof ".partial";
	char *name = malloc(size);

	if (name)
		snprintf(name, size, "%s.partial", path);
	else
		cd_no_memory(err, path);
	return name;
}

static bool save_as(coodie_node *n, const char *partial, const char *path, coodie_error *err)
{
	struct saving s = { .file = fopen(partial, "w") };
	bool written;

	if (!s.file)
		return fail_file(partial, err);
	nd_node_run(n, save, &s);
	written = !fflush(s.file) && !ferror(s.file);
	written = !fclose(s.file) && written;
	if (s.ok && written && !rename(partial, path))
		return true;
	if (s.err.code)
		cd_error_copy(err, &s.err);
	else
		fail_file(path, err);
	unlink(partial);
	return false;
}

bool coodie_node_save(coodie_node *n, const char *path, coodie_error *err)
{
	char *partial;
	bool ok;

	cd_clear(err);
	partial = partial_name(path, err);
	ok = partial && save_as(n, partial, path, err);
	free(partial);
	return ok;
}
