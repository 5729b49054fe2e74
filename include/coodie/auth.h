/* SPDX-License-Identifier: MIT */
/**
 * @file auth.h
 * How a session logs in (v4 section 4.2.3, AUTHENTICATE to AUTH_SUCCESS): authenticators of your
 * own, credentials that change, and to whom a password may be sent. Serves A1 to A4, A6, A7.
 *
 * Without anything of this file, user and password of coodie_options_set_credentials() are sent as
 * SASL PLAIN to whatever asks for a login. A server that logs clients in by their TLS certificate
 * (a class named MutualTls...) gets an empty answer when there is a certificate and nobody to
 * log in, or nothing but the certificate counts.
 *
 * Everything here runs on the thread of the loop that owns the connection, must not block, and must
 * not free the session.
 */
#ifndef COODIE_AUTH_H
#define COODIE_AUTH_H

#include <coodie/options.h>

COODIE_BEGIN

/**
 * One exchange on one connection, from AUTHENTICATE on. It lives until cleanup() has returned, and
 * beyond that until its last question is answered: an answer that comes too late, because the
 * connection has gone meanwhile, does nothing but give the memory back. So each question is
 * answered exactly once, whatever happens, cleanup() being a good place for what is still open.
 */
typedef struct coodie_auth coodie_auth;

/** @return the authenticator's class name, as the server sent it; borrowed from `a` */
COODIE_API const char *coodie_auth_class(const coodie_auth *a);
/** @return the address of the node that asks, of length 0 when it is not an IP address.
 * @param port  may be NULL */
COODIE_API cql_inet coodie_auth_address(const coodie_auth *a, uint16_t *port);
/** @return the name of the node that asks, as its certificate must have it: of the contact point, the client route
 * or, with `resolve_names`, of its address; else that address; "" of a path. Borrowed from `a` */
COODIE_API const char *coodie_auth_host(const coodie_auth *a);
/** @return your state of this exchange; NULL at first */
COODIE_API void *coodie_auth_data(const coodie_auth *a);
/** Sets your state of this exchange. */
COODIE_API void coodie_auth_set_data(coodie_auth *a, void *data);
/**
 * Answers, at once or later on the same thread: exactly once for each initial() and challenge(),
 * this or coodie_auth_fail(). More answers are ignored. The connect timeout goes on meanwhile.
 * @param data  copied, and the copy wiped after it was sent (A7); NULL sends a null token, a
 *              pointer with `len` 0 an empty one
 */
COODIE_API void coodie_auth_respond(coodie_auth *a, const void *data, size_t len);
/** Gives the connection up: who waits for it sees COODIE_ERR_AUTH with this message, copied. */
COODIE_API void coodie_auth_fail(coodie_auth *a, const char *message);

/** An authenticator. */
typedef struct coodie_authenticator {
	size_t size; /**< sizeof(coodie_authenticator) */
	/** AUTHENTICATE came: respond or fail. */
	void (*initial)(coodie_auth *a, void *user);
	/** AUTH_CHALLENGE came: respond or fail. The bytes live during the call. NULL: a challenge
	 * ends the connection with COODIE_ERR_AUTH. */
	void (*challenge)(coodie_auth *a, const uint8_t *data, size_t len, void *user);
	/** AUTH_SUCCESS came, with its token; NULL when of no interest. */
	void (*success)(coodie_auth *a, const uint8_t *data, size_t len, void *user);
	/** Ends an exchange, however it went, exactly once: free what coodie_auth_set_data() kept.
	 * May be NULL. */
	void (*cleanup)(coodie_auth *a, void *user);
} coodie_authenticator;

/**
 * Logs in by an authenticator of your own, instead of coodie_options_set_credentials() and
 * coodie_options_set_credentials_fn(). With several loops it is called on all of their threads.
 * @param table  copied; NULL takes the authenticator away
 * @param user   must outlive the session
 * @return false with COODIE_ERR_INVALID when `initial` is missing or `size` was forgotten
 */
COODIE_API bool coodie_options_set_authenticator(coodie_options *o,
						 const coodie_authenticator *table, void *user,
						 coodie_error *err);

/** Room for a name and for a password of coodie_credentials_fn, its NUL included. */
#define COODIE_CREDENTIALS_SIZE 4096

/**
 * Gives name and password for one new connection (A3): two terminated texts in buffers of
 * COODIE_CREDENTIALS_SIZE bytes, zeroed before, wiped once they were sent.
 * @param address  of the node that asks, of length 0 when it is not an IP address
 * @return false (with `err`) to give the connection up
 */
typedef bool coodie_credentials_fn(cql_inet address, char *name, size_t name_size, char *password,
				   size_t password_size, void *user, coodie_error *err);
/** Asks `fn` for each connection, instead of coodie_options_set_credentials(); NULL takes it away.
 * It must not block: keep what it needs at hand, or write an authenticator, which may answer later.
 */
COODIE_API void coodie_options_set_credentials_fn(coodie_options *o, coodie_credentials_fn *fn,
						  void *user);
/**
 * Class names to which a user and a password may be sent (A4), whole, apart by commas or blanks:
 * "org.apache.cassandra.auth.PasswordAuthenticator". Any other that asks ends the connection with
 * COODIE_ERR_AUTH. Authenticators of your own look at coodie_auth_class() themselves.
 * @param classes  copied; NULL (default): any that asks
 */
COODIE_API bool coodie_options_set_allowed_authenticators(coodie_options *o, const char *classes,
							  coodie_error *err);

COODIE_END

#endif
