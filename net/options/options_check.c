/* SPDX-License-Identifier: MIT */
/* Options against each other, and TLS from its texts: what is known when a session is made. */
#include <string.h>

#include "base/error.h"
#include "base/list.h"
#include "net/options/option.h"

/* The numbers of `tls`. */
enum { TLS_FULL = 1, TLS_CHAIN, TLS_UNVERIFIED };

/* A lowest and a highest. */
static const struct {
	enum cd_option_id low, high;
} bounds[] = {
	{ CD_ID_local_port_min, CD_ID_local_port_max },
	{ CD_ID_reconnect_min_ms, CD_ID_reconnect_max_ms },
	{ CD_ID_tls_lowest, CD_ID_tls_highest },
};

bool cd_options_check_bounds(const struct coodie_options *o, coodie_error *err)
{
	for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
		const struct cd_option *low = cd_option_at(bounds[i].low);
		const struct cd_option *high = cd_option_at(bounds[i].high);
		char from[32], to[32];

		if (cd_option_number(o, low) <= cd_option_number(o, high))
			continue;
		cd_option_format(o, low, from, sizeof from);
		cd_option_format(o, high, to, sizeof to);
		return cd_fail(err, COODIE_ERR_INVALID, "%s is %s, which is above %s, %s",
			       low->name, from, high->name, to);
	}
	return true;
}

/* Texts that are for TLS; the first that is set. */
static const char *text_for_tls(const struct coodie_options *o)
{
	return o->tls_ca               ? "tls_ca"
	       : o->tls_cert           ? "tls_cert"
	       : o->tls_key            ? "tls_key"
	       : o->tls_key_passphrase ? "tls_key_passphrase"
	       : o->tls_server_name    ? "tls_server_name"
				       : NULL;
}

static bool check_tls(const struct coodie_options *o, coodie_error *err)
{
	const char *text = text_for_tls(o);

	if (o->tls && o->tls_context && !o->is_copy)
		return cd_fail(
			err, COODIE_ERR_INVALID,
			"tls: it was set by name and by coodie_options_set_tls(); one of them");
	if (!o->tls && text)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "%s has no use while tls is off: tls=full turns it on", text);
	if (!o->tls_cert != !o->tls_key || (o->tls_key_passphrase && !o->tls_key))
		return cd_fail(
			err, COODIE_ERR_INVALID,
			"tls_cert and tls_key go together, and tls_key_passphrase with them");
	if (o->tls == TLS_UNVERIFIED && o->tls_ca)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "tls_ca has no use with tls=unverified, which verifies nothing");
	return true;
}

/* What a session asks for goes into one statement. */
static bool check_routes(const struct coodie_options *o, coodie_error *err)
{
	const char *at = o->client_routes, *item;
	size_t count = 0, len;

	while (at && cd_list_next(&at, &item, &len))
		count++;
	if (!at)
		return true;
	if (!count || count > CD_CONNECTION_IDS)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "client_routes: %zu connection ids; there can be 1 to %d", count,
			       CD_CONNECTION_IDS);
	if (!o->translation && !o->single_node)
		return true;
	return cd_fail(err, COODIE_ERR_INVALID,
		       "client_routes and %s both say where nodes are: one of them",
		       o->single_node ? "single_node" : "coodie_options_set_translation()");
}

bool cd_options_check(const struct coodie_options *o, coodie_error *err)
{
	if (!o->user != !o->password)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "user and password go together: %s is not set",
			       o->user ? "password" : "user");
	return cd_options_check_bounds(o, err) && check_tls(o, err) && check_routes(o, err);
}

/* ---- TLS from its texts ----------------------------------------------------------------------- */

static bool set_up(coodie_tls *tls, const struct coodie_options *o, coodie_error *err)
{
	coodie_tls_set_verify(tls, o->tls == TLS_FULL    ? COODIE_TLS_VERIFY_FULL
				   : o->tls == TLS_CHAIN ? COODIE_TLS_VERIFY_CHAIN
							 : COODIE_TLS_VERIFY_NONE);
	return (!o->tls_ca || coodie_tls_add_ca_file(tls, o->tls_ca, err)) &&
	       (!o->tls_cert || coodie_tls_set_certificate_file(tls, o->tls_cert, o->tls_key,
								o->tls_key_passphrase, err)) &&
	       (!o->tls_server_name || coodie_tls_set_server_name(tls, o->tls_server_name, err)) &&
	       coodie_tls_set_versions(tls, (enum coodie_tls_version)o->tls_lowest,
				       (enum coodie_tls_version)o->tls_highest, err);
}

struct cd_tls_context *cd_options_tls(const struct coodie_options *o, coodie_error *err)
{
	struct cd_tls_context *context = NULL;
	coodie_tls *tls = coodie_tls_new(err);

	if (tls && set_up(tls, o, err))
		context = cd_tls_context_new(tls, err);
	coodie_tls_free(tls);
	return context;
}
