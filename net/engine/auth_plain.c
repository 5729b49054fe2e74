/* SPDX-License-Identifier: MIT */
/* The authenticator that is used unless the application brings its own: a user and a password, or
 * a certificate that has spoken for itself. */
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/secret.h"
#include "net/engine/auth.h"
#include "net/options/options.h"

/* Whether `classes`, names with commas or blanks between them, has `name`; NULL has them all. */
static bool is_listed(const char *classes, const char *name)
{
	static const char between[] = ", \t\n";
	size_t len = strlen(name);

	if (!classes)
		return true;
	for (const char *at = classes + strspn(classes, between); *at;) {
		size_t n = strcspn(at, between);
		if (n == len && memcmp(at, name, len) == 0)
			return true;
		at += n;
		at += strspn(at, between);
	}
	return false;
}

/* The class without its package. */
static const char *simple_name(const char *class_name)
{
	const char *dot = strrchr(class_name, '.');

	return dot ? dot + 1 : class_name;
}

/* NUL user NUL password (RFC 4616). */
static void send_plain(coodie_auth *a, const struct coodie_options *o, const char *user,
		       const char *password)
{
	size_t user_len = strlen(user), password_len = strlen(password);
	size_t len = user_len + password_len + 2;
	uint8_t *token = cd_alloc_zero(&o->allocator, len);
	coodie_error err;

	if (!token) {
		cd_no_memory(&err, "a login");
		cd_auth_fail(a, &err);
		return;
	}
	memcpy(token + 1, user, user_len);
	memcpy(token + 2 + user_len, password, password_len);
	coodie_auth_respond(a, token, len);
	cd_wipe(token, len);
	cd_release(&o->allocator, token);
}

/* Asks the application for name and password of this connection. */
static void send_asked(coodie_auth *a, const struct coodie_options *o)
{
	char name[COODIE_CREDENTIALS_SIZE] = "", password[COODIE_CREDENTIALS_SIZE] = "";
	coodie_error err;

	cd_clear(&err);
	if (o->credentials_fn(coodie_auth_address(a, NULL), name, sizeof name, password,
			      sizeof password, o->credentials_user, &err)) {
		name[sizeof name - 1] = password[sizeof password - 1] = '\0';
		send_plain(a, o, name, password);
	} else {
		err.code = COODIE_ERR_AUTH;
		cd_error_prefix(&err, "the application has no credentials for this connection");
		cd_auth_fail(a, &err);
	}
	cd_wipe(name, sizeof name);
	cd_wipe(password, sizeof password);
}

static void fail_without_login(coodie_auth *a, bool by_certificate)
{
	coodie_error err;

	if (by_certificate)
		cd_fail(&err, COODIE_ERR_AUTH,
			"the server wants a client certificate to log in by (%.100s): give one with "
			"coodie_tls_set_certificate_file()",
			coodie_auth_class(a));
	else
		cd_fail(&err, COODIE_ERR_AUTH,
			"the server asks for a login (%.100s): give one with "
			"coodie_options_set_credentials()",
			coodie_auth_class(a));
	cd_auth_fail(a, &err);
}

/* Cassandra's MutualTlsAuthenticator looks at the certificate alone, so that no password needs to
 * go there. MutualTlsWithPasswordFallbackAuthenticator takes the password of who came without one. */
static void initial(coodie_auth *a, void *user)
{
	const struct coodie_options *o = user;
	const char *name = simple_name(coodie_auth_class(a));
	bool by_certificate = strncmp(name, "MutualTls", 9) == 0 && !strstr(name, "Password");
	bool takes_certificate = strncmp(name, "MutualTls", 9) == 0;
	bool has_login = o->credentials_fn || o->user;
	coodie_error err;

	if (takes_certificate && o->tls_context && cd_tls_context_has_certificate(o->tls_context) &&
	    (by_certificate || !has_login)) {
		coodie_auth_respond(a, "", 0);
	} else if (!has_login) {
		fail_without_login(a, by_certificate);
	} else if (!is_listed(o->allowed_authenticators, coodie_auth_class(a))) {
		cd_fail(&err, COODIE_ERR_AUTH,
			"%.100s asks for a login and is not among those a password may be sent to "
			"(coodie_options_set_allowed_authenticators())",
			coodie_auth_class(a));
		cd_auth_fail(a, &err);
	} else if (o->credentials_fn) {
		send_asked(a, o);
	} else {
		send_plain(a, o, o->user, o->password ? o->password : "");
	}
}

static void challenge(coodie_auth *a, const uint8_t *data, size_t len, void *user)
{
	coodie_error err;

	(void)data;
	(void)len;
	(void)user;
	cd_fail(&err, COODIE_ERR_AUTH,
		"%.100s wants more than a user and a password (SASL PLAIN): it needs an "
		"authenticator of its own (coodie_options_set_authenticator())",
		coodie_auth_class(a));
	cd_auth_fail(a, &err);
}

const coodie_authenticator cd_auth_plain = {
	.size = sizeof cd_auth_plain,
	.initial = initial,
	.challenge = challenge,
};
