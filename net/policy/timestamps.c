/* SPDX-License-Identifier: MIT */
/* Timestamps that only grow: one atomic number for all loops of a session. */
#include "net/policy/timestamps.h"

#include "base/error.h"
#include "base/sized.h"
#include "net/options/options.h"

enum { WARNING_US = 1000000, INTERVAL_MS = 1000 };

bool cd_timestamps_check(coodie_timestamping *out, const coodie_timestamping *t, coodie_error *err)
{
	coodie_timestamping given = { .size = sizeof given };

	if (t && !cd_take_struct(&given, sizeof given, t, "coodie_timestamping", err))
		return false;
	if ((unsigned)given.kind > COODIE_TIMESTAMPS_CUSTOM)
		return cd_fail(err, COODIE_ERR_INVALID, "there are no timestamps of kind %d",
			       (int)given.kind);
	if ((given.kind == COODIE_TIMESTAMPS_CUSTOM) != (given.fn != NULL))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "a function goes with COODIE_TIMESTAMPS_CUSTOM, and with nothing "
			       "else");
	if (given.drift_warning_us == 0)
		given.drift_warning_us = WARNING_US;
	if (given.drift_interval_ms == 0)
		given.drift_interval_ms = INTERVAL_MS;
	*out = given;
	return true;
}

void cd_timestamps_init(struct cd_timestamps *t, const coodie_timestamping *settings)
{
	t->settings = *settings;
	atomic_init(&t->last, INT64_MIN);
	atomic_init(&t->warned_us, INT64_MIN);
}

/* Whether a warning is due; only one thread is told so. */
static bool warn(struct cd_timestamps *t, int64_t wall_us)
{
	int64_t interval_us = (int64_t)t->settings.drift_interval_ms * 1000;
	int64_t last = atomic_load_explicit(&t->warned_us, memory_order_relaxed);

	/* a clock that went back is the reason to warn, not one to be silent */
	if (last != INT64_MIN && wall_us >= last && wall_us - last < interval_us)
		return false;
	return atomic_compare_exchange_strong_explicit(&t->warned_us, &last, wall_us,
						       memory_order_relaxed, memory_order_relaxed);
}

static int64_t next_monotonic(struct cd_timestamps *t, int64_t wall_us)
{
	int64_t last = atomic_load_explicit(&t->last, memory_order_relaxed), next;

	do
		next = last < wall_us ? wall_us : last + (last < INT64_MAX);
	while (!atomic_compare_exchange_weak_explicit(&t->last, &last, next, memory_order_relaxed,
						      memory_order_relaxed));
	return next;
}

bool cd_timestamps_next(struct cd_timestamps *t, int64_t wall_us, int64_t *out, int64_t *ahead_us)
{
	*ahead_us = 0;
	if (t->settings.kind == COODIE_TIMESTAMPS_SERVER)
		return false;
	if (t->settings.kind == COODIE_TIMESTAMPS_CUSTOM) {
		*out = t->settings.fn(t->settings.user);
		return true;
	}
	*out = next_monotonic(t, wall_us);
	if (*out == wall_us || t->settings.drift_warning_us == UINT32_MAX)
		return true;
	int64_t ahead = *out - wall_us;
	if (ahead > (int64_t)t->settings.drift_warning_us && warn(t, wall_us))
		*ahead_us = ahead;
	return true;
}

/* ---- options -------------------------------------------------------------------------------- */

bool coodie_options_set_timestamps(coodie_options *o, const coodie_timestamping *t,
				   coodie_error *err)
{
	coodie_timestamping checked;

	cd_clear(err);
	if (!o)
		return cd_options_missing(err);
	if (!cd_timestamps_check(&checked, t, err))
		return false;
	o->timestamping = checked;
	o->timestamps = checked.fn ? COODIE_TIMESTAMPS_SERVER : checked.kind;
	return true;
}

void cd_timestamps_of(const struct coodie_options *o, coodie_timestamping *out)
{
	cd_timestamps_check(out, NULL, NULL);
	if (o->timestamping.size)
		*out = o->timestamping;
	if (!out->fn)
		out->kind = (enum coodie_timestamps)o->timestamps;
}
