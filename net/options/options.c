/* SPDX-License-Identifier: MIT */
/* The options of a session: made, copied for it, freed. */
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/options/option.h"
#include "net/policy/profile.h"

/* The i-th option's text; NULL when it is none. */
static char **text_at(struct coodie_options *o, size_t i)
{
	const struct cd_option *row = cd_option_at(i);
	bool is_text = row->kind == CD_OPTION_TEXT || row->kind == CD_OPTION_SECRET ||
		       row->kind == CD_OPTION_LIST;

	return is_text ? (char **)(void *)((char *)o + row->at) : NULL;
}

coodie_options *coodie_options_new(coodie_error *err)
{
	cd_clear(err);
	coodie_options *o = cd_alloc_zero(NULL, sizeof *o);
	if (!o) {
		cd_no_memory(err, "options");
		return NULL;
	}
	o->allocator = cd_malloc_allocator;
	for (size_t i = 0; i < CD_OPTION_COUNT; i++)
		cd_option_set(o, cd_option_at(i), NULL, NULL);
	return o;
}

static void release_all(struct coodie_options *o, const coodie_allocator *a)
{
	for (size_t i = 0; i < CD_OPTION_COUNT; i++) {
		char **text = text_at(o, i);
		if (text)
			cd_option_release_text(a, *text);
	}
	for (size_t i = 0; i < o->point_count; i++)
		cd_release(a, o->points[i].host);
	for (size_t i = 0; i < o->startup_count; i++) {
		cd_release(a, o->startup[i].key);
		cd_release(a, o->startup[i].value);
	}
	if (o->tls_context)
		cd_tls_context_free(o->tls_context);
	cd_profiles_free(o->profiles);
	cd_release(a, o);
}

void coodie_options_free(coodie_options *o)
{
	if (o)
		release_all(o, NULL);
}

void cd_options_free(struct coodie_options *copy)
{
	if (!copy)
		return;
	coodie_allocator a = copy->allocator;
	release_all(copy, &a);
}

/* Texts, contact points and the options of STARTUP, from the copy's own allocator. Whatever has
 * been copied when it fails can be freed. */
static bool copy_texts(struct coodie_options *copy, const coodie_options *o)
{
	const coodie_allocator *a = &copy->allocator;
	bool whole = true;

	for (size_t i = 0; i < CD_OPTION_COUNT; i++) {
		char **text = text_at(copy, i);
		if (text && *text && !(*text = cd_strndup(a, *text, strlen(*text))))
			whole = false;
	}
	for (copy->point_count = 0; copy->point_count < o->point_count && whole;) {
		const struct cd_endpoint *from = &o->points[copy->point_count];
		char *host = cd_strndup(a, from->host, strlen(from->host));
		uint16_t port = from->port ? from->port : (uint16_t)o->port;
		copy->points[copy->point_count++] = (struct cd_endpoint){ host, port };
		whole = host != NULL;
	}
	for (copy->startup_count = 0; copy->startup_count < o->startup_count && whole;) {
		const struct cd_startup_pair *from = &o->startup[copy->startup_count];
		char *key = cd_strndup(a, from->key, strlen(from->key));
		char *value = cd_strndup(a, from->value, strlen(from->value));
		copy->startup[copy->startup_count++] = (struct cd_startup_pair){ key, value };
		whole = key && value;
	}
	return whole;
}

struct coodie_options *cd_options_copy(const coodie_options *o, coodie_error *err)
{
	struct cd_tls_context *tls = NULL;

	if (!cd_options_check(o, err) ||
	    (o->tls && !o->tls_context && !(tls = cd_options_tls(o, err))))
		return NULL;
	struct coodie_options *copy = cd_alloc(&o->allocator, sizeof *copy);
	if (!copy) {
		if (tls)
			cd_tls_context_free(tls);
		cd_no_memory(err, "a copy of the options");
		return NULL;
	}
	*copy = *o;
	copy->is_copy = true;
	if (tls)
		copy->tls_context = tls;
	else if (copy->tls_context)
		cd_tls_context_ref(copy->tls_context);
	if (copy->profiles)
		cd_profiles_ref(copy->profiles);
	if (copy_texts(copy, o))
		return copy;
	cd_options_free(copy);
	cd_no_memory(err, "a copy of the options");
	return NULL;
}
