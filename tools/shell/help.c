/* SPDX-License-Identifier: MIT */
/* HELP: the commands, and what is worth more than a line. */
#include <string.h>

#include "tools/shell/shell.h"

static const struct {
	const char *name, *usage, *summary;
} rows[] = {
#define COMMAND(name, fn, usage, summary) { name, usage, summary },
#include "tools/shell/command.def"
#undef COMMAND
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static const struct {
	const char *name, *text;
} topics[] = {
	{ "COPY",
	  "TABLE may be KEYSPACE.TABLE; FILE may be STDOUT, or STDIN, which a line of \\. ends. Files that are\n"
	  "called .gz are compressed. Options, with what they are without being said:\n"
	  "  HEADER = false      the first line has the names of the columns\n"
	  "  DELIMITER = ','     QUOTE = '\"'   ESCAPE = '\\'\n"
	  "  NULL = ''           what is there for null; an empty text is in quotes\n"
	  "  BOOLSTYLE = 'True,False'\n"
	  "  PAGESIZE = 1000     TO: rows asked for at once\n"
	  "  MAXREQUESTS = 128   FROM: rows on their way at once\n"
	  "  MAXROWS = -1        stops after so many; -1: all\n"
	  "  SKIPROWS = 0        FROM: lines passed over, the header not counted\n"
	  "  SKIPCOLS = ''       FROM: columns passed over\n"
	  "  MAXERRORS = 1000    FROM: rows that may fail before it stops; -1: any number\n"
	  "  ERRFILE = 'import_KEYSPACE_TABLE.err'   FROM: the rows that failed, as they were\n"
	  "  TTL = 0             FROM: seconds the rows live\n" },
	{ "DESCRIBE",
	  "  DESC KEYSPACES | TABLES | TYPES | FUNCTIONS | AGGREGATES   names\n"
	  "  DESC KEYSPACE [NAME]     a keyspace and all that is in it\n"
	  "  DESC TABLE | TYPE | INDEX | FUNCTION | AGGREGATE | MATERIALIZED VIEW NAME\n"
	  "  DESC NAME                whatever has that name\n"
	  "  DESC [FULL] SCHEMA       everything; with FULL the system's too\n"
	  "  DESC CLUSTER             its name, partitioner and snitch\n" },
	{ "EDITING",
	  "  Enter runs a statement that ends with ; and begins a new line otherwise\n"
	  "  Up, Down                 lines, then history     Ctrl-R   searches history\n"
	  "  Ctrl-A, Ctrl-E           home, end               Ctrl-W   cuts the word in front\n"
	  "  Alt-B, Alt-F             words                   Ctrl-K, Ctrl-U   cut to the end, the home\n"
	  "  Ctrl-Y                   pastes what was cut     Ctrl-L   clears the terminal\n"
	  "  Tab                      completes; twice: shows what there is\n"
	  "  Ctrl-C                   gives up the line, or the statement that runs\n"
	  "  Ctrl-Z                   stops the shell, until fg\n" },
};

static bool list_all(struct shell *sh)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].usage)
			shell_say(sh, "  %-12s %s", rows[i].name, rows[i].summary);
	shell_say(
		sh,
		"\nAll else is CQL, and ends with a semicolon. HELP COMMAND tells more; HELP EDITING has the keys.");
	return true;
}

bool command_help(struct shell *sh, const struct words *w)
{
	const char *topic = words_text(w, 0);
	bool found = false;

	if (!topic)
		return list_all(sh);
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].usage && text_same(topic, strlen(topic), rows[i].name)) {
			shell_say(sh, "%s\n%s", rows[i].usage, rows[i].summary);
			found = true;
		}
	for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++)
		if (text_same(topic, strlen(topic), topics[i].name)) {
			fputs(topics[i].text, stdout);
			found = true;
		}
	return found ||
	       shell_complain(sh, "there is no help on %s; HELP lists what there is", topic);
}
