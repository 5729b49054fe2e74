/* SPDX-License-Identifier: MIT */
/* The options of a login: whose authenticator, whose credentials, and for whom. */
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/sized.h"
#include "net/options/options.h"

bool coodie_options_set_authenticator(coodie_options *o, const coodie_authenticator *table,
				      void *user, coodie_error *err)
{
	coodie_authenticator copy = { 0 };

	cd_clear(err);
	if (!o)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_options_set_authenticator: o is NULL");
	if (table && !cd_take_struct(&copy, sizeof copy, table, "coodie_authenticator", err))
		return false;
	if (table && !copy.initial)
		return cd_fail(err, COODIE_ERR_INVALID, "an authenticator without `initial`");
	o->authenticator = copy;
	o->authenticator_user = user;
	return true;
}

void coodie_options_set_credentials_fn(coodie_options *o, coodie_credentials_fn *fn, void *user)
{
	if (!o)
		return;
	o->credentials_fn = fn;
	o->credentials_user = user;
}

bool coodie_options_set_allowed_authenticators(coodie_options *o, const char *classes,
					       coodie_error *err)
{
	char *copy = NULL;

	cd_clear(err);
	if (!o)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_options_set_allowed_authenticators: o is NULL");
	if (classes && !classes[strspn(classes, ", \t\n")])
		return cd_fail(err, COODIE_ERR_INVALID,
			       "allowed authenticators: no name in \"%s\"; NULL for all", classes);
	if (classes && !(copy = cd_strndup(NULL, classes, strlen(classes))))
		return cd_no_memory(err, "the allowed authenticators");
	cd_release(NULL, o->allowed_authenticators);
	o->allowed_authenticators = copy;
	return true;
}
