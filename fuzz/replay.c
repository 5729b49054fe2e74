/* SPDX-License-Identifier: MIT */
/* A main() for fuzz targets where there is no libFuzzer: replays files, and all files of folders.
 * Without arguments: the target's corpus of the source tree. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "tests/guard.h"

/* No input of a corpus is longer, and none takes longer, under valgrind too. */
enum { MOST_BYTES = 1 << 20, MOST_SECONDS = 60 };

static struct cd_guard guard;
static size_t replayed;

static bool replay_file(const char *path)
{
	static uint8_t bytes[MOST_BYTES + 1];
	FILE *f = fopen(path, "rb");
	size_t len = f ? fread(bytes, 1, sizeof bytes, f) : 0;

	if (f)
		fclose(f);
	if (!f || len > MOST_BYTES) {
		fprintf(stderr, "%s: %s\n", path, f ? "too long" : strerror(errno));
		return false;
	}
	printf("[ RUN      ] %s\n", path);
	alarm(MOST_SECONDS);
	LLVMFuzzerTestOneInput(cd_guard_copy(&guard, bytes, len), len);
	printf("[       OK ] %s\n", path);
	replayed++;
	return true;
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool replay(const char *path)
{
	struct dirent **entries;
	struct stat st;
	bool ok = true;

	if (stat(path, &st) || !S_ISDIR(st.st_mode))
		return replay_file(path);
	int count = scandir(path, &entries, visible, alphasort);
	for (int i = 0; i < count; i++) {
		char inner[4096];
		snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
		ok &= replay(inner);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return ok && count >= 0;
}

/* fuzz/fuzz_type has $srcdir/fuzz/corpus/type. */
static bool replay_own(const char *program)
{
	const char *top = getenv("srcdir"), *name = strstr(program, "fuzz_");
	char path[4096];

	while (name && strstr(name + 1, "fuzz_"))
		name = strstr(name + 1, "fuzz_");
	snprintf(path, sizeof path, "%s/fuzz/corpus/%s", top ? top : ".",
		 name ? name + strlen("fuzz_") : program);
	return replay(path);
}

int main(int argc, char **argv)
{
	bool ok = true;

	setvbuf(stdout, NULL, _IOLBF, 0); /* so that the last line names what crashed */
	if (!cd_guard_init(&guard, MOST_BYTES))
		return EXIT_FAILURE;
	if (argc < 2)
		ok = replay_own(argv[0]);
	for (int i = 1; i < argc; i++)
		ok &= replay(argv[i]);
	cd_guard_deinit(&guard);
	printf("[  PASSED  ] %zu test(s).\n", replayed);
	return ok && replayed ? EXIT_SUCCESS : EXIT_FAILURE;
}
