/* SPDX-License-Identifier: MIT */
/* The fields of a box's options. */
#ifndef NODE_NODE_OPTIONS_H
#define NODE_NODE_OPTIONS_H

#include <coodie/node.h>

#include "base/address.h"
#include "node/schema/settings.h"

enum { ND_MOST_NODES = 64, ND_MOST_SHARDS = 256, ND_PREPARED_DEFAULT = 4096 };

struct nd_data_center_option {
	char *name;
	uint32_t nodes, racks;
};

struct coodie_node_options {
	coodie_allocator allocator;
	coodie_transport transport; /* without a table: sockets */
	struct cd_address address;
	uint32_t nodes;
	struct nd_data_center_option centers[ND_MOST_NODES];
	uint32_t center_count; /* 0: "datacenter1" with `nodes` */
	uint32_t shards;
	bool nat; /* clients' source ports are not what they seem */
	bool tablets_v1; /* no later version of them is offered */
	bool tls_generated;
	char *cert_path, *key_path, *ca_path; /* cert_path NULL: no files */
	char *user, *password;
	unsigned highest_version;
	bool lz4;
	uint32_t max_prepared;
	struct nd_settings settings;
	coodie_node_log_fn *log;
	void *log_user;
	coodie_node_clock_fn *clock;
	void *clock_user;
};

/* A copy that takes its texts from the options' own allocator; the storage is the caller's. */
bool nd_node_options_copy(struct coodie_node_options *to, const struct coodie_node_options *from);
void nd_node_options_init(struct coodie_node_options *o);
/* Gives the texts back and wipes the password. */
void nd_node_options_deinit(struct coodie_node_options *o);

#endif
