/* SPDX-License-Identifier: MIT */
/* The command line of the demo. */
#ifndef DEMOS_UNICODE_OPTIONS_H
#define DEMOS_UNICODE_OPTIONS_H

#include <coodie.h>

struct unicode_options {
	const char *host;
	const char *keyspace;
	const char *user, *password;
	const char *ca; /* turns TLS on */
	const char *file, *blocks;
	const char *query; /* NULL: load */
	unsigned protocol; /* 0: negotiate */
	unsigned in_flight;
	bool lz4;
};

/* Prints what is wrong, or the help, to stderr and returns false. */
bool unicode_options_parse(struct unicode_options *o, int argc, char **argv);
/* A connected session as the options want it; `keyspace` may be NULL. */
coodie_session *unicode_connect(const struct unicode_options *o, const char *keyspace,
				coodie_error *err);

#endif
