/* SPDX-License-Identifier: MIT */
/* `coodie wire`: the codec at the command line. */
#include <errno.h>
#include <string.h>

#include "tools/wire.h"

static const struct {
	const char *name, *summary;
	tool_fn *run;
} parts[] = {
	{ "decode", "print the messages of a capture, a dump or a stream of bytes", wire_decode },
	{ "encode-value", "print the bytes of a value: encode-value 'list<int>' '[1, 2]'",
	  wire_encode_value },
	{ "decode-value", "print the value of bytes: decode-value int 0000002a",
	  wire_decode_value },
	{ "ring", "print the last frames of connections out of a log", wire_ring },
	{ "check", "run files of golden vectors", wire_check },
};

static void print_help(FILE *to)
{
	fputs("Usage: coodie wire COMMAND [ARGUMENT...]\n\n"
	      "Looks at the CQL native protocol, versions 4 and 5, without a server.\n\nCommands:\n",
	      to);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		fprintf(to, "  %-13s %s\n", parts[i].name, parts[i].summary);
	fputs("\n`coodie wire COMMAND --help` tells about one.\n"
	      "Exit codes: 0 done, 1 something was broken or failed, 2 wrong usage.\n",
	      to);
}

bool wire_read_file(const char *path, struct bytes *out)
{
	bool standard = !strcmp(path, "-"), ok;
	FILE *f;
	char piece[1 << 16];
	size_t got;

	errno = 0;
	f = standard ? stdin : fopen(path, "rb");
	while (f && (got = fread(piece, 1, sizeof piece, f)) > 0)
		bytes_add(out, piece, got);
	ok = f && !ferror(f);
	if (!ok) {
		fprintf(stderr, "coodie wire: %s: %s\n", path, strerror(errno));
		bytes_free(out);
	}
	if (f && !standard)
		fclose(f);
	return ok;
}

int tool_wire(int argc, char **argv)
{
	if (argc < 2) {
		print_help(stderr);
		return TOOL_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		print_help(stdout);
		return TOOL_OK;
	}
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (!strcmp(parts[i].name, argv[1]))
			return parts[i].run(argc - 1, argv + 1);
	return tool_misuse("wire", "there is no command %s", argv[1]);
}
