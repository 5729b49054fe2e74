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

/* Texts that are for TLS. */
static const struct {
	enum cd_option_id id;
	bool verifies; /* of no use with tls=unverified */
	/* gives it to who keeps TLS's options; NULL: set_up() does */
	bool (*set)(coodie_tls *tls, const char *text, coodie_error *err);
} tls_texts[] = {
	{ CD_ID_tls_ca, true, coodie_tls_add_ca_file },
	{ CD_ID_tls_crl, true, coodie_tls_add_crl_file },
	{ CD_ID_tls_cert, false, NULL },
	{ CD_ID_tls_key, false, NULL },
	{ CD_ID_tls_key_passphrase, false, NULL },
	{ CD_ID_tls_server_name, false, coodie_tls_set_server_name },
	{ CD_ID_tls_ciphers, false, NULL },
	{ CD_ID_tls_suites, false, NULL },
	{ CD_ID_tls_key_log, false, coodie_tls_set_key_log_file },
};

static const char *text_of(const struct coodie_options *o, enum cd_option_id id)
{
	return *(char *const *)(const void *)((const char *)o + cd_option_at(id)->at);
}

static bool check_tls_texts(const struct coodie_options *o, coodie_error *err)
{
	for (size_t i = 0; i < sizeof tls_texts / sizeof *tls_texts; i++) {
		const char *name = cd_option_at(tls_texts[i].id)->name;
		if (!text_of(o, tls_texts[i].id))
			continue;
		if (!o->tls)
			return cd_fail(err, COODIE_ERR_INVALID,
				       "%s has no use while tls is off: tls=full turns it on",
				       name);
		if (o->tls == TLS_UNVERIFIED && tls_texts[i].verifies)
			return cd_fail(err, COODIE_ERR_INVALID,
				       "%s has no use with tls=unverified, which verifies nothing",
				       name);
	}
	return true;
}

static bool check_tls(const struct coodie_options *o, coodie_error *err)
{
	if (o->tls && o->tls_context && !o->is_copy)
		return cd_fail(
			err, COODIE_ERR_INVALID,
			"tls: it was set by name and by coodie_options_set_tls(); one of them");
	if (!check_tls_texts(o, err))
		return false;
	if (!o->tls_cert != !o->tls_key || (o->tls_key_passphrase && !o->tls_key))
		return cd_fail(
			err, COODIE_ERR_INVALID,
			"tls_cert and tls_key go together, and tls_key_passphrase with them");
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

/* Says which option an error is about. */
static bool blame(const char *option, coodie_error *err)
{
	cd_error_prefix(err, "%s", option);
	return false;
}

static bool set_up(coodie_tls *tls, const struct coodie_options *o, coodie_error *err)
{
	coodie_tls_set_verify(tls, o->tls == TLS_FULL    ? COODIE_TLS_VERIFY_FULL
				   : o->tls == TLS_CHAIN ? COODIE_TLS_VERIFY_CHAIN
							 : COODIE_TLS_VERIFY_NONE);
	for (size_t i = 0; i < sizeof tls_texts / sizeof *tls_texts; i++) {
		const char *text = text_of(o, tls_texts[i].id);
		if (text && tls_texts[i].set && !tls_texts[i].set(tls, text, err))
			return blame(cd_option_at(tls_texts[i].id)->name, err);
	}
	if ((o->tls_ciphers || o->tls_suites) &&
	    !coodie_tls_set_ciphers(tls, o->tls_ciphers, o->tls_suites, err))
		return blame("tls_ciphers, tls_suites", err);
	return (!o->tls_cert || coodie_tls_set_certificate_file(tls, o->tls_cert, o->tls_key,
								o->tls_key_passphrase, err)) &&
	       coodie_tls_set_tickets(tls, o->tls_tickets, err) &&
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
