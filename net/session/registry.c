/* SPDX-License-Identifier: MIT */
/* Named sessions: a session that stands for several, and owns them. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/session/session.h"

struct cd_member {
	struct cd_member *next;
	coodie_session *session;
	char *name;
};

coodie_session *coodie_session_new_registry(coodie_error *err)
{
	cd_clear(err);
	coodie_session *s = cd_session_new(NULL, NULL, err);
	if (s)
		s->is_registry = true;
	return s;
}

static struct cd_member *find(const coodie_session *registry, const char *name)
{
	for (struct cd_member *m = registry->members; m; m = m->next)
		if (strcmp(m->name, name) == 0)
			return m;
	return NULL;
}

bool coodie_session_register(coodie_session *registry, const char *name,
			     coodie_session *take_session, coodie_error *err)
{
	cd_clear(err);
	if (!registry || !registry->is_registry)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "a session can only be registered with a registry "
			       "(coodie_session_new_registry())");
	if (!name || !*name || !take_session)
		return cd_fail(err, COODIE_ERR_INVALID, "a registered session needs a name");
	if (take_session->is_registry || take_session->registry)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "\"%s\" is a registry itself, or registered already", name);
	if (find(registry, name))
		return cd_fail(err, COODIE_ERR_INVALID, "there is a session named \"%s\" already",
			       name);
	struct cd_member *m = cd_alloc_zero(&registry->allocator, sizeof *m);
	char *copy = cd_strndup(&registry->allocator, name, strlen(name));
	if (!m || !copy) {
		cd_release(&registry->allocator, m);
		cd_release(&registry->allocator, copy);
		return cd_no_memory(err, "a named session");
	}
	*m = (struct cd_member){ .session = take_session, .name = copy };
	struct cd_member **last = &registry->members;
	while (*last)
		last = &(*last)->next;
	*last = m;
	take_session->registry = registry;
	registry->alive++;
	return true;
}

/* "a, b, c", as many as fit. */
static void list_names(const coodie_session *registry, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (const struct cd_member *m = registry->members; m && len < size; m = m->next) {
		int n = snprintf(out + len, size - len, "%s%s", len ? ", " : "", m->name);
		len += n > 0 ? (size_t)n : 0;
	}
}

coodie_session *coodie_session_named(coodie_session *s, const char *name, coodie_error *err)
{
	char names[128];

	cd_clear(err);
	if (!s)
		return cd_fail_null(err, COODIE_ERR_INVALID, "the session is NULL");
	if (!s->is_registry)
		return s;
	struct cd_member *m = name ? find(s, name) : s->members;
	if (m)
		return m->session;
	list_names(s, names, sizeof names);
	if (!s->members)
		return cd_fail_null(err, COODIE_ERR_INVALID,
				    "the registry has no session: coodie_session_register()");
	return cd_fail_null(err, COODIE_ERR_INVALID, "no session is named \"%s\"; there are: %s",
			    name, names);
}

coodie_session *cd_session_carrier(const coodie_session *s, coodie_error *err)
{
	coodie_session *session = (coodie_session *)(uintptr_t)
		s; /* the caller's care, like strchr() */

	if (!s)
		return cd_fail_null(err, COODIE_ERR_INVALID, "the session is NULL");
	return s->is_registry ? coodie_session_named(session, NULL, err) : session;
}

bool cd_registry_end(coodie_session *registry)
{
	struct cd_member *m = registry->members;

	/* While a member ends inside this loop the registry must not end with it. */
	registry->alive++;
	registry->members = NULL;
	while (m) {
		struct cd_member *next = m->next;
		coodie_session_free(m->session);
		cd_release(&registry->allocator, m->name);
		cd_release(&registry->allocator, m);
		m = next;
	}
	return --registry->alive == 0;
}
