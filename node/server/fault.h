/* SPDX-License-Identifier: MIT */
/* Faults on demand: rules that say where something goes wrong, and what. */
#ifndef NODE_FAULT_H
#define NODE_FAULT_H

#include <coodie/message.h>

enum nd_fault_kind {
#define X(name, word, argument, where, runs) ND_FAULT_##name,
#include "node/server/fault.def"
#undef X
	ND_FAULT_KINDS
};

enum { ND_FAULT_ANY = -1 };

/* One rule. */
struct nd_fault {
	uint32_t id;
	/* where */
	bool at_accept;
	int32_t node, shard, opcode; /* ND_FAULT_ANY */
	uint64_t connection;         /* the n-th of its node, from 1; 0: any */
	char *match;           /* a part of the statement, in letters of any case; NULL: any */
	uint64_t after, times; /* the first so many are let through; strikes so often (0: always) */
	uint64_t fitted, struck;
	/* what */
	enum nd_fault_kind kind;
	uint64_t delay_us;
	uint32_t number;
	bool in_header; /* CRC */
	int32_t code;   /* ERROR */
	char *message;
	uint8_t *body; /* NULL: what belongs to the code */
	size_t body_len;
	struct nd_fault *next;
};

/* The rules of a box, in their order. */
struct nd_faults {
	const coodie_allocator *allocator;
	struct nd_fault *first;
	uint32_t last_id;
};

/* Where a rule is asked for. */
struct nd_fault_site {
	bool at_accept;
	int32_t node, shard, opcode;
	uint64_t connection;
	uint64_t open; /* at accept: connections of the node, this one too */
	unsigned version;
	const cql_text *statements;
	uint32_t statement_count;
};

void nd_faults_init(struct nd_faults *f, const coodie_allocator *allocator);
void nd_faults_clear(struct nd_faults *f);
/* Adds a rule at the end. NULL: COODIE_ERR_INVALID says which word and what is allowed, or
 * COODIE_ERR_NO_MEMORY. */
const struct nd_fault *nd_faults_add(struct nd_faults *f, const char *spec, coodie_error *err);
bool nd_faults_remove(struct nd_faults *f, uint32_t id);
/* The rule that strikes here, counted; NULL: none. It lives until rules are removed. */
const struct nd_fault *nd_faults_strike(struct nd_faults *f, const struct nd_fault_site *site);

/* Fills a rule from its text; what it takes is given back by nd_fault_deinit(), also after a
 * failure. */
bool nd_fault_parse(struct nd_fault *rule, const char *spec, const coodie_allocator *a,
		    coodie_error *err);
void nd_fault_deinit(struct nd_fault *rule, const coodie_allocator *a);
/* Whether the request is carried out before it goes wrong. */
bool nd_fault_runs(enum nd_fault_kind kind);

#endif
