/* SPDX-License-Identifier: MIT */
/* Profiles that change while others read them. */
#include "net/policy/profile_board.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/nearest.h"

static void lock(struct cd_profile_board *b)
{
	while (atomic_flag_test_and_set_explicit(&b->busy, memory_order_acquire))
		;
}

static void unlock(struct cd_profile_board *b)
{
	atomic_flag_clear_explicit(&b->busy, memory_order_release);
}

/* A name that is new, before anybody can see it. */
static struct cd_profile_name *new_name(struct cd_profile_board *b, const char *text,
					coodie_error *err)
{
	size_t len = strlen(text);
	struct cd_profile_name *n = cd_alloc(&b->allocator, sizeof *n + len + 1);

	if (!n)
		return cd_no_memory(err, "a profile"), NULL;
	memcpy(n->text, text, len + 1);
	return n;
}

static void add_name(struct cd_profile_board *b, struct cd_profile_name *n, uint32_t index)
{
	n->index = index;
	n->next = atomic_load_explicit(&b->names, memory_order_relaxed);
	atomic_store_explicit(&b->names, n, memory_order_release);
}

/* ---- life ----------------------------------------------------------------------------------- */

bool cd_profile_board_init(struct cd_profile_board *b, const struct coodie_options *o,
			   coodie_error *err)
{
	*b = (struct cd_profile_board){ .busy = ATOMIC_FLAG_INIT };
	b->set = cd_profiles_of(o, err);
	if (!b->set)
		return false;
	b->allocator = b->set->allocator;
	for (uint32_t i = b->set->count; i-- > 0;) { /* "default" is looked at first */
		struct cd_profile_name *n = new_name(b, b->set->at[i].name, err);
		if (!n) {
			cd_profile_board_deinit(b);
			return false;
		}
		add_name(b, n, i);
	}
	return true;
}

void cd_profile_board_deinit(struct cd_profile_board *b)
{
	struct cd_profile_name *n = atomic_load_explicit(&b->names, memory_order_relaxed);

	while (n) {
		struct cd_profile_name *next = n->next;
		cd_release(&b->allocator, n);
		n = next;
	}
	cd_profiles_free(b->set);
	b->set = NULL;
	atomic_store_explicit(&b->names, NULL, memory_order_relaxed);
}

/* ---- changes -------------------------------------------------------------------------------- */

struct cd_profiles *cd_profile_board_take(struct cd_profile_board *b, uint32_t *generation)
{
	lock(b);
	struct cd_profiles *set = cd_profiles_ref(b->set);
	*generation = atomic_load_explicit(&b->generation, memory_order_relaxed);
	unlock(b);
	return set;
}

/* Exchanges `old` for `set`; false: it has been exchanged by somebody else. */
static bool publish(struct cd_profile_board *b, struct cd_profiles *old, struct cd_profiles *set,
		    struct cd_profile_name **name)
{
	lock(b);
	bool mine = b->set == old;
	if (mine) {
		b->set = set;
		if (set->count > old->count) {
			add_name(b, *name, old->count);
			*name = NULL;
		}
		atomic_fetch_add_explicit(&b->generation, 1, memory_order_release);
	}
	unlock(b);
	return mine;
}

bool cd_profile_board_set(struct cd_profile_board *b, const char *name,
			  const coodie_profile_options *p, coodie_error *err)
{
	struct cd_profile_said *said = cd_profile_said_new(name, p, &b->allocator, err);
	struct cd_profile_name *n = said ? new_name(b, name, err) : NULL;
	bool done = false;

	while (n && !done) {
		uint32_t generation;
		struct cd_profiles *old = cd_profile_board_take(b, &generation);
		struct cd_profiles *set = cd_profiles_with(old, said, &b->allocator, err);
		done = set && publish(b, old, set, &n);
		if (done)
			cd_profiles_free(old); /* the board's reference */
		cd_profiles_free(old);
		if (!set)
			break;
		if (!done)
			cd_profiles_free(set);
	}
	cd_release(&b->allocator, n);
	if (done)
		cd_profile_said_free(said);
	else if (said)
		cd_profile_said_give_back(said);
	return done;
}

static const char *nth_name(const void *list, size_t i)
{
	const struct cd_profile_name *n = list;

	while (n && i-- > 0)
		n = n->next;
	return n ? n->text : NULL;
}

bool cd_profile_board_find(struct cd_profile_board *b, const char *name, uint32_t *index,
			   coodie_error *err)
{
	struct cd_profile_name *names = atomic_load_explicit(&b->names, memory_order_acquire);

	*index = 0;
	if (!name)
		return true;
	for (const struct cd_profile_name *n = names; n; n = n->next) {
		if (strcmp(n->text, name) == 0) {
			*index = n->index;
			return true;
		}
	}
	const char *near = cd_nearest(name, strlen(name), nth_name, names);
	return cd_fail(err, COODIE_ERR_INVALID, "there is no profile \"%s\"%s%s%s", name,
		       near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}
