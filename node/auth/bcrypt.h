/* SPDX-License-Identifier: MIT */
/* Passwords as salted hashes: Provos and Mazières, "A Future-Adaptable Password Scheme" (1999), in the
 * form "$2a$ROUNDS$SALTHASH" that Cassandra keeps in system_auth.roles. */
#ifndef NODE_BCRYPT_H
#define NODE_BCRYPT_H

#include <stdbool.h>
#include <stddef.h>

enum {
	ND_BCRYPT_SIZE = 61, /* of a hash, with its end */
	ND_BCRYPT_MOST = 14  /* log2 of rounds: more would hold the node up for seconds */
};

/* What a text says of itself. */
enum nd_bcrypt_form { ND_BCRYPT_NONE, ND_BCRYPT_GOOD, ND_BCRYPT_COSTLY };
enum nd_bcrypt_form nd_bcrypt_form(const char *hash);
/* A new hash, with as few rounds as there may be: a test instrument is to log in fast. False: there is
 * no entropy to be had. */
bool nd_bcrypt_new(const char *password, size_t len, char out[ND_BCRYPT_SIZE]);
/* Whether the hash is that of the password. */
bool nd_bcrypt_check(const char *password, size_t len, const char *hash);

#endif
