/* SPDX-License-Identifier: MIT */
/* The order in which Java's HashSet gives its strings: Cassandra tells sets in it; and that of a HashMap
 * by ByteBuffers, in which it keeps a table's columns. */
#ifndef NODE_JAVA_SET_H
#define NODE_JAVA_SET_H

#include <stddef.h>
#include <stdint.h>

/* Puts texts that were added in this order, no two the same, into the set's. */
void nd_java_set_order(const char **texts, size_t count);
void nd_java_buffer_order(const char **texts, size_t count);
/* Where a map that holds so many texts keeps one: those in lower buckets come first. */
uint32_t nd_java_bucket_of(const char *text, size_t count);
/* ByteBuffer.hashCode(), and where a HashMap of so many buckets, a power of 2, keeps what has a hash. */
uint32_t nd_java_buffer_hash(const uint8_t *data, size_t len);
uint32_t nd_java_bucket(uint32_t hash, uint32_t buckets);

#endif
