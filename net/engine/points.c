/* SPDX-License-Identifier: MIT */
/* Contact points to addresses, one after the other. */
#include "net/engine/points.h"

#include "base/endpoint.h"
#include "base/error.h"
#include "net/engine/engine_impl.h"

static const struct cd_endpoint *current(const struct cd_engine *e)
{
	const struct coodie_options *o = e->options;
	const struct cd_points *p = &e->control.points;

	return &o->points[(p->first + p->done) % o->point_count];
}

void cd_points_shuffle(struct cd_engine *e)
{
	struct coodie_options *o = e->options;

	for (size_t left = o->point_count; left > 1; left--) {
		size_t i = cd_engine_draw(e, (uint32_t)left);
		struct cd_endpoint moved = o->points[i];
		o->points[i] = o->points[left - 1];
		o->points[left - 1] = moved;
	}
}

static void forget(struct cd_engine *e)
{
	struct cd_points *p = &e->control.points;

	cd_lookup_cancel(&p->lookup);
	cd_addresses_deinit(&p->found);
	p->at = 0;
	p->looked_up = false;
}

void cd_points_reset(struct cd_engine *e)
{
	forget(e);
	e->control.points.done = 0;
}

const char *cd_points_looking_up(const struct cd_engine *e)
{
	return e->control.points.lookup.search ? current(e)->host : NULL;
}

void cd_points_pass(struct cd_engine *e)
{
	struct cd_points *p = &e->control.points;

	if (++p->at < p->found.count)
		return;
	forget(e);
	p->done++;
}

static void on_looked_up(void *user, const struct cd_address *at, size_t count,
			 const coodie_error *err)
{
	struct cd_engine *e = user;
	struct cd_points *p = &e->control.points;
	coodie_error why = *err;
	bool ok = count > 0;

	p->found.allocator = e->allocator;
	p->looked_up = true;
	for (size_t i = 0; i < count && ok; i++)
		ok = cd_addresses_add(&p->found, &at[i]);
	if (count && !p->found.count)
		cd_no_memory(&why, "addresses");
	cd_control_looked_up(e, p->found.count ? NULL : &why);
}

/* Numbers and paths at once; the rest later. */
static enum cd_points_next look_up(struct cd_engine *e, coodie_error *err)
{
	struct cd_points *p = &e->control.points;
	const struct cd_endpoint *point = current(e);
	const struct cd_ask ask = { .host = point->host,
				    .port = point->port,
				    .timeout_ms = e->options->resolve_timeout_ms,
				    .done = on_looked_up,
				    .user = e };
	struct cd_address a;

	p->found.allocator = e->allocator;
	if (!cd_address_parse_host(point->host, point->port, &a, NULL) &&
	    !cd_address_parse_path(point->host, &a, NULL))
		return cd_resolver_start(&e->resolver, &p->lookup, &ask, err) ? CD_POINTS_WAIT
									      : CD_POINTS_FAILED;
	p->looked_up = true;
	if (cd_addresses_add(&p->found, &a))
		return CD_POINTS_READY;
	cd_no_memory(err, "an address");
	return CD_POINTS_FAILED;
}

enum cd_points_next cd_points_next(struct cd_engine *e, struct cd_dial *d, coodie_error *err)
{
	struct cd_points *p = &e->control.points;
	enum cd_points_next next = CD_POINTS_READY;

	if (p->done >= e->options->point_count)
		return CD_POINTS_NONE;
	if (p->lookup.search)
		return CD_POINTS_WAIT;
	if (!p->looked_up)
		next = look_up(e, err);
	if (next == CD_POINTS_READY) {
		d->address = p->found.at[p->at];
		d->name = cd_endpoint_name(current(e)->host);
		d->point = 1 + (p->first + p->done) % e->options->point_count;
	}
	return next;
}
