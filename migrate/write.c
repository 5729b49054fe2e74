/* SPDX-License-Identifier: MIT */
/* Writing a migration's file: its name, its text, and that it is there whole or not at all. */
#include "migrate/write.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <coodie/diff.h>

#include "base/buffer.h"
#include "base/error.h"
#include "migrate/files.h"

enum { SLUG_MOST = 100, NAME_SIZE = MG_PREFIX + SLUG_MOST + 8, PATH_MOST = 4096 };

/* ---- the name -------------------------------------------------------------------------------- */

/* The highest number of all files, whatever their dates. */
static bool last_number(const char *directory, unsigned *last, coodie_error *err)
{
	DIR *d = opendir(directory);

	*last = 0;
	if (!d)
		return cd_fail(err, COODIE_ERR_INVALID, "%s: %s", directory, strerror(errno));
	for (const struct dirent *e; (e = readdir(d));) {
		enum mg_language language;
		size_t len;
		unsigned number;

		if (!mg_file_named(e->d_name, &language, &len))
			continue;
		number = (unsigned)strtoul(e->d_name + 9, NULL, 10);
		if (number > *last)
			*last = number;
	}
	closedir(d);
	return true;
}

/* Small letters and digits; what is between them becomes one underscore. */
static void write_slug(const char *description, char out[SLUG_MOST + 1])
{
	size_t n = 0;

	for (const char *c = description; *c && n < SLUG_MOST; c++) {
		if ((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9'))
			out[n++] = *c;
		else if (*c >= 'A' && *c <= 'Z')
			out[n++] = (char)(*c + 'a' - 'A');
		else if (n && out[n - 1] != '_')
			out[n++] = '_';
	}
	while (n && out[n - 1] == '_')
		n--;
	out[n] = '\0';
	if (!n)
		strcpy(out, "migration");
}

static bool write_name(const char *directory, const char *description, time_t now,
		       char out[NAME_SIZE], coodie_error *err)
{
	char slug[SLUG_MOST + 1], day[9];
	unsigned last;
	struct tm local;

	if (!last_number(directory, &last, err))
		return false;
	if (last >= 999)
		return cd_fail(err, COODIE_ERR_LIMIT,
			       "%s: there is a migration 999, the last number of three digits",
			       directory);
	localtime_r(&now, &local);
	if (strftime(day, sizeof day, "%Y%m%d", &local) != 8)
		return cd_fail(err, COODIE_ERR_RANGE,
			       "a migration's date has four digits of a year");
	write_slug(description, slug);
	snprintf(out, NAME_SIZE, "%s_%03u_%s.cql", day, last + 1, slug);
	return true;
}

/* ---- the text -------------------------------------------------------------------------------- */

/* A line of a comment: what has several lines is put into one. */
static void add_line(struct cd_buffer *b, const char *head, const char *text)
{
	cd_buffer_text(b, head);
	for (; *text; text++)
		cd_buffer_u8(b, (uint8_t)(*text == '\n' || *text == '\r' ? ' ' : *text));
	cd_buffer_u8(b, '\n');
}

static void add_statement(struct cd_buffer *b, const char *cql)
{
	const size_t len = strlen(cql);

	cd_buffer_text(b, cql);
	if (!len || cql[len - 1] != ';')
		cd_buffer_u8(b, ';');
	cd_buffer_u8(b, '\n');
}

static bool is_possible(const coodie_change *c)
{
	return c->up && c->safety != COODIE_CHANGE_IMPOSSIBLE;
}

/* What an impossible change is about: "column age of users is text, should be int: reason". */
static void add_impossible(struct cd_buffer *b, const coodie_change *c)
{
	static const char *const before[] = { "", "", ": is ", ", should be ", ": " };
	const char *const parts[] = { c->object ? c->object : c->keyspace, c->part, c->is,
				      c->should, c->reason };
	char text[2000];
	size_t len = 0;

	for (size_t i = 0; i < sizeof parts / sizeof *parts && len < sizeof text; i++) {
		if (parts[i])
			len += (size_t)snprintf(text + len, sizeof text - len, "%s%s%s", before[i],
						i == 1 ? "." : "", parts[i]);
	}
	add_line(b, "-- impossible: ", text);
}

static void add_upgrade(struct cd_buffer *b, const coodie_diff *diff)
{
	cd_buffer_text(b, "\n-- upgrade\n");
	for (size_t i = 0; i < coodie_diff_count(diff); i++) {
		const coodie_change *c = coodie_diff_at(diff, i);

		if (c->reason && is_possible(c))
			add_line(b, "-- note: ", c->reason);
		if (is_possible(c))
			add_statement(b, c->up);
		else
			add_impossible(b, c);
	}
}

static void add_downgrade(struct cd_buffer *b, const coodie_diff *diff)
{
	cd_buffer_text(b, "\n-- downgrade\n");
	for (size_t i = coodie_diff_count(diff); i-- > 0;) {
		const coodie_change *c = coodie_diff_at(diff, i);

		if (!is_possible(c))
			continue;
		if (c->no_way_back)
			add_line(b,
				 c->down ? "-- note: this does not bring back " :
					   "-- note: there is no way back: ",
				 c->no_way_back);
		if (c->down)
			add_statement(b, c->down);
	}
}

struct nature {
	bool destructive, reversible;
};

/* A file with what is impossible becomes reversible when somebody has written what does it, and what undoes that. */
static struct nature nature_of(const coodie_diff *diff)
{
	struct nature n = { .reversible = true };

	for (size_t i = 0; i < coodie_diff_count(diff); i++) {
		const coodie_change *c = coodie_diff_at(diff, i);

		n.destructive |= c->safety == COODIE_CHANGE_DESTRUCTIVE;
		n.reversible &= is_possible(c) && c->down;
	}
	return n;
}

static void add_all(struct cd_buffer *b, const char *description, const coodie_diff *diff,
		    time_t now)
{
	const struct nature nature = nature_of(diff);
	char text[40] = "";
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &utc);
	add_line(b, "-- Written by coodie makemigration on ", text);
	add_line(b, "-- description: ", description);
	add_line(b, "-- destructive: ", nature.destructive ? "yes" : "no");
	add_line(b, "-- reversible: ", nature.reversible ? "yes" : "no");
	add_upgrade(b, diff);
	add_downgrade(b, diff);
}

/* ---- the file -------------------------------------------------------------------------------- */

static bool write_all(int fd, const uint8_t *data, size_t len)
{
	while (len) {
		const ssize_t n = write(fd, data, len);

		if (n < 0 && errno != EINTR)
			return false;
		data += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* Written beside its place, and then linked to it: a file of that name that came meanwhile stays. */
static bool put(const char *directory, const char *path, const struct cd_buffer *b,
		coodie_error *err)
{
	char partial[PATH_MOST];
	int fd, why;
	bool ok;

	snprintf(partial, sizeof partial, "%s/.coodie-migration.XXXXXX", directory);
	fd = mkstemp(partial);
	if (fd < 0)
		return cd_fail(err, COODIE_ERR_INVALID, "%s: %s", directory, strerror(errno));
	ok = fchmod(fd, 0644) == 0 && write_all(fd, b->data, b->len) && fsync(fd) == 0;
	why = errno;
	if (close(fd) != 0 && ok) {
		ok = false;
		why = errno;
	}
	if (ok) {
		ok = link(partial, path) == 0;
		why = errno;
	}
	unlink(partial);
	return ok || cd_fail(err, COODIE_ERR_INVALID, "%s: %s", path, strerror(why));
}

bool mg_write(const char *directory, const char *description, const coodie_diff *diff, time_t now,
	      char *path, size_t size, coodie_error *err)
{
	char name[NAME_SIZE], whole[PATH_MOST];
	struct cd_buffer b;
	bool ok;

	if (mkdir(directory, 0777) != 0 && errno != EEXIST)
		return cd_fail(err, COODIE_ERR_INVALID, "%s: %s", directory, strerror(errno));
	if (!write_name(directory, description, now, name, err))
		return false;
	if (strlen(directory) + strlen(name) + 2 > sizeof whole - sizeof ".coodie-migration.XXXXXX")
		return cd_fail(err, COODIE_ERR_INVALID, "%.100s...: the name is too long",
			       directory);
	snprintf(whole, sizeof whole, "%s/%s", directory, name);
	cd_buffer_init(&b, NULL, 0);
	add_all(&b, description, diff, now);
	ok = b.failed ? cd_no_memory(err, "a migration") : put(directory, whole, &b, err);
	cd_buffer_deinit(&b);
	if (ok)
		snprintf(path, size, "%s", whole);
	return ok;
}

bool coodie_migration_write(const char *directory, const char *description, const coodie_diff *diff,
			    char *path, size_t size, coodie_error *err)
{
	cd_clear(err);
	return mg_write(directory, description, diff, time(NULL), path, size, err);
}
