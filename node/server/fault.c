/* SPDX-License-Identifier: MIT */
/* The rules of a box: which one strikes. */
#include "node/server/fault.h"

#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/error.h"

void nd_faults_init(struct nd_faults *f, const coodie_allocator *allocator)
{
	*f = (struct nd_faults){ .allocator = allocator };
}

static void free_rule(struct nd_faults *f, struct nd_fault *rule)
{
	nd_fault_deinit(rule, f->allocator);
	cd_release(f->allocator, rule);
}

void nd_faults_clear(struct nd_faults *f)
{
	while (f->first) {
		struct nd_fault *rule = f->first;
		f->first = rule->next;
		free_rule(f, rule);
	}
}

const struct nd_fault *nd_faults_add(struct nd_faults *f, const char *spec, coodie_error *err)
{
	struct nd_fault *rule = cd_alloc_zero(f->allocator, sizeof *rule), **at = &f->first;

	if (!rule) {
		cd_no_memory(err, "a fault");
		return NULL;
	}
	if (!nd_fault_parse(rule, spec, f->allocator, err)) {
		free_rule(f, rule);
		return NULL;
	}
	while (*at)
		at = &(*at)->next;
	*at = rule;
	rule->id = ++f->last_id;
	return rule;
}

bool nd_faults_remove(struct nd_faults *f, uint32_t id)
{
	for (struct nd_fault **at = &f->first; *at; at = &(*at)->next)
		if ((*at)->id == id) {
			struct nd_fault *rule = *at;
			*at = rule->next;
			free_rule(f, rule);
			return true;
		}
	return false;
}

/* ---- striking ------------------------------------------------------------------------------- */

static bool contains(cql_text text, const char *part)
{
	size_t len = strlen(part);

	for (size_t i = 0; i + len <= text.len; i++)
		if (!strncasecmp(text.data + i, part, len))
			return true;
	return false;
}

static bool matches(const struct nd_fault *rule, const struct nd_fault_site *site)
{
	if (!rule->match)
		return true;
	for (uint32_t i = 0; i < site->statement_count; i++)
		if (contains(site->statements[i], rule->match))
			return true;
	return false;
}

static bool is(int32_t wanted, int32_t got)
{
	return wanted == ND_FAULT_ANY || wanted == got;
}

/* Checksums are v5's; only EXECUTE can be told UNPREPARED; a limit is for those past it. */
static bool fits(const struct nd_fault *rule, const struct nd_fault_site *site)
{
	return rule->at_accept == site->at_accept && is(rule->node, site->node) &&
	       is(rule->shard, site->shard) && is(rule->opcode, site->opcode) &&
	       (!rule->connection || rule->connection == site->connection) &&
	       (rule->kind != ND_FAULT_CRC || site->version >= 5) &&
	       (rule->kind != ND_FAULT_UNPREPARED || site->opcode == CQL_OP_EXECUTE) &&
	       (rule->kind != ND_FAULT_LIMIT || site->open > rule->number) && matches(rule, site);
}

const struct nd_fault *nd_faults_strike(struct nd_faults *f, const struct nd_fault_site *site)
{
	for (struct nd_fault *rule = f->first; rule; rule = rule->next) {
		if (!fits(rule, site) || ++rule->fitted <= rule->after ||
		    (rule->times && rule->struck >= rule->times))
			continue;
		rule->struck++;
		return rule;
	}
	return NULL;
}
