/* SPDX-License-Identifier: MIT */
/* A scripted peer as a program, for tests that are scripts: prints its address and serves until
 * it is killed. peer_main [--user U --password P] [--certs DIR [--cert NAME]] [--highest N]
 * [--shards] [--stall] [--http] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/peer.h"

static const char *const shards[] = {
	"SCYLLA_SHARD",
	"3",
	"SCYLLA_NR_SHARDS",
	"8",
	"SCYLLA_PARTITIONER",
	"org.apache.cassandra.dht.Murmur3Partitioner",
	"SCYLLA_SHARDING_ALGORITHM",
	"biased-token-round-robin",
	"SCYLLA_SHARDING_IGNORE_MSB",
	"12",
	NULL,
};

/* Takes one option with its value. */
static int take(struct peer_options *o, char **argv)
{
	const struct {
		const char *name, **to;
	} texts[] = {
		{ "--user", &o->user },
		{ "--password", &o->password },
		{ "--certs", &o->certs },
		{ "--cert", &o->cert },
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (!strcmp(argv[0], texts[i].name)) {
			*texts[i].to = argv[1];
			return 2;
		}
	if (!strcmp(argv[0], "--highest")) {
		o->highest = (unsigned)atoi(argv[1] ? argv[1] : "5");
		return 2;
	}
	if (!strcmp(argv[0], "--shards")) {
		o->supported = shards;
	} else if (!strcmp(argv[0], "--stall")) {
		o->at = PEER_AT_STARTUP;
		o->damage = PEER_STALL;
	} else if (!strcmp(argv[0], "--http")) {
		o->at = PEER_AT_OPTIONS;
		o->damage = PEER_TEXT;
		o->text = "HTTP/1.1 400 Bad Request\r\n\r\n";
	} else {
		fprintf(stderr, "peer_main: no option %s\n", argv[0]);
		exit(2);
	}
	return 1;
}

int main(int argc, char **argv)
{
	struct peer_options o = { 0 };

	for (int i = 1; i < argc;)
		i += take(&o, argv + i);
	puts(peer_address(peer_new(&o)));
	fflush(stdout);
	for (;;)
		pause();
}
