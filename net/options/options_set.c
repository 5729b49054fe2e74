/* SPDX-License-Identifier: MIT */
/* Setters of options: what has a call of its own. */
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/endpoint.h"
#include "base/error.h"
#include "base/keyspace.h"
#include "net/options/option.h"

bool cd_options_missing(coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_INVALID, "options: there are none, the pointer is NULL");
}

static bool set_number(coodie_options *o, enum cd_option_id id, uint64_t value, coodie_error *err)
{
	cd_clear(err);
	return o ? cd_option_set_number(o, cd_option_at(id), value, err) : cd_options_missing(err);
}

static void force_number(coodie_options *o, enum cd_option_id id, uint64_t value)
{
	if (o)
		cd_option_force_number(o, cd_option_at(id), value);
}

/* Two texts that go together: both or neither. */
static bool set_texts(coodie_options *o, enum cd_option_id first, const char *one,
		      enum cd_option_id second, const char *two, coodie_error *err)
{
	char **at = (char **)(void *)((char *)o + cd_option_at(first)->at), *before = *at;

	*at = NULL;
	if (cd_option_set_text(o, cd_option_at(first), one, err) &&
	    cd_option_set_text(o, cd_option_at(second), two, err)) {
		cd_option_release_text(NULL, before);
		return true;
	}
	cd_option_release_text(NULL, *at);
	*at = before;
	return false;
}

/* ---- the cluster, and who we are -------------------------------------------------------------- */

bool coodie_options_add_contact_point(coodie_options *o, const char *host, coodie_error *err)
{
	char name[CD_HOST_SIZE];
	uint16_t port;

	cd_clear(err);
	if (!o)
		return cd_options_missing(err);
	if (!cd_endpoint_parse(host, 0, name, &port, err))
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

void cd_options_drop_points(struct coodie_options *o, size_t i)
{
	while (o->point_count > i)
		cd_release(NULL, o->points[--o->point_count].host);
}

bool coodie_options_set_keyspace(coodie_options *o, const char *keyspace, coodie_error *err)
{
	char name[CD_KEYSPACE_SIZE];

	cd_clear(err);
	if (!o)
		return cd_options_missing(err);
	if (keyspace && !cd_keyspace_read(keyspace, name, err))
		return false;
	return cd_option_set_text(o, cd_option_at(CD_ID_keyspace), keyspace ? name : NULL, err);
}

void coodie_options_set_single_node(coodie_options *o, bool on)
{
	force_number(o, CD_ID_single_node, on);
}

bool coodie_options_set_credentials(coodie_options *o, const char *user, const char *password,
				    coodie_error *err)
{
	cd_clear(err);
	if (!o)
		return cd_options_missing(err);
	if (!user != !password)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "credentials: user and password are given together, or neither");
	return set_texts(o, CD_ID_user, user, CD_ID_password, password, err);
}

bool coodie_options_set_tls(coodie_options *o, const coodie_tls *tls, coodie_error *err)
{
	struct cd_tls_context *context = NULL;

	cd_clear(err);
	if (!o)
		return cd_options_missing(err);
	if (tls && !(context = cd_tls_context_new(tls, err)))
		return false;
	if (o->tls_context)
		cd_tls_context_free(o->tls_context);
	o->tls_context = context;
	return true;
}

/* ---- the protocol ----------------------------------------------------------------------------- */

bool coodie_options_set_protocol_version(coodie_options *o, unsigned version, coodie_error *err)
{
	return set_number(o, CD_ID_protocol_version, version, err);
}

void coodie_options_set_compression(coodie_options *o, enum coodie_compression compression)
{
	force_number(o, CD_ID_compression, compression);
}

void coodie_options_set_max_response(coodie_options *o, uint32_t bytes)
{
	force_number(o, CD_ID_max_response, bytes);
}

bool coodie_options_set_application(coodie_options *o, const char *name, const char *version,
				    coodie_error *err)
{
	cd_clear(err);
	return o ? set_texts(o, CD_ID_application_name, name, CD_ID_application_version, version,
			     err)
		 : cd_options_missing(err);
}

