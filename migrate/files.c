/* SPDX-License-Identifier: MIT */
/* The directory of migrations. */
#include "migrate/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"

enum { LARGEST_FILE = 64 << 20 };

static const char *const endings[] = { [MG_PY] = ".py", [MG_CQL] = ".cql", [MG_C] = ".c" };

/* ---- names ----------------------------------------------------------------------------------- */

static bool has_prefix(const char *name)
{
	static const char form[] = "dddddddd_ddd_";

	for (size_t i = 0; form[i]; i++) {
		if (form[i] == '_' ? name[i] != '_' : name[i] < '0' || name[i] > '9')
			return false;
	}
	return true;
}

bool mg_file_named(const char *file, enum mg_language *language, size_t *len)
{
	const char *ending = strrchr(file, '.');

	if (!has_prefix(file) || !ending || ending - file < MG_PREFIX + 2)
		return false;
	for (size_t i = 0; i < MG_LANGUAGES; i++) {
		if (strcmp(ending, endings[i]) != 0)
			continue;
		*language = (enum mg_language)i;
		*len = (size_t)(ending - file);
		return true;
	}
	return false;
}

/* A name that somebody may have meant for one: its ending in whatever case, and what begins with a digit. Other
 * .c and .py files are none of ours. */
static bool is_nearly_named(const char *file)
{
	const char *ending = strrchr(file, '.');
	const bool has_digit = *file >= '0' && *file <= '9';

	for (size_t i = 0; ending && i < MG_LANGUAGES; i++) {
		if (strcasecmp(ending, endings[i]) == 0)
			return has_digit || i == MG_CQL;
	}
	return false;
}

int mg_name_compare(const char *a, const char *b)
{
	const int by_prefix = strncmp(a, b, MG_PREFIX);

	return by_prefix ? by_prefix : strcmp(a, b);
}

/* ---- the directory --------------------------------------------------------------------------- */

static struct mg_file *find(const struct mg_files *files, const char *name, size_t len)
{
	for (size_t i = 0; i < files->count; i++) {
		if (strncmp(files->all[i].name, name, len) == 0 && !files->all[i].name[len])
			return &files->all[i];
	}
	return NULL;
}

const struct mg_file *mg_files_find(const struct mg_files *files, const char *name)
{
	return find(files, name, strlen(name));
}

static struct mg_file *grow(struct cd_arena *a, struct mg_files *files)
{
	if ((files->count & (files->count - 1)) == 0) { /* full: 0, 1, 2, 4, ... */
		struct mg_file *more = cd_arena_take_array(a, files->count ? files->count * 2 : 1,
							   sizeof *more);

		if (!more)
			return NULL;
		if (files->count)
			memcpy(more, files->all, files->count * sizeof *more);
		files->all = more;
	}
	return &files->all[files->count++];
}

static bool add(coodie_migrator *m, struct mg_files *files, const char *entry, coodie_error *err)
{
	const size_t size = strlen(m->options.directory) + strlen(entry) + 2;
	enum mg_language language;
	struct mg_file *file;
	struct stat about;
	char *path;
	size_t len;

	if (!mg_file_named(entry, &language, &len)) {
		if (is_nearly_named(entry))
			mg_note(m, NULL,
				"%s/%s is passed over: the names of migrations are "
				"YYYYMMDD_NNN_what.cql or .c",
				m->options.directory, entry);
		return true;
	}
	path = cd_arena_take(&m->work, size);
	if (!path)
		return cd_no_memory(err, "the list of migrations");
	snprintf(path, size, "%s/%s", m->options.directory, entry);
	if (stat(path, &about) == 0 && !S_ISREG(about.st_mode))
		return true;
	file = find(files, entry, len);
	if (!file) {
		file = grow(&m->work, files);
		if (file)
			*file = (struct mg_file){ .name = cd_arena_strndup(&m->work, entry, len) };
	}
	if (!file || !file->name)
		return cd_no_memory(err, "the list of migrations");
	file->path[language] = path;
	return true;
}

static int compare(const void *a, const void *b)
{
	return mg_name_compare(((const struct mg_file *)a)->name,
			       ((const struct mg_file *)b)->name);
}

bool mg_files_read(coodie_migrator *m, struct mg_files *out, coodie_error *err)
{
	DIR *directory = opendir(m->options.directory);
	bool ok = true;

	*out = (struct mg_files){ 0 };
	if (!directory)
		return errno == ENOENT || mg_fail(m, COODIE_CAUSE_FILE, err, COODIE_ERR_INVALID,
						  "%s: %s", m->options.directory, strerror(errno));
	for (const struct dirent *entry; ok && (entry = readdir(directory));)
		ok = add(m, out, entry->d_name, err);
	closedir(directory);
	if (ok && out->count > 1)
		qsort(out->all, out->count, sizeof *out->all, compare);
	return ok;
}

/* ---- a file ---------------------------------------------------------------------------------- */

static bool read_all(coodie_migrator *m, int fd, char **text, size_t *len)
{
	struct stat about;
	ssize_t n = 1;

	if (fstat(fd, &about) != 0 || about.st_size > LARGEST_FILE) {
		errno = errno ? errno : EFBIG;
		return false;
	}
	*text = cd_arena_take(&m->work, (size_t)about.st_size + 1);
	for (*len = 0; *text && n > 0 && *len < (size_t)about.st_size; *len += (size_t)n) {
		n = read(fd, *text + *len, (size_t)about.st_size - *len);
		if (n < 0)
			return false;
	}
	if (*text)
		(*text)[*len] = '\0';
	errno = ENOMEM;
	return *text;
}

bool mg_file_text(coodie_migrator *m, const char *path, const char **text, size_t *len,
		  coodie_error *err)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *all = NULL;
	int why;
	bool ok;

	errno = fd < 0 ? errno : 0;
	ok = fd >= 0 && read_all(m, fd, &all, len);
	why = errno;
	if (fd >= 0)
		close(fd);
	if (!ok)
		return why == ENOMEM ? cd_no_memory(err, "a migration")
				     : mg_fail(m, COODIE_CAUSE_FILE, err, COODIE_ERR_INVALID,
					       "%s: %s", path, strerror(why));
	*text = all;
	return true;
}

bool mg_digest(const void *data, size_t len, char out[MG_DIGEST_SIZE], coodie_error *err)
{
	uint8_t digest[CD_DIGEST_MOST];

	if (cd_digest("SHA-256", data, len, digest) != (MG_DIGEST_SIZE - 1) / 2)
		return cd_fail(err, COODIE_ERR_UNSUPPORTED,
			       "migrations: the crypto library has no SHA-256");
	for (size_t i = 0; i < (MG_DIGEST_SIZE - 1) / 2; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
	return true;
}

bool mg_file_digest(coodie_migrator *m, const char *path, char out[MG_DIGEST_SIZE],
		    coodie_error *err)
{
	const char *text;
	size_t len;

	return mg_file_text(m, path, &text, &len, err) && mg_digest(text, len, out, err);
}
