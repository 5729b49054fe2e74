/* SPDX-License-Identifier: MIT */
/**
 * @file auth.h
 * Authenticators of your own (v4 section 4.2.3, AUTHENTICATE to AUTH_SUCCESS), credentials that
 * change, and a caller's own TLS context. Serves A1 to A4, A6, A7, T5, T6, T9, T11, TL-01 to TL-09.
 */
#ifndef COODIE_AUTH_H
#define COODIE_AUTH_H

#include <coodie/session.h>

COODIE_BEGIN

/** One exchange on one connection. */
typedef struct coodie_auth coodie_auth;

/** The authenticator's class name, as the server sent it; borrowed. */
COODIE_API const char *coodie_auth_class(const coodie_auth *a);
/** The node that asks: address and port. */
COODIE_API cql_inet coodie_auth_address(const coodie_auth *a, uint16_t *port);
/** Your state of this exchange; NULL at first. */
COODIE_API void *coodie_auth_data(const coodie_auth *a);
COODIE_API void coodie_auth_set_data(coodie_auth *a, void *data);
/**
 * Answers, at once or later on the same thread: exactly once for each initial() and challenge().
 * The token is copied and wiped after it was sent (A7). `data` NULL sends a null token.
 */
COODIE_API void coodie_auth_respond(coodie_auth *a, const void *data, size_t len);
/** Gives the connection up: its requests see COODIE_ERR_AUTH with this message. */
COODIE_API void coodie_auth_fail(coodie_auth *a, const char *message);

/** An authenticator; functions run on a loop's thread and must not block. */
typedef struct coodie_authenticator {
	size_t size;
	/** AUTHENTICATE came: respond or fail. */
	void (*initial)(coodie_auth *a, void *user);
	/** AUTH_CHALLENGE came: respond or fail. The bytes live during the call. */
	void (*challenge)(coodie_auth *a, const uint8_t *data, size_t len, void *user);
	/** AUTH_SUCCESS came; NULL when of no interest. */
	void (*success)(coodie_auth *a, const uint8_t *data, size_t len, void *user);
	/** Ends an exchange, however it went: free what coodie_auth_set_data() kept. */
	void (*cleanup)(coodie_auth *a, void *user);
} coodie_authenticator;

/** `table` is copied. Replaces coodie_options_set_credentials(). */
COODIE_API bool coodie_options_set_authenticator(coodie_options *o,
						 const coodie_authenticator *table, void *user,
						 coodie_error *err);

/**
 * Asks for name and password for each new connection (A3): writes two terminated texts.
 * They are wiped once they were sent. @return false (with `err`) to give the connection up
 */
typedef bool coodie_credentials_fn(cql_inet address, char *name, size_t name_size,
				   char *password, size_t password_size, void *user,
				   coodie_error *err);
COODIE_API void coodie_options_set_credentials_fn(coodie_options *o, coodie_credentials_fn *fn,
						  void *user);
/**
 * Class names to which a password may be sent, "org.apache...PasswordAuthenticator, ..." (A4);
 * NULL (default): any that asks for SASL PLAIN.
 */
COODIE_API bool coodie_options_set_allowed_authenticators(coodie_options *o, const char *classes,
							  coodie_error *err);

struct ssl_ctx_st;

/** Uses an SSL_CTX of the caller's, with its verification; a reference is taken (T11). */
COODIE_API bool coodie_tls_set_context(coodie_tls *tls, struct ssl_ctx_st *context,
				       coodie_error *err);
/** Reads the files again for new connections; open ones stay (T10). */
COODIE_API bool coodie_session_reload_tls(coodie_session *s, const coodie_tls *tls,
					  coodie_error *err);
/** Trusts only the given authorities and refuses what a CRL names (T9). */
COODIE_API bool coodie_tls_add_crl_file(coodie_tls *tls, const char *path, coodie_error *err);

COODIE_END

#endif
