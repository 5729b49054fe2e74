/* SPDX-License-Identifier: MIT */
/* Plans of requests as values. */
#include "net/session/route.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

static bool copy_text(struct cd_arena *a, const char *from, const char **to)
{
	*to = cd_arena_strndup(a, from ? from : "", from ? strlen(from) : 0);
	return *to;
}

bool cd_route_copy_host(struct cd_arena *a, const coodie_host *from, coodie_host *to)
{
	*to = *from;
	to->size = sizeof *to;
	return copy_text(a, from->datacenter, &to->datacenter) &&
	       copy_text(a, from->rack, &to->rack) && copy_text(a, from->release, &to->release);
}

struct coodie_route {
	coodie_allocator allocator;
	struct cd_arena arena;
	bool has_token;
	int64_t token;
	coodie_target *targets;
	size_t count;
};

static bool copy_targets(coodie_route *r, const coodie_target *from, size_t count)
{
	r->targets = cd_arena_take_array(&r->arena, count, sizeof *r->targets);
	if (!r->targets)
		return false;
	for (size_t i = 0; i < count; i++) {
		r->targets[i] = from[i];
		r->targets[i].size = sizeof from[i];
		if (!cd_route_copy_host(&r->arena, &from[i].host, &r->targets[i].host))
			return false;
	}
	r->count = count;
	return true;
}

coodie_route *cd_route_new(const coodie_allocator *a, const int64_t *token,
			   const coodie_target *targets, size_t count, coodie_error *err)
{
	coodie_route *r = cd_alloc_zero(a, sizeof *r);

	if (r) {
		r->allocator = a ? *a : cd_malloc_allocator;
		cd_arena_init(&r->arena, &r->allocator, 0);
		r->has_token = token;
		r->token = token ? *token : 0;
		if (copy_targets(r, targets, count))
			return r;
	}
	cd_no_memory(err, "a route");
	coodie_route_free(r);
	return NULL;
}

void coodie_route_free(coodie_route *route)
{
	if (!route)
		return;
	coodie_allocator a = route->allocator;
	cd_arena_deinit(&route->arena);
	cd_release(&a, route);
}

bool coodie_route_token(const coodie_route *route, int64_t *token)
{
	if (!route || !route->has_token)
		return false;
	*token = route->token;
	return true;
}

size_t coodie_route_count(const coodie_route *route)
{
	return route ? route->count : 0;
}

const coodie_target *coodie_route_at(const coodie_route *route, size_t i)
{
	return route && i < route->count ? &route->targets[i] : NULL;
}
