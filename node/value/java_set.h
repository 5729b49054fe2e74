/* SPDX-License-Identifier: MIT */
/* The order in which Java's HashSet gives its strings: Cassandra tells sets in it; and that of a HashMap
 * by ByteBuffers, in which it keeps a table's columns. */
#ifndef NODE_JAVA_SET_H
#define NODE_JAVA_SET_H

#include <stddef.h>

/* Puts texts that were added in this order, no two the same, into the set's. */
void nd_java_set_order(const char **texts, size_t count);
void nd_java_buffer_order(const char **texts, size_t count);

#endif