/* What a STARTUP has from us, whatever the caller says. */
static bool is_ours(const char *key)
{
	static const char ours[][20] = {
		"CQL_VERSION",       "COMPRESSION",         "DRIVER_NAME",   "DRIVER_VERSION",
		"APPLICATION_NAME",  "APPLICATION_VERSION", "CLIENT_ID",     "NO_COMPACT",
		"THROW_ON_OVERLOAD", "SESSION_ID",          "DRIVER_CONFIG",
	};

	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (!strcasecmp(ours[i], key))
			return true;
	return false;
}

static void drop_pair(struct coodie_options *o, size_t i)
{
	cd_release(NULL, o->startup[i].key);
	cd_release(NULL, o->startup[i].value);
	o->startup_count--;
	memmove(o->startup + i, o->startup + i + 1, (o->startup_count - i) * sizeof *o->startup);
}

static bool add_pair(struct coodie_options *o, const char *key, const char *value,
		     coodie_error *err)
{
	struct cd_startup_pair pair = { cd_strndup(NULL, key, strlen(key)),
					cd_strndup(NULL, value, strlen(value)) };

	if (pair.key && pair.value) {
		o->startup[o->startup_count++] = pair;
		return true;
	}
	cd_release(NULL, pair.key);
	cd_release(NULL, pair.value);
	return cd_no_memory(err, "an option of STARTUP");
}

static bool replace_value(struct coodie_options *o, size_t i, const char *value, coodie_error *err)
{
	char *copy = cd_strndup(NULL, value, strlen(value));

	if (!copy)
		return cd_no_memory(err, "an option of STARTUP");
	cd_release(NULL, o->startup[i].value);
	o->startup[i].value = copy;
	return true;
}

static size_t find_pair(const struct coodie_options *o, const char *key)
{
	size_t i = 0;

	while (i < o->startup_count && strcmp(o->startup[i].key, key) != 0)
		i++;
	return i;
}

static bool is_startup_legal(const char *key, const char *value, coodie_error *err)
{
	if (!key || !*key || is_ours(key))
		return cd_fail(err, COODIE_ERR_INVALID, "STARTUP option \"%.64s\": it is %s",
			       key ? key : "",
			       key && *key ? "set by the client itself, or by an option" : "empty");
	if (strlen(key) > UINT16_MAX || (value && strlen(value) > UINT16_MAX))
		return cd_fail(err, COODIE_ERR_LIMIT,
			       "STARTUP option \"%.64s\": key and value have at most %d bytes", key,
			       UINT16_MAX);
	return true;
}

bool coodie_options_set_startup(coodie_options *o, const char *key, const char *value,
				coodie_error *err)
{
	cd_clear(err);
	if (!o)
		return cd_options_missing(err);
	if (!is_startup_legal(key, value, err))
		return false;
	size_t i = find_pair(o, key);
	bool is_there = i < o->startup_count;
	if (value && !is_there && i == CD_STARTUP_PAIRS)
		return cd_fail(err, COODIE_ERR_LIMIT,
			       "STARTUP option \"%.64s\": there are %d already, which is the most",
			       key, CD_STARTUP_PAIRS);
	if (value && is_there)
		return replace_value(o, i, value, err);
	if (value)
		return add_pair(o, key, value, err);
	if (is_there)
		drop_pair(o, i);
	return true;
}

/* ---- threads, pools and sockets --------------------------------------------------------------- */

bool coodie_options_set_loops(coodie_options *o, unsigned loops, coodie_error *err)
{
	return set_number(o, CD_ID_loops, loops, err);
}

void coodie_options_set_loop_hooks(coodie_options *o, coodie_loop_fn *begin, coodie_loop_fn *end,
				   void *user)
{
	if (!o)
		return;
	o->loop_begin = begin;
	o->loop_end = end;
	o->loop_user = user;
}

void coodie_options_set_pool_opening(coodie_options *o, enum coodie_pool_opening when)
{
	force_number(o, CD_ID_pool_opening, when);
}

void coodie_options_set_shard_aware(coodie_options *o, bool on)
{
	force_number(o, CD_ID_shard_aware, on);
}

