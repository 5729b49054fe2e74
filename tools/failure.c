/* SPDX-License-Identifier: MIT */
/* How a command says what went wrong, and what it ends with then. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tools/safe.h"
#include "tools/tool.h"

enum { UNAUTHORIZED = 0x2100, INVALID = 0x2200 }; /* of the protocol's error codes */

/* The exit code of an error, and what the flags of the command line can do about it. */
static const struct {
	enum coodie_errc code;
	enum tool_exit exit;
	const char *remedy;
} causes[] = {
	{ COODIE_ERR_INVALID, TOOL_USAGE, NULL },
	{ COODIE_ERR_MODEL, TOOL_USAGE, NULL },
	{ COODIE_ERR_RESOLVE, TOOL_UNREACHABLE,
	  "check the spelling of the name, or give an address" },
	{ COODIE_ERR_CONNECT, TOOL_UNREACHABLE,
	  "check that a node runs there and that HOST:PORT is its CQL port (9042 by default)" },
	{ COODIE_ERR_TIMEOUT, TOOL_UNREACHABLE,
	  "a longer --timeout, or --tls if the port speaks TLS" },
	{ COODIE_ERR_CLOSED, TOOL_UNREACHABLE,
	  "--tls if the port speaks TLS, and the server's log" },
	{ COODIE_ERR_OVERLOAD, TOOL_UNREACHABLE, NULL },
	{ COODIE_ERR_TLS, TOOL_UNREACHABLE,
	  "--ca with the authority that signed the server, --server-name with the name in its "
	  "certificate, --cert and --key if it wants ours; no --tls if it speaks none" },
	{ COODIE_ERR_AUTH, TOOL_LOGIN, "--user with --password-file" },
	{ COODIE_ERR_VERSION, TOOL_UNREACHABLE,
	  "without --protocol, the highest version of both sides is found" },
	{ COODIE_ERR_NOT_CQL, TOOL_UNREACHABLE,
	  "another port: CQL is on 9042 by default; --tls if the port speaks TLS" },
	{ COODIE_ERR_PROTOCOL, TOOL_UNREACHABLE, NULL },
	{ COODIE_ERR_CONFLICT, TOOL_REFUSED, NULL },
};

/* A session in a keyspace begins with USE, which a server refuses when there is none of that name. */
static bool lacks_keyspace(const coodie_error *err)
{
	return err->code == COODIE_ERR_SERVER && err->server_code == INVALID &&
	       strstr(err->message, ": USE was refused: ");
}

int tool_exit_of(const coodie_error *err)
{
	if (err->server_code == UNAUTHORIZED)
		return TOOL_DENIED;
	if (lacks_keyspace(err))
		return TOOL_KEYSPACE;
	for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++)
		if (causes[i].code == err->code)
			return (int)causes[i].exit;
	return TOOL_FAILED;
}

int tool_misuse(const char *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "coodie%s%s: ", *command ? " " : "", command);
	vfprintf(stderr, format, args);
	fprintf(stderr, "\nTry: coodie %s%s--help\n", command, *command ? " " : "");
	va_end(args);
	return TOOL_USAGE;
}

static void print(const char *command, const coodie_error *err)
{
	fprintf(stderr, "coodie %s: ", command);
	safe_puts(stderr, err->message);
	fprintf(stderr, " (%s)\n", coodie_errc_name(err->code));
}

/* What flags can do nothing about. */
int tool_fail_agreement(const char *command, const coodie_error *err)
{
	print(command, err);
	fputs("Try: nodetool describecluster, which lists the versions of the schema and the nodes "
	      "that have them\n",
	      stderr);
	return TOOL_AGREEMENT;
}

int tool_fail(const char *command, const coodie_error *err)
{
	print(command, err);
	for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++)
		if (causes[i].code == err->code && causes[i].remedy)
			fprintf(stderr, "Try: %s\n", causes[i].remedy);
	if (lacks_keyspace(err))
		fputs("Try: CREATE KEYSPACE, in `coodie shell` say, or the spelling of its name\n",
		      stderr);
	return tool_exit_of(err);
}
