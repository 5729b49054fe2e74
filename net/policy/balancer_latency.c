/* SPDX-License-Identifier: MIT */
/* Latency awareness (L5): hosts that are slower than the fastest stand back for a while. */
#include "net/policy/balancer_impl.h"

/* An average in which a measure of `scale` ago weighs less than a third of all: the share of the
 * past, 2 / (2 + t), is what ln(1 + t) / t is near for the short times that matter. */
static void measure(struct cd_balancer_cell *c, uint64_t latency_us, uint64_t now_us,
		    uint32_t scale_ms)
{
	double t = now_us > c->at_us ? (double)(now_us - c->at_us) / (scale_ms * 1000.0) : 0;
	double past = c->measured ? 2 / (2 + t) : 0;

	if (c->measured && t == 0)
		past = 0.5; /* of the same moment */
	c->average_us = past * c->average_us + (1 - past) * (double)latency_us;
	c->at_us = now_us;
	if (c->measured < UINT32_MAX)
		c->measured++;
}

/* Marks those that are slower than the fastest by more than the factor. */
static void compare(struct cd_balancer *b, uint64_t now_us)
{
	const coodie_balancing *rules = &b->rules->shipped;
	uint64_t retry_us = (uint64_t)rules->latency_retry_ms * 1000;
	double fastest = -1;
	bool changed = false;

	for (uint32_t i = 0; i < b->count; i++) {
		const struct cd_balancer_cell *c = &b->cells[i];
		if (b->slots[i].near != CD_NEAR_NONE && b->slots[i].up &&
		    c->measured >= rules->latency_min_measured &&
		    (fastest < 0 || c->average_us < fastest))
			fastest = c->average_us;
	}
	for (uint32_t i = 0; i < b->count; i++) {
		struct cd_balancer_cell *c = &b->cells[i];
		bool slow = c->measured >= rules->latency_min_measured &&
			    now_us - c->at_us < retry_us && fastest >= 0 &&
			    c->average_us > fastest * rules->latency_exclusion;
		changed |= slow != c->slow;
		c->slow = slow;
	}
	if (changed)
		cd_balancer_rank(b);
}

void cd_balancer_answered(struct cd_balancer *b, const coodie_intent *intent, uint32_t slot,
			  const coodie_host *host, uint64_t latency_us, const coodie_error *err,
			  uint64_t now_us)
{
	const struct cd_balancer_rules *r = b->rules;

	if (r->custom.answered)
		r->custom.answered(r->state, intent, host, latency_us, err);
	if (!b->cells || slot >= b->count)
		return;
	if (!err || err->code == COODIE_ERR_TIMEOUT) /* other errors come fast */
		measure(&b->cells[slot], latency_us, now_us, r->shipped.latency_scale_ms);
	if (now_us >= b->update_us) {
		b->update_us = now_us + (uint64_t)r->shipped.latency_update_ms * 1000;
		compare(b, now_us);
	}
}
