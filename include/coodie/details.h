/* SPDX-License-Identifier: MIT */
/**
 * @file details.h
 * What an ERROR of a server says beyond the fields of coodie_error: who sent it, which replicas failed
 * and why (v5 section 8), what exists already, which function failed.
 *
 * All of it is inside the coodie_error: nothing is allocated or freed, and a copy has it too. Texts
 * are borrowed from the error that is asked. There is room for 24 replicas (8 with IPv6 addresses), or
 * for about 160 bytes of names; the message has what the server says in any case. An error that is
 * NULL, or of another kind, has nothing. Any thread. Serves P21, O7.
 */
#ifndef COODIE_DETAILS_H
#define COODIE_DETAILS_H

#include <coodie/error.h>
#include <coodie/value.h>

COODIE_BEGIN

/**
 * The node that sent the error, as it is connected to (O7).
 * @param address  may be NULL
 * @param port     likewise
 * @return false: no server did, or not one with an address
 */
COODIE_API bool coodie_error_node(const coodie_error *err, cql_inet *address, uint16_t *port);

/** A replica that failed. */
typedef struct coodie_failure {
	cql_inet node;   /**< as servers know it among themselves */
	uint16_t reason; /**< of the server; 0 is any other than those that it has a number for */
} coodie_failure;

/** @return how many replicas Read_failure or Write_failure names, of which coodie_error.failures is the
 * number; less where there is no room for more, and 0 on v4 */
COODIE_API size_t coodie_error_failure_count(const coodie_error *err);
/** @return false past the end */
COODIE_API bool coodie_error_failure(const coodie_error *err, size_t i, coodie_failure *out);

/** @return the keyspace of Already_exists and Function_failure; NULL: the error has none */
COODIE_API const char *coodie_error_keyspace(const coodie_error *err);
/** @return the table of Already_exists, "" when it is about a keyspace; NULL: the error has none */
COODIE_API const char *coodie_error_table(const coodie_error *err);
/** @return the function of Function_failure; NULL: the error has none */
COODIE_API const char *coodie_error_function(const coodie_error *err);
/** @return how many arguments the function of Function_failure has */
COODIE_API size_t coodie_error_argument_count(const coodie_error *err);
/** @return the CQL type of its i-th argument; NULL: past the end, or there was no room */
COODIE_API const char *coodie_error_argument(const coodie_error *err, size_t i);

COODIE_END

#endif
