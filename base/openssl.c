/* SPDX-License-Identifier: MIT */
/* Finds the functions of OpenSSL in the library that configure saw, or is linked to it. */
#include "base/openssl.h"

#include <dlfcn.h>

#include "base/error.h"

bool cd_openssl_owns(const SSL_METHOD *method)
{
	Dl_info ours, theirs;

	/* The tables of methods lie in the library itself. A program that is linked statically
	 * knows nothing of files, and has one OpenSSL. */
	if (!dladdr(TLS_client_method(), &ours))
		return true;
	return dladdr(method, &theirs) && theirs.dli_fbase == ours.dli_fbase;
}

#ifndef CD_OPENSSL_LIBRARY

bool cd_openssl_load(coodie_error *err)
{
	(void)err;
	return true;
}

#else

#include <pthread.h>
#include <stddef.h>
#include <string.h>

/* The one thing that a process has and not a session: the dynamic linker loads a library once too. */
struct cd_openssl cd_openssl;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static coodie_error refused; /* why there is none */

static const struct {
	const char *name;
	size_t at;
} calls[] = {
#define CALL(name) { #name, offsetof(struct cd_openssl, call_##name) },
#include "base/openssl.def"
#undef CALL
};

bool cd_openssl_fill(struct cd_openssl *table, const char *library, coodie_error *err)
{
	/* Never closed: OpenSSL leaves functions to be called when a thread or the program ends. */
	void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);

	if (!handle)
		return cd_fail(err, COODIE_ERR_TLS, "TLS needs OpenSSL (Debian: libssl3): %s",
			       dlerror());
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		void *call = dlsym(handle, calls[i].name);
		if (!call)
			return cd_fail(err, COODIE_ERR_TLS,
				       "TLS needs OpenSSL %s or newer: %s has no %s()",
				       OPENSSL_FULL_VERSION_STR, library, calls[i].name);
		memcpy((char *)table + calls[i].at, &call, sizeof call);
	}
	return true;
}

static void find(void)
{
	cd_openssl_fill(&cd_openssl, CD_OPENSSL_LIBRARY, &refused);
}

bool cd_openssl_load(coodie_error *err)
{
	pthread_once(&once, find);
	if (refused.code == COODIE_OK)
		return true;
	cd_error_copy(err, &refused);
	return false;
}

#endif
