/* SPDX-License-Identifier: MIT */
/* The options of a session: checked where they are set, copied when a session is made. */
#include "net/options.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/secret.h"
#include "net/resolve.h"
#include "net/streams.h"
#include "proto/frame.h"

enum { LONGEST_TEXT = 65535 }; /* of a [string] (v4 section 3) */

/* The texts of the options; the copy, the free and the wipe go over the same list. */
static const size_t texts[] = {
#define G(title)
#define X(kind, name, ...) AT_##kind(name)
#define AT_TEXT(name) offsetof(struct coodie_options, name),
#define AT_SECRET(name) AT_TEXT(name)
#define AT_LIST(name) AT_TEXT(name)
#define AT_NUMBER(name)
#define AT_BYTES(name)
#define AT_SWITCH(name)
#define AT_CHOICE(name)
#define AT_CONSISTENCY(name)
#define AT_DECIMAL(name)
#define AT_POINTS(name)
#define AT_REFUSED(name)
#include "net/option.def"
#undef X
#undef G
};

enum { TEXTS = sizeof texts / sizeof *texts };

static char **text_at(struct coodie_options *o, size_t i)
{
	return (char **)(void *)((char *)o + texts[i]);
}

/* Every option of the table; texts begin as none. */
static void begin(struct coodie_options *o)
{
#define G(title)
#define X(kind, name, fallback, ...) BEGIN_##kind(name, fallback)
#define BEGIN_NUMBER(name, fallback) o->name = (fallback);
#define BEGIN_BYTES(name, fallback) o->name = (fallback);
#define BEGIN_SWITCH(name, fallback) o->name = (fallback);
#define BEGIN_CHOICE(name, fallback) o->name = (fallback);
#define BEGIN_CONSISTENCY(name, fallback) o->name = (fallback);
#define BEGIN_DECIMAL(name, fallback) o->name = (fallback);
#define BEGIN_TEXT(name, fallback)
#define BEGIN_SECRET(name, fallback)
#define BEGIN_LIST(name, fallback)
#define BEGIN_POINTS(name, fallback)
#define BEGIN_REFUSED(name, fallback)
#include "net/option.def"
#undef X
#undef G
}

coodie_options *coodie_options_new(coodie_error *err)
{
	cd_clear(err);
	coodie_options *o = cd_alloc_zero(NULL, sizeof *o);
	if (!o) {
		cd_no_memory(err, "options");
		return NULL;
	}
	o->allocator = cd_malloc_allocator;
	begin(o);
	return o;
}

static void release_text(const coodie_allocator *a, char *text)
{
	if (text)
		cd_wipe(text, strlen(text));
	cd_release(a, text);
}

static void release_all(struct coodie_options *o, const coodie_allocator *a)
{
	for (size_t i = 0; i < TEXTS; i++)
		release_text(a, *text_at(o, i));
	for (size_t i = 0; i < o->point_count; i++)
		cd_release(a, o->points[i].host);
	if (o->tls_context)
		cd_tls_context_free(o->tls_context);
	cd_release(a, o);
}

void coodie_options_free(coodie_options *o)
{
	if (o)
		release_all(o, NULL);
}

void cd_options_free(struct coodie_options *copy)
{
	if (!copy)
		return;
	coodie_allocator a = copy->allocator;
	release_all(copy, &a);
}

struct coodie_options *cd_options_copy(const coodie_options *o, coodie_error *err)
{
	const coodie_allocator *a = &o->allocator;
	struct coodie_options *copy = cd_alloc(a, sizeof *copy);

	if (!copy) {
		cd_no_memory(err, "a copy of the options");
		return NULL;
	}
	*copy = *o;
	copy->point_count = 0;
	if (copy->tls_context)
		cd_tls_context_ref(copy->tls_context);
	bool whole = true;
	for (size_t i = 0; i < TEXTS; i++) {
		char **text = text_at(copy, i);
		if (*text && !(*text = cd_strndup(a, *text, strlen(*text))))
			whole = false;
	}
	for (size_t i = 0; i < o->point_count && whole; i++) {
		char *host = cd_strndup(a, o->points[i].host, strlen(o->points[i].host));
		copy->points[i] = (struct cd_endpoint){ host, o->points[i].port };
		copy->point_count++;
		whole = host != NULL;
	}
	if (whole)
		return copy;
	cd_options_free(copy);
	cd_no_memory(err, "a copy of the options");
	return NULL;
}

void coodie_options_set_allocator(coodie_options *o, const coodie_allocator *a)
{
	o->allocator = a ? *a : cd_malloc_allocator;
}

bool coodie_options_add_contact_point(coodie_options *o, const char *host, coodie_error *err)
{
	char name[CD_HOST_SIZE];
	uint16_t port;

	cd_clear(err);
	if (!cd_endpoint_parse(host, CD_DEFAULT_PORT, name, &port, err))
		return false;
	if (o->point_count == CD_CONTACT_POINTS)
		return cd_fail(err, COODIE_ERR_LIMIT,
			       "contact point \"%s\": there are %d already, which is the most",
			       host, CD_CONTACT_POINTS);
	char *copy = cd_strndup(NULL, name, strlen(name));
	if (!copy)
		return cd_no_memory(err, "a contact point");
	o->points[o->point_count++] = (struct cd_endpoint){ copy, port };
	return true;
}

