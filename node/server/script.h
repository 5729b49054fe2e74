/* SPDX-License-Identifier: MIT */
/* Several statements in one text. */
#ifndef NODE_SCRIPT_H
#define NODE_SCRIPT_H

#include <coodie/value.h>

/* Takes the next statement off the front of `script`: up to its semicolon, which may stand in a
 * text, a name, a comment or a BATCH without ending it. False: nothing but blanks and comments is
 * left. */
bool nd_script_next(cql_text *script, cql_text *statement);

#endif
