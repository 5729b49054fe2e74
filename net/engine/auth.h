/* SPDX-License-Identifier: MIT */
/* The exchange of tokens between AUTHENTICATE and AUTH_SUCCESS, for whatever authenticator the
 * options name. */
#ifndef NET_AUTH_H
#define NET_AUTH_H

#include <coodie/auth.h>
#include <coodie/message.h>

struct cd_conn;

/* A connection's part in it. */
struct cd_auth {
	/* set by the owner before the connection starts: whom it goes to, and how to be told, on
	 * the loop's thread, that an answer came between two of its turns: the conn's events are
	 * to be taken on a later turn. NULL: answers come at once only. */
	cql_inet address;
	uint16_t port;
	const char *host; /* its name, or the address; NULL: not known */
	void (*wake)(void *user);
	void *wake_user;
	coodie_auth *exchange; /* that is going on; or NULL */
	bool told;             /* a token went into the outbox: it is to be wiped */
};

/* AUTHENTICATE came; the rest follows from cd_auth_go_on(). */
bool cd_auth_begin(struct cd_conn *c, cql_text class_name, coodie_error *err);
bool cd_auth_challenge(struct cd_conn *c, cql_blob token, coodie_error *err);
/* AUTH_SUCCESS came: the exchange is over. */
bool cd_auth_succeed(struct cd_conn *c, cql_blob token, coodie_error *err);
/* Sends an answer that is there. False: it was none. */
bool cd_auth_go_on(struct cd_conn *c, coodie_error *err);
/* Whether the next word is the authenticator's, and not the server's. */
bool cd_auth_waits(const struct cd_conn *c);
/* Ends the exchange, if there is one, and wipes what was sent of it. */
void cd_auth_end(struct cd_conn *c);

/* SASL PLAIN and certificates, from what the options say; `user` is the options. */
extern const coodie_authenticator cd_auth_plain;

/* Fails with another code than COODIE_ERR_AUTH. */
void cd_auth_fail(coodie_auth *a, const coodie_error *why);

#endif