/* NULL takes the text away. */
static bool set_text(char **to, const char *text, const char *what, coodie_error *err)
{
	char *copy = NULL;

	if (text && strlen(text) > LONGEST_TEXT)
		return cd_fail(err, COODIE_ERR_LIMIT, "%s: %zu bytes; the most is %d", what,
			       strlen(text), LONGEST_TEXT);
	if (text && !(copy = cd_strndup(NULL, text, strlen(text))))
		return cd_no_memory(err, what);
	release_text(NULL, *to);
	*to = copy;
	return true;
}

bool coodie_options_set_keyspace(coodie_options *o, const char *keyspace, coodie_error *err)
{
	cd_clear(err);
	if (keyspace && !*keyspace)
		return cd_fail(err, COODIE_ERR_INVALID, "keyspace: an empty name; NULL for none");
	return set_text(&o->keyspace, keyspace, "the keyspace", err);
}

bool coodie_options_set_credentials(coodie_options *o, const char *user, const char *password,
				    coodie_error *err)
{
	cd_clear(err);
	if (!user != !password)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "credentials: user and password are given together, or neither");
	return set_text(&o->user, user, "the user", err) &&
	       set_text(&o->password, password, "the password", err);
}

bool coodie_options_set_tls(coodie_options *o, const coodie_tls *tls, coodie_error *err)
{
	struct cd_tls_context *context = NULL;

	cd_clear(err);
	if (tls && !(context = cd_tls_context_new(tls, err)))
		return false;
	if (o->tls_context)
		cd_tls_context_free(o->tls_context);
	o->tls_context = context;
	return true;
}

bool coodie_options_set_protocol_version(coodie_options *o, unsigned version, coodie_error *err)
{
	cd_clear(err);
	if (version && (version < CD_VERSION_MIN || version > CD_VERSION_MAX))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "protocol version %u: it can be 4, 5, or 0 for the best of both",
			       version);
	o->protocol_version = version;
	return true;
}

void coodie_options_set_compression(coodie_options *o, enum coodie_compression compression)
{
	o->compression = compression;
}

void coodie_options_set_connect_timeout_ms(coodie_options *o, uint32_t ms)
{
	o->connect_timeout_ms = ms;
}

void coodie_options_set_request_timeout_ms(coodie_options *o, uint32_t ms)
{
	o->request_timeout_ms = ms;
}

bool coodie_options_set_max_in_flight(coodie_options *o, uint32_t requests, coodie_error *err)
{
	cd_clear(err);
	if (requests == 0 || requests > CD_STREAMS_MAX)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "max_in_flight %u: it can be 1 to %d (stream ids, v4 section 2.3)",
			       (unsigned)requests, CD_STREAMS_MAX);
	o->max_in_flight = requests;
	return true;
}

void coodie_options_set_max_waiting(coodie_options *o, uint32_t requests)
{
	o->max_waiting = requests;
}

void coodie_options_set_consistency(coodie_options *o, cql_consistency consistency)
{
	o->consistency = consistency ? consistency : CQL_CONSISTENCY_LOCAL_ONE;
}

bool coodie_options_set_serial_consistency(coodie_options *o, cql_consistency consistency,
					   coodie_error *err)
{
	cd_clear(err);
	if (consistency != CQL_CONSISTENCY_UNSET && consistency != CQL_CONSISTENCY_SERIAL &&
	    consistency != CQL_CONSISTENCY_LOCAL_SERIAL)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "serial consistency %s: it can be SERIAL or LOCAL_SERIAL",
			       cql_consistency_name(consistency));
	o->serial_consistency = consistency;
	return true;
}

void coodie_options_set_page_rows(coodie_options *o, uint32_t rows)
{
	o->page_rows = rows;
}

void coodie_options_set_max_response(coodie_options *o, uint32_t bytes)
{
	o->max_response = bytes;
}

void coodie_options_set_max_prepared(coodie_options *o, uint32_t statements)
{
	o->max_prepared = statements;
}

bool coodie_options_set_application(coodie_options *o, const char *name, const char *version,
				    coodie_error *err)
{
	cd_clear(err);
	return set_text(&o->application_name, name, "the application's name", err) &&
	       set_text(&o->application_version, version, "the application's version", err);
}

void coodie_options_set_transport(coodie_options *o, const coodie_transport *transport)
{
	o->transport = transport ? *transport : (coodie_transport){ NULL, NULL };
}

void coodie_options_set_log(coodie_options *o, enum coodie_log_level level, coodie_log_fn *fn,
			    void *user)
{
	o->log_level = level;
	o->log = fn;
	o->log_user = user;
}
