/* SPDX-License-Identifier: MIT */
/* The faults of a box, from any thread. */
#include "base/error.h"
#include "node/server/node.h"

struct order {
	const char *spec;
	uint32_t id;
	bool ok;
	uint64_t struck;
	coodie_error err;
};

static void add(coodie_node *n, void *with)
{
	struct order *o = with;
	const struct nd_fault *f = nd_faults_add(&n->faults, o->spec, &o->err);

	o->ok = f;
	o->id = f ? f->id : 0;
}

bool coodie_node_add_fault(coodie_node *n, const char *spec, uint32_t *id, coodie_error *err)
{
	struct order o = { .spec = spec };

	nd_node_run(n, add, &o);
	cd_clear(err);
	if (!o.ok)
		cd_error_copy(err, &o.err);
	else if (id)
		*id = o.id;
	return o.ok;
}

static void remove_one(coodie_node *n, void *with)
{
	struct order *o = with;

	o->ok = nd_faults_remove(&n->faults, o->id);
}

bool coodie_node_remove_fault(coodie_node *n, uint32_t id)
{
	struct order o = { .id = id };

	nd_node_run(n, remove_one, &o);
	return o.ok;
}

static void clear(coodie_node *n, void *with)
{
	(void)with;
	nd_faults_clear(&n->faults);
}

void coodie_node_clear_faults(coodie_node *n)
{
	nd_node_run(n, clear, NULL);
}

static void look(coodie_node *n, void *with)
{
	struct order *o = with;

	for (const struct nd_fault *f = n->faults.first; f; f = f->next)
		if (f->id == o->id)
			o->struck = f->struck;
}

uint64_t coodie_node_fault_count(const coodie_node *n, uint32_t id)
{
	struct order o = { .id = id };

	/* what is const to the caller is the box's thread's to read */
	nd_node_run((coodie_node *)(uintptr_t)n, look, &o);
	return o.struck;
}
