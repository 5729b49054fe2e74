/* SPDX-License-Identifier: MIT */
/* Everything a session is told, as plain data: what coodie_options holds. */
#ifndef NET_OPTIONS_H
#define NET_OPTIONS_H

#include <coodie/auth.h>
#include <coodie/events.h>
#include <coodie/metrics.h>
#include <coodie/options.h>
#include <coodie/policy.h>
#include <coodie/resolve.h>
#include <coodie/socket.h>

#include "base/tls.h"

enum { CD_CONTACT_POINTS = 64, CD_CONNECTION_IDS = 64, CD_STARTUP_PAIRS = 16 };

/* A node to start from. `host` is a name or an address without brackets. Until it is copied for a
 * session, a port of 0 stands for that of the options. */
struct cd_endpoint {
	char *host;
	uint16_t port;
};

/* An option of STARTUP. */
struct cd_startup_pair {
	char *key, *value;
};

/* What a row of option.def is in memory. */
#define CD_FIELD_NUMBER(name) uint32_t name;
#define CD_FIELD_BYTES(name) uint64_t name;
#define CD_FIELD_SWITCH(name) bool name;
#define CD_FIELD_CHOICE(name) uint32_t name;
#define CD_FIELD_CONSISTENCY(name) cql_consistency name;
#define CD_FIELD_DECIMAL(name) double name;
#define CD_FIELD_TEXT(name) char *name;
#define CD_FIELD_SECRET(name) char *name;
#define CD_FIELD_LIST(name) char *name;
#define CD_FIELD_POINTS(name)
#define CD_FIELD_REFUSED(name)

/* The public type. Texts come from malloc while the user fills it in, and from the session's
 * allocator in its copy. */
struct coodie_options {
	coodie_allocator allocator; /* of the session; malloc's unless set */
	coodie_transport transport; /* without a table: the system's sockets */
	struct cd_endpoint points[CD_CONTACT_POINTS];
	size_t point_count;
	struct cd_tls_context
		*tls_context; /* of coodie_options_set_tls(); in a copy, of `tls` too */
	bool is_copy;         /* a session's */
	coodie_authenticator authenticator; /* without `initial`: PLAIN */
	void *authenticator_user;
	coodie_credentials_fn *credentials_fn; /* NULL: user and password */
	void *credentials_user;
	struct cd_startup_pair startup[CD_STARTUP_PAIRS];
	size_t startup_count;
	coodie_loop_fn *loop_begin, *loop_end;
	void *loop_user;
	struct cd_profiles *profiles;     /* NULL: none set; see net/policy/profile.h */
	coodie_timestamping timestamping; /* `size` 0: not set */
	coodie_log_fn *log;
	void *log_user;
	coodie_resolve_fn *resolver; /* NULL: ours */
	void *resolver_user;
	coodie_translate_fn *translation; /* NULL: none */
	void *translation_user;
	coodie_socket_fn *socket_hook; /* NULL: none */
	void *socket_hook_user;
	coodie_event_fn *events; /* NULL: nobody wants to know */
	void *events_user;
	coodie_conviction_fn *conviction; /* NULL: the first failure */
	void *conviction_user;
	coodie_attempt_fn *attempts; /* NULL: nobody wants to know */
	void *attempts_user;
	coodie_outgoing_fn *outgoing; /* NULL: none */
	void *outgoing_user;
#define G(title)
#define X(kind, name, ...) CD_FIELD_##kind(name)
#include "net/options/option.def"
#undef X
#undef G
};

/* A copy that lives as long as an engine; it and its texts come from o->allocator. */
struct coodie_options *cd_options_copy(const coodie_options *o, coodie_error *err);
void cd_options_free(struct coodie_options *copy);
/* Of two bounds the lower is the lower. */
bool cd_options_check_bounds(const struct coodie_options *o, coodie_error *err);
/* And what else no setter can see: options that need or exclude each other. */
bool cd_options_check(const struct coodie_options *o, coodie_error *err);
/* Forgets the contact points from the i-th on. */
void cd_options_drop_points(struct coodie_options *o, size_t i);
/* A context from the tls_ options; NULL: an error, or `tls` is off. */
struct cd_tls_context *cd_options_tls(const struct coodie_options *o, coodie_error *err);
/* There are no options: false. */
bool cd_options_missing(coodie_error *err);

#endif
