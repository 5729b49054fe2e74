/* SPDX-License-Identifier: MIT */
/**
 * @file resolve.h
 * Names to addresses, by the library or by a function of one's own.
 *
 * The built-in resolver reads the hosts file, then asks the servers of resolv.conf, A and AAAA
 * together, by UDP and by TCP what is too long for it (N15, N16). Names are looked up anew each time
 * a connection needs them, so a cluster that has moved is found (N2). Nothing blocks.
 *
 * Of a contact point `srv:NAME` the service records (SRV, RFC 2782) of `_cql._tcp.NAME` are looked
 * up, or of NAME itself if it begins with an underscore; hosts, ports and their order come from
 * them.
 */
#ifndef COODIE_RESOLVE_H
#define COODIE_RESOLVE_H

#include <coodie/options.h>
#include <coodie/value.h>

COODIE_BEGIN

/** What a name leads to. */
typedef struct coodie_resolved {
	cql_inet address;
	uint16_t port; /**< 0: the one that was asked with */
} coodie_resolved;

/** What is asked for. */
typedef struct coodie_resolve_question {
	size_t size;         /**< sizeof(coodie_resolve_question), set by the library */
	const char *name;    /**< never a number; until the function returns */
	uint16_t port;       /**< of the contact point */
	bool service;        /**< it is the name of a service: ports are asked for too */
	uint32_t timeout_ms; /**< after so long nobody waits any more; 0: no limit */
} coodie_resolve_question;

/** One question that is not answered yet. */
typedef struct coodie_resolve coodie_resolve;

/**
 * Answers a name: calls coodie_resolve_done() once, at once or later, on the same thread, also when
 * the session has been freed in the meantime.
 * @note on the loop's thread, from the loop; it must not block
 */
typedef void coodie_resolve_fn(coodie_resolve *take_request,
			       const coodie_resolve_question *question, void *user);

/** Replaces the built-in resolver, for all that is neither a number nor a path; `fn` NULL: the
 * built-in one. */
COODIE_API void coodie_options_set_resolver(coodie_options *o, coodie_resolve_fn *fn, void *user);

/**
 * Gives the answer, and the request with it.
 * @param addresses  copied, in the order in which they are to be tried; those that have neither 4
 *                   nor 16 bytes are passed over
 * @param count      0: there are none, and `err` (may be NULL) says why
 * @note the loop's thread
 */
COODIE_API void coodie_resolve_done(coodie_resolve *take_request, const coodie_resolved *addresses,
				    size_t count, const coodie_error *err);

/**
 * Turns an address of the cluster into one to connect to (N12), as where nodes are behind a NAT.
 * Asked when a node is new, or has moved. A session has this or `client_routes` (S14), not both.
 * @param address  what the cluster says; may be changed, as may `port`
 * @return false: there is no way to this node, and no connection is made to it
 * @note on the loop's thread; it must not block
 */
typedef bool coodie_translate_fn(cql_inet *address, uint16_t *port, const cql_uuid *host_id,
				 void *user);
/** Of all nodes but contact points, which are where they are. NULL: addresses stay (default). */
COODIE_API void coodie_options_set_translation(coodie_options *o, coodie_translate_fn *fn,
					       void *user);

COODIE_END

#endif
