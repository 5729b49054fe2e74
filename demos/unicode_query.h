/* SPDX-License-Identifier: MIT */
/* Answers one question of the command line. */
#ifndef DEMOS_UNICODE_QUERY_H
#define DEMOS_UNICODE_QUERY_H

#include "demos/unicode_model.h"

/* `what` is "code=1F600", "block=Cyrillic", ...; prints the answer. */
bool unicode_query(coodie_session *s, const char *what, coodie_error *err);

#endif
