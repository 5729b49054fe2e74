/* SPDX-License-Identifier: MIT */
/* Profiles from options: those of a session are the ground of all, those of a section are one. */
#include "net/options/profile_options.h"

#include "base/error.h"

void cd_profile_options_read(const struct coodie_options *o, coodie_profile_options *p,
			     coodie_balancing *b)
{
	const bool speculates = o->speculative_delay_ms || o->speculative_percentile > 0;

	*b = (coodie_balancing){
		.size = sizeof *b,
		.local_datacenter = o->local_datacenter,
		.local_rack = o->local_rack,
		.remote_hosts = o->remote_hosts,
		.remote_for_local = o->remote_for_local,
		.not_datacenter_aware = !o->datacenter_aware,
		.not_token_aware = !o->token_aware,
		.not_shuffled = !o->shuffle,
		.not_load_aware = !o->load_aware,
		.latency_aware = o->latency_aware,
		.latency_exclusion = o->latency_exclusion,
		.latency_scale_ms = o->latency_scale_ms,
		.latency_retry_ms = o->latency_retry_ms,
		.latency_update_ms = o->latency_update_ms,
		.latency_min_measured = o->latency_min_measured,
		.allow = o->allow,
		.deny = o->deny,
		.allow_datacenters = o->allow_datacenters,
		.deny_datacenters = o->deny_datacenters,
	};
	*p = (coodie_profile_options){
		.size = sizeof *p,
		.consistency = o->consistency,
		.serial_consistency = o->serial_consistency,
		.idempotent = o->idempotent,
		.balancing = b,
		.retry_kind = (enum coodie_retry_kind)o->retry,
		.log_retries = o->log_retries,
		.speculative_delay_ms = o->speculative_delay_ms,
		.speculative_percentile = o->speculative_percentile,
		.speculative_max = speculates ? o->speculative_max : 0,
	};
}

/* The routing options are one thing to a profile: with any of them it has a balancer of its own. */
static bool is_routing(enum cd_option_id id)
{
	return id >= CD_ID_local_datacenter && id <= CD_ID_deny_datacenters;
}

bool cd_profile_options_has(enum cd_option_id id)
{
	static const enum cd_option_id own[] = {
		CD_ID_consistency,
		CD_ID_serial_consistency,
		CD_ID_request_timeout_ms,
		CD_ID_idempotent,
		CD_ID_retry,
		CD_ID_log_retries,
		CD_ID_speculative_delay_ms,
		CD_ID_speculative_percentile,
		CD_ID_speculative_max,
	};

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (own[i] == id)
			return true;
	return is_routing(id);
}

static bool routes(const struct cd_draft *section)
{
	for (size_t i = 0; i < CD_OPTION_COUNT; i++)
		if (is_routing((enum cd_option_id)i) &&
		    cd_changes_has(&section->given, (enum cd_option_id)i))
			return true;
	return false;
}

/* What a section does not say is left to the profile "default". */
bool cd_profile_options_set(coodie_options *o, const char *name, const struct cd_draft *section,
			    coodie_error *err)
{
	const struct coodie_options view = cd_draft_view(section);
	const struct cd_changes *given = &section->given;
	bool delay = cd_changes_has(given, CD_ID_speculative_delay_ms);
	bool percentile = cd_changes_has(given, CD_ID_speculative_percentile);
	coodie_profile_options p;
	coodie_balancing b;

	cd_profile_options_read(&view, &p, &b);
	if (!cd_changes_has(given, CD_ID_consistency))
		p.consistency = CQL_CONSISTENCY_UNSET;
	if (!cd_changes_has(given, CD_ID_serial_consistency))
		p.serial_consistency = CQL_CONSISTENCY_UNSET;
	if (cd_changes_has(given, CD_ID_request_timeout_ms) && !view.request_timeout_ms)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "request_timeout_ms: a profile needs one, or none of its own");
	if (cd_changes_has(given, CD_ID_request_timeout_ms))
		p.timeout_ms = view.request_timeout_ms;
	p.idempotent = section->options->idempotent;
	p.log_retries = section->options->log_retries;
	if (!cd_changes_has(given, CD_ID_retry))
		p.retry_kind = COODIE_RETRY_UNSET;
	if (!routes(section))
		p.balancing = NULL;
	if (delay || percentile) {
		p.not_speculative = !view.speculative_delay_ms &&
				    !(view.speculative_percentile > 0);
	} else {
		p.speculative_delay_ms = p.speculative_max = 0;
		p.speculative_percentile = 0;
	}
	return coodie_options_set_profile(o, name, &p, err);
}
