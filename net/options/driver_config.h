/* SPDX-License-Identifier: MIT */
/* DRIVER_CONFIG of STARTUP: how the session is configured, sent on the control connection, for
 * operators to see in system.clients (ScyllaDB) and system_views.clients (Cassandra). SESSION_ID, a
 * random uuid on every connection, tells which of them belong together. */
#ifndef NET_DRIVER_CONFIG_H
#define NET_DRIVER_CONFIG_H

#include "base/buffer.h"
#include "net/options/options.h"

enum { CD_DRIVER_CONFIG_MAX = 32768 };

/* What is in force beside the options. Zeroed: nothing is. */
struct cd_driver_config {
	const char *datacenter; /* the local one, when it was found out; NULL: not known (yet) */
	bool own_balancer, own_retry, own_speculation; /* policies of the program */
};

/*
 * Writes the options as JSON in the shape that ScyllaDB's drivers share (schema version 1): nested
 * objects, kebab-case, what is not set left out. Addresses, names of users and secrets are in none of
 * it. False, with COODIE_ERR_NO_MEMORY or COODIE_ERR_LIMIT: `out` is as before.
 */
bool cd_driver_config_write(struct cd_buffer *out, const struct coodie_options *o,
			    const struct cd_driver_config *more, coodie_error *err);

#endif
