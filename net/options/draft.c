/* SPDX-License-Identifier: MIT */
/* Options set aside until all of a text has been read. */
#include "net/options/draft.h"

#include "base/error.h"
#include "net/policy/profile.h"

bool cd_draft_init(struct cd_draft *d, const struct coodie_options *base, coodie_error *err)
{
	*d = (struct cd_draft){ .base = base, .options = coodie_options_new(err) };
	if (d->options && base->profiles)
		d->options->profiles = cd_profiles_ref(base->profiles);
	return d->options != NULL;
}

bool cd_draft_set(struct cd_draft *d, const char *name, const char *value, coodie_error *err)
{
	const struct cd_option *row = cd_option_find(name, err);

	if (!row)
		return false;
	enum cd_option_id id = cd_option_id_of(row);
	if (cd_changes_has(&d->given, id))
		return cd_fail(err, COODIE_ERR_INVALID, "%s: it is given twice", row->name);
	if (!cd_option_set(d->options, row, value, err))
		return false;
	d->given.bits[id / 64] |= (uint64_t)1 << (id % 64);
	return true;
}

static void swap_given(const struct cd_draft *d, struct coodie_options *a, struct coodie_options *b)
{
	for (size_t i = 0; i < CD_OPTION_COUNT; i++)
		if (cd_changes_has(&d->given, (enum cd_option_id)i))
			cd_option_swap(a, b, cd_option_at(i));
}

struct coodie_options cd_draft_view(const struct cd_draft *d)
{
	struct coodie_options view = *d->base, from = *d->options;

	swap_given(d, &view, &from);
	return view;
}

void cd_draft_take(struct cd_draft *d, struct coodie_options *o)
{
	struct cd_profiles *before = o->profiles;

	swap_given(d, o, d->options);
	o->profiles = d->options->profiles;
	d->options->profiles = before;
}

void cd_draft_deinit(struct cd_draft *d)
{
	coodie_options_free(d->options);
}
