/* SPDX-License-Identifier: MIT */
/* A migration in C: built by the compiler into a plug-in, and loaded.
 *
 * The plug-in is linked to nothing: what it calls is in the program that loads it. Its directory is gone as
 * soon as it is loaded. */
#include "migrate/plugin.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "migrate/files.h"

extern char **environ;

enum { MOST_WORDS = 200, PATH_SIZE = 1000, NOT_STARTED = -1 };

/* Where it is built. */
struct shop {
	char directory[PATH_SIZE];
	char log[PATH_SIZE + 16], plugin[PATH_SIZE + 16];
};

static bool open_shop(coodie_migrator *m, struct shop *s, coodie_error *err)
{
	const char *where = m->options.build_directory;
	int n = snprintf(s->directory, sizeof s->directory, "%s/coodie-migrate.XXXXXX", where);

	if (n < 0 || (size_t)n >= sizeof s->directory || !mkdtemp(s->directory))
		return mg_fail(m, COODIE_CAUSE_BUILD, err, COODIE_ERR_INVALID,
			       "%s: no directory to build in: %s", where, strerror(errno));
	snprintf(s->log, sizeof s->log, "%s/log", s->directory);
	snprintf(s->plugin, sizeof s->plugin, "%s/migration.so", s->directory);
	return true;
}

static void close_shop(const struct shop *s)
{
	unlink(s->log);
	unlink(s->plugin);
	rmdir(s->directory);
}

/* Runs a command whose words end with NULL, what it says goes to the log. NOT_STARTED: there is none. */
static int run(const struct shop *s, const char *const *words)
{
	posix_spawn_file_actions_t actions;
	char *argv[MOST_WORDS + 1];
	int status = NOT_STARTED;
	size_t n = 0;
	pid_t child;

	for (; words[n]; n++)
		argv[n] = (char *)(uintptr_t)words[n]; /* which it does not change */
	argv[n] = NULL;
	if (posix_spawn_file_actions_init(&actions) != 0)
		return NOT_STARTED;
	if (posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) == 0 &&
	    posix_spawn_file_actions_addopen(&actions, 1, s->log, O_WRONLY | O_CREAT | O_TRUNC,
					     0600) == 0 &&
	    posix_spawn_file_actions_adddup2(&actions, 1, 2) == 0 &&
	    posix_spawnp(&child, argv[0], &actions, NULL, argv, environ) == 0) {
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
	}
	posix_spawn_file_actions_destroy(&actions);
	/* Where the call itself cannot tell, as under valgrind, its child ends so. */
	return status != NOT_STARTED && WIFEXITED(status) && WEXITSTATUS(status) == 127
		       ? NOT_STARTED
		       : status;
}

/* Appends the words of a line. False when there are too many, or no memory. */
static bool add_words(struct cd_arena *a, const char **words, size_t *n, const char *line)
{
	static const char blanks[] = " \t\n";

	for (line += strspn(line, blanks); *line; line += strspn(line, blanks)) {
		const size_t len = strcspn(line, blanks);

		words[*n] = cd_arena_strndup(a, line, len);
		if (!words[*n] || ++*n == MOST_WORDS)
			return false;
		line += len;
	}
	return true;
}

/* What the installed library needs; "" where nothing says so. */
static const char *default_flags(coodie_migrator *m, const struct shop *s)
{
	static const char *const words[] = { "pkg-config", "--cflags", "coodie-migrate", NULL };
	const enum coodie_migrate_cause before = m->cause;
	const char *text = "";
	size_t len;

	if (run(s, words) != 0 || !mg_file_text(m, s->log, &text, &len, NULL))
		text = "";
	m->cause = before;
	return text;
}

static bool build(coodie_migrator *m, const struct shop *s, const char *path, coodie_error *err)
{
	static const char fixed[] = "-std=c11 -D_GNU_SOURCE -g -O1 -Wall -fPIC -shared -o";
	const char *flags = m->options.compiler_flags ? m->options.compiler_flags
						      : default_flags(m, s);
	const char *words[MOST_WORDS + 4], *said = "";
	size_t n = 0, len = 0;
	int status;

	if (!add_words(&m->work, words, &n, m->options.compiler) ||
	    !add_words(&m->work, words, &n, fixed))
		return cd_no_memory(err, "a compiler's command");
	words[n++] = s->plugin;
	words[n++] = path;
	if (n >= MOST_WORDS - 1 || !add_words(&m->work, words, &n, flags))
		return cd_no_memory(err, "a compiler's command");
	words[n] = NULL;
	unlink(s->log);
	status = run(s, words);
	mg_file_text(m, s->log, &said, &len, NULL);
	m->cause = COODIE_CAUSE_NONE;
	if (len)
		mg_note(m, NULL, "%s", said);
	if (status == 0)
		return true;
	if (m->options.event) /* who has heard all of it */
		said = "its compiler has said why";
	return mg_fail(m, COODIE_CAUSE_BUILD, err, COODIE_ERR_INVALID, "%s: %s: %.150s", path,
		       status == NOT_STARTED ? "no compiler" : "it does not compile",
		       status == NOT_STARTED ? m->options.compiler : said);
}

static bool load(coodie_migrator *m, const struct shop *s, const char *path, struct mg_plugin *out,
		 coodie_error *err)
{
	const coodie_migration_table *table;

	out->handle = dlopen(s->plugin, RTLD_NOW | RTLD_LOCAL);
	if (!out->handle)
		return mg_fail(m, COODIE_CAUSE_BUILD, err, COODIE_ERR_INVALID, "%s: %s", path,
			       dlerror());
	table = dlsym(out->handle, "coodie_migration_plugin");
	if (table)
		memcpy(&out->table, table,
		       table->size < sizeof out->table ? table->size : sizeof out->table);
	if (out->table.upgrade)
		return true;
	mg_plugin_close(out);
	return mg_fail(m, COODIE_CAUSE_BUILD, err, COODIE_ERR_INVALID,
		       "%s: there is no COODIE_MIGRATION(.upgrade = ...) in it", path);
}

bool mg_plugin_open(coodie_migrator *m, const char *path, struct mg_plugin *out, coodie_error *err)
{
	struct shop s;
	bool ok;

	*out = (struct mg_plugin){ 0 };
	if (!open_shop(m, &s, err))
		return false;
	ok = build(m, &s, path, err) && load(m, &s, path, out, err);
	close_shop(&s);
	return ok;
}

void mg_plugin_close(struct mg_plugin *p)
{
	if (p->handle)
		dlclose(p->handle);
	*p = (struct mg_plugin){ 0 };
}
