/* SPDX-License-Identifier: MIT */
/* A server's answer as lines of text: everything that a client can see of it, apart from what is
 * never the same twice. */
#ifndef TESTS_ANSWER_H
#define TESTS_ANSWER_H

#include <stdio.h>

#include <coodie/codec.h>

/* Writes one answer; what it says in texts is escaped, so that a line stays a line:
 *
 *     void
 *     keyspace KS
 *     schema CREATED TABLE KS.NAME
 *     prepared, key 0, 1 / markers ... / columns ...
 *     columns KS.TABLE: NAME TYPE | ... / and a line with ` V | V` for each row
 *     more                               (the answer has a paging state)
 *     error 0x2200 MESSAGE [FIELD=VALUE...]
 *     warning TEXT
 */
void answer_write(FILE *out, const cql_message *answer);
/* A text with what is no printable ASCII or UTF-8 written as \n, \t or \x07. */
void answer_write_text(FILE *out, cql_text text);

#endif
