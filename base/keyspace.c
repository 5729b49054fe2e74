/* SPDX-License-Identifier: MIT */
/* Names of keyspaces from and to CQL. */
#include "base/keyspace.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/identifier.h"

bool cd_keyspace_read(const char *text, char name[CD_KEYSPACE_SIZE], coodie_error *err)
{
	char read[CD_KEYSPACE_SIZE];
	size_t len = text ? strlen(text) : 0;
	bool quoted = len >= 2 && text[0] == '"' && text[len - 1] == '"';

	if (!len)
		return cd_fail(err, COODIE_ERR_INVALID, "keyspace: an empty name");
	if (quoted) {
		text++;
		len -= 2;
	}
	if (len >= sizeof read)
		return cd_fail(err, COODIE_ERR_LIMIT,
			       "keyspace \"%.40s...\": %zu bytes; the most is %zu", text, len,
			       sizeof read - 1);
	for (size_t i = 0; i < len; i++) {
		bool capital = text[i] >= 'A' && text[i] <= 'Z';
		read[i] = (char)(capital && !quoted ? text[i] - 'A' + 'a' : text[i]);
	}
	read[len] = '\0';
	if (!cd_identifier_legal(read))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "keyspace %.100s: a name is letters, digits and underscores; in "
			       "\"double quotes\" its case is kept",
			       text);
	memcpy(name, read, len + 1);
	return true;
}

void cd_keyspace_write(const char *name, char text[CD_KEYSPACE_SIZE + 2])
{
	const char *quote = cd_identifier_plain(name) ? "" : "\"";

	snprintf(text, CD_KEYSPACE_SIZE + 2, "%s%s%s", quote, name, quote);
}
