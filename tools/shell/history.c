/* SPDX-License-Identifier: MIT */
/* What was entered before. In the file an entry is a line: newlines and backslashes are escaped. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/shell/history.h"

size_t history_count(const struct history *h)
{
	return h->entries.len / sizeof(char *);
}

static char **entries(const struct history *h)
{
	return (char **)(void *)h->entries.at;
}

const char *history_at(const struct history *h, size_t i)
{
	return entries(h)[i];
}

/* Makes the folders that a path goes through, for their owner alone. */
static void make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700); /* where it fails, opening the file tells */
		*slash = '/';
	}
}

char *history_path(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	struct bytes path = { 0 };

	if (state && *state == '/')
		text_add(&path, state);
	else if (home && *home)
		text_printf(&path, "%s/.local/state", home);
	else
		return NULL;
	text_add(&path, "/coodie/history");
	text_of(&path);
	make_folders((char *)path.at);
	return (char *)path.at;
}

static void forget_first(struct history *h, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(entries(h)[i]);
	bytes_drop(&h->entries, count * sizeof(char *));
}

static void keep(struct history *h, const char *text, size_t len)
{
	char *copy = strndup(text, len);

	if (!copy)
		return;
	bytes_add(&h->entries, &copy, sizeof copy);
	if (history_count(h) > HISTORY_MOST)
		forget_first(h, history_count(h) - HISTORY_MOST);
}

static void unescape(char *line)
{
	char *to = line;

	for (const char *from = line; *from; from++) {
		if (from[0] == '\\' && from[1])
			*to++ = *++from == 'n' ? '\n' : *from;
		else
			*to++ = *from;
	}
	*to = '\0';
}

static void read_entries(struct history *h, FILE *file)
{
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, file) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		unescape(line);
		if (*line)
			keep(h, line, strlen(line));
	}
	free(line);
}

static bool fail(coodie_error *err, const char *path)
{
	*err = (coodie_error){ .code = COODIE_ERR_INVALID, .server_code = -1 };
	snprintf(err->message, sizeof err->message, "%.160s: %s", path, strerror(errno));
	return false;
}

static void add_entry(struct bytes *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n' || text[i] == '\\')
			text_add_char(out, '\\');
		text_add_char(out, text[i] == '\n' ? 'n' : text[i]);
	}
	text_add_char(out, '\n');
}

/* At once: what other shells write is not in the middle of it. */
static bool write_all(int fd, struct bytes *text)
{
	bool ok = fd >= 0 && write(fd, text->at, text->len) == (ssize_t)text->len;

	if (fd >= 0 && close(fd))
		ok = false;
	bytes_free(text);
	return ok;
}

/* Other shells append to the file as well, so that it is longer than what is kept of it. It is as it was until the
 * shorter one is whole. */
static void shorten(const struct history *h, const char *path)
{
	struct bytes text = { 0 }, name = { 0 };
	const char *new_path;

	text_printf(&name, "%s.%ld", path, (long)getpid());
	new_path = text_of(&name);
	for (size_t i = 0; i < history_count(h); i++)
		add_entry(&text, history_at(h, i), strlen(history_at(h, i)));
	if (!write_all(open(new_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), &text) ||
	    rename(new_path, path))
		unlink(new_path);
	bytes_free(&name);
}

bool history_open(struct history *h, const char *path, coodie_error *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r+");
	off_t size;

	if (!file) {
		if (fd >= 0)
			close(fd);
		return fail(err, path);
	}
	fchmod(fd, 0600); /* it may be an old one */
	read_entries(h, file);
	size = ftello(file);
	fclose(file);
	if (history_count(h) == HISTORY_MOST && size > 256 * 1024)
		shorten(h, path);
	h->path = strdup(path);
	return true;
}

static size_t word(const char *text, size_t len, size_t at, const char **first)
{
	size_t begin;

	while (at < len && !isalnum((unsigned char)text[at]))
		at++;
	begin = at;
	while (at < len && (isalnum((unsigned char)text[at]) || text[at] == '_'))
		at++;
	*first = text + begin;
	return at - begin;
}

/* A statement that says PASSWORD anywhere, and LOGIN with more than a name. */
bool history_is_secret(const char *text, size_t len)
{
	const char *at;
	size_t count = 0, took;
	bool login = false;

	for (size_t from = 0; (took = word(text, len, from, &at)) > 0;
	     from = (size_t)(at - text) + took) {
		login = login || (!count && text_same(at, took, "LOGIN"));
		if (text_same(at, took, "PASSWORD") || (login && count >= 2))
			return true;
		count++;
	}
	return false;
}

static void append_to_file(const struct history *h, const char *text, size_t len)
{
	struct bytes entry = { 0 };

	add_entry(&entry, text, len);
	write_all(open(h->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600), &entry);
}

void history_add(struct history *h, const char *text, size_t len)
{
	size_t count = history_count(h);

	if (!len || (count && strlen(history_at(h, count - 1)) == len &&
		     !memcmp(history_at(h, count - 1), text, len)))
		return;
	keep(h, text, len);
	if (h->path && !history_is_secret(text, len))
		append_to_file(h, text, len);
}

bool history_search(const struct history *h, const char *text, size_t len, size_t before,
		    size_t *found)
{
	while (before-- > 0) {
		const char *entry = history_at(h, before);
		if (memmem(entry, strlen(entry), text, len)) {
			*found = before;
			return true;
		}
	}
	return false;
}

void history_free(struct history *h)
{
	forget_first(h, history_count(h));
	bytes_free(&h->entries);
	free(h->path);
	h->path = NULL;
}