bool coodie_options_set_local_address(coodie_options *o, const char *address, coodie_error *err)
{
	cd_clear(err);
	return o ? cd_option_set(o, cd_option_at(CD_ID_local_address), address, err)
		 : cd_options_missing(err);
}

bool coodie_options_set_local_ports(coodie_options *o, uint16_t lowest, uint16_t highest,
				    coodie_error *err)
{
	cd_clear(err);
	if (!o)
		return cd_options_missing(err);
	if (lowest > highest || lowest < cd_option_at(CD_ID_local_port_min)->least)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "local ports %u to %u: from 1024 on, the lowest first", lowest,
			       highest);
	o->local_port_min = lowest;
	o->local_port_max = highest;
	return true;
}

void coodie_options_set_tcp(coodie_options *o, bool no_delay, uint32_t keepalive_s)
{
	force_number(o, CD_ID_tcp_no_delay, no_delay);
	force_number(o, CD_ID_tcp_keepalive_s, keepalive_s);
}

void coodie_options_set_connect_timeout_ms(coodie_options *o, uint32_t ms)
{
	force_number(o, CD_ID_connect_timeout_ms, ms);
}

bool coodie_options_set_max_in_flight(coodie_options *o, uint32_t requests, coodie_error *err)
{
	return set_number(o, CD_ID_max_in_flight, requests, err);
}

void coodie_options_set_max_waiting(coodie_options *o, uint32_t requests)
{
	force_number(o, CD_ID_max_waiting, requests);
}

/* ---- requests --------------------------------------------------------------------------------- */

void coodie_options_set_request_timeout_ms(coodie_options *o, uint32_t ms)
{
	force_number(o, CD_ID_request_timeout_ms, ms);
}

void coodie_options_set_consistency(coodie_options *o, cql_consistency consistency)
{
	if (!set_number(o, CD_ID_consistency, consistency, NULL) && o)
		o->consistency = CQL_CONSISTENCY_LOCAL_ONE;
}

bool coodie_options_set_serial_consistency(coodie_options *o, cql_consistency consistency,
					   coodie_error *err)
{
	return set_number(o, CD_ID_serial_consistency, consistency, err);
}

void coodie_options_set_page_rows(coodie_options *o, uint32_t rows)
{
	force_number(o, CD_ID_page_rows, rows);
}

void coodie_options_set_max_prepared(coodie_options *o, uint32_t statements)
{
	force_number(o, CD_ID_max_prepared, statements);
}

void coodie_options_set_prepare_on_all(coodie_options *o, bool on_all, bool on_up)
{
	force_number(o, CD_ID_prepare_on_all, on_all);
	force_number(o, CD_ID_prepare_on_up, on_up);
}

/* ---- metadata --------------------------------------------------------------------------------- */

bool coodie_options_set_schema_metadata(coodie_options *o, bool on, const char *keyspaces,
					coodie_error *err)
{
	cd_clear(err);
	if (!o)
		return cd_options_missing(err);
	if (!cd_option_set(o, cd_option_at(CD_ID_schema_keyspaces), keyspaces, err))
		return false;
	o->schema_metadata = on;
	return true;
}

void coodie_options_set_refresh_s(coodie_options *o, uint32_t seconds)
{
	force_number(o, CD_ID_refresh_s, seconds);
}

void coodie_options_set_histogram_window_ms(coodie_options *o, uint32_t ms)
{
	force_number(o, CD_ID_histogram_window_ms, ms);
}

/* ---- what the session runs on ----------------------------------------------------------------- */

void coodie_options_set_allocator(coodie_options *o, const coodie_allocator *a)
{
	if (o)
		o->allocator = a ? *a : cd_malloc_allocator;
}

void coodie_options_set_transport(coodie_options *o, const coodie_transport *transport)
{
	if (o)
		o->transport = transport ? *transport : (coodie_transport){ NULL, NULL };
}

void coodie_options_set_log(coodie_options *o, enum coodie_log_level level, coodie_log_fn *fn,
			    void *user)
{
	if (!o)
		return;
	cd_option_force_number(o, cd_option_at(CD_ID_log_level), level);
	o->log = fn;
	o->log_user = user;
}
