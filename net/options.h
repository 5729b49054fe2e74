/* SPDX-License-Identifier: MIT */
/* Everything a session is told, as plain data: what coodie_options holds. */
#ifndef NET_OPTIONS_H
#define NET_OPTIONS_H

#include <coodie/session.h>

#include "base/tls.h"

enum { CD_CONTACT_POINTS = 64, CD_DEFAULT_PORT = 9042 };

/* A node to start from. `host` is a name or an address without brackets. */
struct cd_endpoint {
	char *host;
	uint16_t port;
};

/* The public type. Texts come from malloc while the user fills it in, and from the session's
 * allocator in its copy. */
struct coodie_options {
	coodie_allocator allocator; /* of the session; malloc's unless set */
	coodie_transport transport; /* without a table: the system's sockets */
	struct cd_endpoint points[CD_CONTACT_POINTS];
	size_t point_count;
	char *keyspace;
	char *user, *password;
	char *application_name, *application_version;
	struct cd_tls_context *tls; /* NULL: no TLS */
	unsigned protocol_version;  /* 0: negotiate */
	enum coodie_compression compression;
	uint32_t connect_timeout_ms, request_timeout_ms;
	uint32_t max_in_flight, max_waiting, page_rows, max_response, max_prepared;
	cql_consistency consistency, serial_consistency;
	enum coodie_log_level log_level;
	coodie_log_fn *log;
	void *log_user;
};

/* A copy that lives as long as an engine; it and its texts come from o->allocator. */
struct coodie_options *cd_options_copy(const coodie_options *o, coodie_error *err);
void cd_options_free(struct coodie_options *copy);

#endif
