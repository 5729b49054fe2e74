/* SPDX-License-Identifier: MIT */
/* The order in which hosts are tried. A cluster is a text: datacenter and rack of each slot, "!"
 * when it is down, "-" for an empty slot; an order is a text of groups: the slots of "{2 0}" come in
 * any order, then those of the next group. */
#include "tests/test.h"

#include <stdlib.h>

#include "base/random.h"
#include "net/policy/balancer.h"
#include "tests/failalloc.h"

enum { MOST = 32, ROUNDS = 300 };

struct cluster {
	coodie_host hosts[MOST];
	char names[MOST][2][8];
	size_t count;
};

static void build(struct cluster *c, const char *text)
{
	memset(c, 0, sizeof *c);
	for (; *text; text += strcspn(text, " "), text += strspn(text, " ")) {
		size_t i = c->count++;
		coodie_host *h = &c->hosts[i];
		if (*text == '-')
			continue;
		snprintf(c->names[i][0], sizeof c->names[i][0], "%c", text[0]);
		snprintf(c->names[i][1], sizeof c->names[i][1], "r%c", text[1]);
		*h = (coodie_host){
			.size = sizeof *h,
			.host_id.bytes[0] = (uint8_t)(i + 1),
			.datacenter = text[0] == '?' ? "" : c->names[i][0],
			.rack = c->names[i][1],
			.is_up = text[2] != '!',
		};
		snprintf(h->address, sizeof h->address, "10.0.%u.%u:9042", (unsigned)text[0] - 'a',
			 (unsigned)i);
	}
}

static size_t numbers(const char *text, uint32_t *out)
{
	size_t n = 0;

	for (; text && *text; text += strcspn(text, " "), text += strspn(text, " "))
		out[n++] = (uint32_t)atoi(text);
	return n;
}

static bool contains(const uint32_t *list, size_t n, uint32_t x)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == x)
			return true;
	return false;
}

/* Whether an order is what "{0 1} 2" says. */
static bool is_order(const char *want, const uint32_t *order, size_t n)
{
	size_t at = 0;

	while (*want) {
		uint32_t group[MOST];
		char text[64];
		size_t len = *want == '{' ? strcspn(++want, "}") : strcspn(want, " ");
		snprintf(text, sizeof text, "%.*s", (int)len, want);
		size_t members = numbers(text, group);
		for (size_t i = 0; i < members; i++)
			if (!contains(order + at, at + members <= n ? members : 0, group[i]))
				return false;
		at += members;
		want += len;
		want += strspn(want, "} ");
	}
	return at == n;
}

static const struct {
	const char *name, *cluster, *replicas, *want;
	coodie_balancing rules;
	coodie_intent intent;
} orders[] = {
	{ "one host", "a1", NULL, "0", { 0 }, { 0 } },
	{ "no host", "", NULL, "", { 0 }, { 0 } },
	{ "only empty slots", "- -", NULL, "", { 0 }, { 0 } },
	{ "no token: any order", "a1 a1 a1", NULL, "{0 1 2}", { 0 }, { 0 } },
	{ "the first host's datacenter", "a1 b1 a2", NULL, "{0 2}", { 0 }, { 0 } },
	{ "no datacenter matters",
	  "a1 b1 c2",
	  NULL,
	  "{0 1 2}",
	  { .not_datacenter_aware = true },
	  { 0 } },
	{ "a datacenter that is not known yet", "a1 ?1", NULL, "{0 1}", { 0 }, { 0 } },
	{ "the configured datacenter",
	  "a1 b1 b2 -",
	  NULL,
	  "{1 2}",
	  { .local_datacenter = "b" },
	  { 0 } },
	{ "nobody there", "a1 a2", NULL, "", { .local_datacenter = "x" }, { 0 } },
	{ "remote ones last",
	  "b1 a1 b1 a1 c1",
	  NULL,
	  "{1 3} {0 2 4}",
	  { .local_datacenter = "a", .remote_hosts = 2 },
	  { 0 } },
	{ "so many of each",
	  "b1 a1 b1 b1 c1 c1",
	  NULL,
	  "1 {0 4}",
	  { .local_datacenter = "a", .remote_hosts = 1 },
	  { 0 } },
	{ "of each, those that are up",
	  "b1! a1 b1 b1 c1 c1",
	  NULL,
	  "1 {2 4}",
	  { .local_datacenter = "a", .remote_hosts = 1 },
	  { 0 } },
	{ "remote ones not for LOCAL_QUORUM",
	  "b1 a1",
	  NULL,
	  "1",
	  { .local_datacenter = "a", .remote_hosts = 1 },
	  { .consistency = CQL_CONSISTENCY_LOCAL_QUORUM } },
	{ "remote ones not for LOCAL_SERIAL",
	  "b1 a1",
	  NULL,
	  "1",
	  { .local_datacenter = "a", .remote_hosts = 1 },
	  { .consistency = CQL_CONSISTENCY_QUORUM,
	    .serial_consistency = CQL_CONSISTENCY_LOCAL_SERIAL,
	    .is_lwt = true } },
	{ "unless asked for",
	  "b1 a1",
	  NULL,
	  "1 0",
	  { .local_datacenter = "a", .remote_hosts = 1, .remote_for_local = true },
	  { .consistency = CQL_CONSISTENCY_LOCAL_ONE } },
	{ "racks",
	  "a1 a2 a1 a2",
	  NULL,
	  "{1 3} {0 2}",
	  { .local_datacenter = "a", .local_rack = "r2" },
	  { 0 } },
	{ "down ones last", "a1! a1 a1! a1", NULL, "{1 3} {0 2}", { 0 }, { 0 } },
	{ "all down", "a1! a1!", NULL, "{0 1}", { 0 }, { 0 } },

	{ "replicas first", "a1 a1 a1 a1 a1", "3 1", "{1 3} {0 2 4}", { 0 }, { 0 } },
	{ "not when told so", "a1 a1 a1", "1", "{0 1 2}", { .not_token_aware = true }, { 0 } },
	{ "replicas by rack, datacenter, the world",
	  "a1 a2 b1 a1 a2 b1",
	  "0 1 2",
	  "1 0 2 4 3 5",
	  { .local_datacenter = "a", .local_rack = "r2", .remote_hosts = 9 },
	  { 0 } },
	{ "a replica that is down", "a1 a1! a1 a1!", "1 2", "2 0 1 3", { 0 }, { 0 } },
	{ "every replica down", "a1 a1! a1 a1!", "1 3", "{0 2} {1 3}", { 0 }, { 0 } },
	{ "everything down", "a1! a1! a1! a1!", "1 3", "{1 3} {0 2}", { 0 }, { 0 } },
	{ "replicas elsewhere only", "a1 b1 b1", "1 2", "0", { .local_datacenter = "a" }, { 0 } },
	{ "replicas that are not there", "a1 - a1", "1 77 2", "2 0", { 0 }, { 0 } },
	{ "a replica named twice", "a1 a1 a1", "1 1 2", "{1 2} 0", { 0 }, { 0 } },

	{ "many replicas",
	  "a1 a1 a1 a1 a1 a1 a1 a1! a1 a1 a1",
	  "1 2 3 4 5 6 7 8 9 10",
	  "{1 2 3 4 5 6 8 9 10} 0 7",
	  { 0 },
	  { 0 } },
	{ "as many as are looked at at once",
	  "a1 a1 a1 a1 a1! a1 a1 a1",
	  "0 1 2 3 4 5 6 7",
	  "{0 1 2 3 5 6 7} 4",
	  { 0 },
	  { 0 } },

	{ "the ring's order", "a1 a1 a1 a1", "3 1 2", "3 1 2 0", { .not_shuffled = true }, { 0 } },
	{ "LWT: primary first", "a1 a1 a1 a1", "3 1 2", "3 1 2 0", { 0 }, { .is_lwt = true } },
	{ "LWT: whatever the rack",
	  "a1 a2 a1 b2",
	  "3 0 1",
	  "0 1 3 2",
	  { .local_datacenter = "a", .local_rack = "r2", .remote_hosts = 1 },
	  { .is_lwt = true } },
	{ "LWT: primary down", "a1 a1 a1!", "2 1 0", "1 0 2", { 0 }, { .is_lwt = true } },
	{ "LWT without a token", "a1 a1", NULL, "{0 1}", { 0 }, { .is_lwt = true } },
	{ "the leader", "a1 a1 a1 a1", "2 0 1", "2 {0 1} 3", { 0 }, { .has_leader = true } },
	{ "the leader, elsewhere",
	  "a1 b1 a1",
	  "1 0",
	  "1 0 2",
	  { .local_datacenter = "a", .remote_hosts = 1 },
	  { .has_leader = true } },
	{ "the leader is down", "a1 a1 a1!", "2 1", "1 0 2", { 0 }, { .has_leader = true } },
	{ "a leader nobody connects to",
	  "a1 b1 a1",
	  "1 2",
	  "2 0",
	  { .local_datacenter = "a" },
	  { .has_leader = true } },

	{ "allowed hosts", "a1 a1 b1", NULL, "1", { .allow = "10.0.0.1, 10.9.0.0/16" }, { 0 } },
	{ "an allowed network",
	  "a1 a1 b1",
	  NULL,
	  "{0 1}",
	  { .not_datacenter_aware = true, .allow = "10.0.0.0/24" },
	  { 0 } },
	{ "a network of odd bits", "a1 a1 a1 a1", NULL, "{2 3}", { .deny = "10.0.0.0/31" }, { 0 } },
	{ "everybody", "a1 a1", NULL, "{0 1}", { .allow = "0.0.0.0/0" }, { 0 } },
	{ "no v4 address is in ::/0", "a1 a1", NULL, "", { .allow = "::/0" }, { 0 } },
	{ "an empty list allows nobody", "a1", NULL, "", { .allow = " , " }, { 0 } },
	{ "an empty list denies nobody", "a1", NULL, "0", { .deny = "" }, { 0 } },
	{ "denied replicas", "a1 a1 a1", "0 1", "1 2", { .deny = "10.0.0.0" }, { 0 } },
	{ "allowed datacenters",
	  "a1 b1 c1 ?1",
	  NULL,
	  "{1 2 3}",
	  { .not_datacenter_aware = true, .allow_datacenters = " c,b" },
	  { 0 } },
	{ "denied datacenters",
	  "a1 b1 c1 ?1",
	  NULL,
	  "{1 3}",
	  { .not_datacenter_aware = true, .deny_datacenters = "a , c" },
	  { 0 } },
};

struct stand {
	struct cluster cluster;
	struct cd_balancer_rules *rules;
	struct cd_balancer balancer;
};

static void stand_up(struct stand *s, const char *cluster, const coodie_balancing *rules)
{
	coodie_balancing b = *rules;
	coodie_error err = { 0 };

	b.size = sizeof b;
	build(&s->cluster, cluster);
	s->rules = cd_balancer_rules_new(&b, NULL, &err);
	assert_non_null(s->rules);
	assert_true(cd_balancer_init(&s->balancer, s->rules, "a", NULL, &err));
	assert_true(cd_balancer_refresh(&s->balancer, s->cluster.hosts, s->cluster.count, &err));
}

static void lie_down(struct stand *s)
{
	cd_balancer_deinit(&s->balancer);
	cd_balancer_rules_free(s->rules);
}

static void check_order(size_t row, struct stand *s, struct cd_random *random)
{
	uint32_t replicas[MOST], order[MOST], again[MOST];
	size_t n = numbers(orders[row].replicas, replicas);
	coodie_intent intent = orders[row].intent;

	intent.random = cd_random_next(random);
	intent.turn = (uint32_t)cd_random_next(random);
	for (size_t i = 0; i < s->cluster.count; i++)
		s->cluster.hosts[i].in_flight = (uint32_t)cd_random_next(random) % 4;
	uint32_t first = cd_balancer_first(&s->balancer, &intent, s->cluster.hosts, replicas, n);
	size_t len = cd_balancer_plan(&s->balancer, &intent, s->cluster.hosts, replicas, n, order,
				      MOST);
	CD_CHECK(is_order(orders[row].want, order, len), orders[row].name);
	CD_CHECK(first == (len ? order[0] : CD_BALANCER_NONE), orders[row].name);
	for (size_t most = 0; most <= len; most++) { /* a part of it is its beginning */
		size_t part = cd_balancer_plan(&s->balancer, &intent, s->cluster.hosts, replicas, n,
					       again, most);
		CD_CHECK(part == most, orders[row].name);
		CD_CHECK(memcmp(again, order, part * sizeof *order) == 0, orders[row].name);
	}
}

static void test_orders(void **state)
{
	struct cd_random random = { 1 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(orders); i++) {
		struct stand s;
		stand_up(&s, orders[i].cluster, &orders[i].rules);
		for (int round = 0; round < ROUNDS; round++)
			check_order(i, &s, &random);
		lie_down(&s);
	}
}

/* ---- who gets how much ---------------------------------------------------------------------- */

static const struct {
	const char *name, *replicas;
	uint32_t in_flight[4]; /* of hosts 0 to 3 */
	coodie_balancing rules;
	uint32_t least[4], most[4]; /* of 1200 requests */
} shares[] = {
	{ "by turns when idle",
	  NULL,
	  { 0 },
	  { 0 },
	  { 300, 300, 300, 300 },
	  { 300, 300, 300, 300 } },
	{ "by turns whatever the load",
	  NULL,
	  { 9, 0, 0, 0 },
	  { .not_load_aware = true },
	  { 300, 300, 300, 300 },
	  { 300, 300, 300, 300 } },
	{ "the busiest of all gets nothing",
	  NULL,
	  { 9, 0, 0, 0 },
	  { 0 },
	  { 0, 300, 300, 300 },
	  { 0, 500, 500, 500 } },
	{ "but a busy one gets some",
	  NULL,
	  { 9, 8, 0, 0 },
	  { 0 },
	  { 0, 100, 300, 300 },
	  { 0, 300, 700, 700 } },
	{ "replicas evenly when idle",
	  "0 1 2",
	  { 0 },
	  { 0 },
	  { 300, 300, 300, 0 },
	  { 500, 500, 500, 0 } },
	{ "the busiest replica",
	  "0 1 2",
	  { 5, 1, 0, 0 },
	  { 0 },
	  { 0, 300, 700, 0 },
	  { 0, 500, 900, 0 } },
	{ "replicas evenly whatever the load",
	  "0 1 2",
	  { 5, 1, 0, 0 },
	  { .not_load_aware = true },
	  { 300, 300, 300, 0 },
	  { 500, 500, 500, 0 } },
};

static void test_shares(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(shares); i++) {
		struct cd_random random = { i };
		uint32_t replicas[MOST], got[4] = { 0 };
		size_t n = numbers(shares[i].replicas, replicas);
		struct stand s;
		stand_up(&s, "a1 a1 a1 a1", &shares[i].rules);
		for (size_t h = 0; h < 4; h++)
			s.cluster.hosts[h].in_flight = shares[i].in_flight[h];
		for (uint32_t turn = 0; turn < 1200; turn++) {
			coodie_intent intent = { .turn = turn, .random = cd_random_next(&random) };
			got[cd_balancer_first(&s.balancer, &intent, s.cluster.hosts, replicas,
					      n)]++;
		}
		for (size_t h = 0; h < 4; h++)
			if (got[h] < shares[i].least[h] || got[h] > shares[i].most[h])
				fail_msg("row \"%s\": host %zu got %u", shares[i].name, h, got[h]);
		lie_down(&s);
	}
}

/* Shuffled replicas take each place of a plan. */
static void test_shuffle(void **state)
{
	static const uint32_t replicas[] = { 0, 1, 2, 3 };
	struct cd_random random = { 3 };
	uint32_t at[4][4] = { { 0 } };
	struct stand s;

	(void)state;
	stand_up(&s, "a1 a1 a1 a1", &(coodie_balancing){ .not_load_aware = true });
	for (int round = 0; round < 2400; round++) {
		coodie_intent intent = { .random = cd_random_next(&random) };
		uint32_t order[4];
		assert_int_equal(cd_balancer_plan(&s.balancer, &intent, s.cluster.hosts, replicas,
						  4, order, 4),
				 4);
		for (size_t place = 0; place < 4; place++)
			at[order[place]][place]++;
	}
	for (size_t h = 0; h < 4; h++)
		for (size_t place = 0; place < 4; place++)
			assert_in_range(at[h][place], 480, 720);
	lie_down(&s);
}

/* ---- changes -------------------------------------------------------------------------------- */

static void test_refresh(void **state)
{
	static const coodie_intent intent = { 0 };
	struct stand s;
	struct cluster *c = &s.cluster;
	uint32_t order[MOST];

	(void)state;
	stand_up(&s, "a1 b1", &(coodie_balancing){ .remote_hosts = 1 });
	assert_int_equal(cd_balancer_distance(&s.balancer, 0), COODIE_DISTANCE_LOCAL);
	assert_int_equal(cd_balancer_distance(&s.balancer, 1), COODIE_DISTANCE_REMOTE);
	assert_int_equal(cd_balancer_distance(&s.balancer, 2), COODIE_DISTANCE_IGNORED);
	build(c, "a1 b1 a1! b1 a1 a1 a1 a1 a1 a1 a1 a1 a1 a1 a1 a1 a1");
	assert_true(cd_balancer_refresh(&s.balancer, c->hosts, c->count, NULL));
	assert_int_equal(cd_balancer_distance(&s.balancer, 3), COODIE_DISTANCE_IGNORED);
	assert_int_equal(cd_balancer_plan(&s.balancer, &intent, c->hosts, NULL, 0, order, MOST),
			 16);
	assert_int_equal(order[15], 2);
	assert_int_equal(order[14], 1);
	build(c, "- a1");
	assert_true(cd_balancer_refresh(&s.balancer, c->hosts, c->count, NULL));
	assert_int_equal(cd_balancer_plan(&s.balancer, &intent, c->hosts, NULL, 0, order, MOST), 1);
	assert_int_equal(order[0], 1);
	lie_down(&s);
}

/* The local datacenter, when none was configured, is the first one heard of. */
static void test_infer(void **state)
{
	struct cd_balancer_rules *rules = cd_balancer_rules_new(NULL, NULL, NULL);
	struct cd_balancer b;
	struct cluster c;

	(void)state;
	build(&c, "a1 b1");
	assert_true(cd_balancer_init(&b, rules, NULL, NULL, NULL));
	assert_true(cd_balancer_wants_datacenter(&b));
	assert_true(cd_balancer_refresh(&b, c.hosts, c.count, NULL));
	assert_int_equal(cd_balancer_distance(&b, 0), COODIE_DISTANCE_LOCAL);
	assert_int_equal(cd_balancer_distance(&b, 1), COODIE_DISTANCE_LOCAL);
	assert_true(cd_balancer_infer(&b, "", NULL));
	assert_true(cd_balancer_wants_datacenter(&b));
	assert_true(cd_balancer_infer(&b, "b", NULL));
	assert_true(cd_balancer_infer(&b, "a", NULL)); /* too late */
	assert_false(cd_balancer_wants_datacenter(&b));
	assert_true(cd_balancer_refresh(&b, c.hosts, c.count, NULL));
	assert_int_equal(cd_balancer_distance(&b, 0), COODIE_DISTANCE_IGNORED);
	assert_int_equal(cd_balancer_distance(&b, 1), COODIE_DISTANCE_LOCAL);
	cd_balancer_deinit(&b);
	cd_balancer_rules_free(rules);
}

static const struct {
	const char *name, *cluster, *points, *want; /* NULL: no complaint */
	coodie_balancing rules;
} complaints[] = {
	{ "one datacenter", "a1 a2", "0 1", NULL, { 0 } },
	{ "two, but points of one", "a1 b1 a1", "0 2", NULL, { 0 } },
	{ "points of two", "a1 b1", "1 0", "(b, a); \"a\" is taken", { 0 } },
	{ "points that are gone", "a1 - b1", "1 0 99", NULL, { 0 } },
	{ "configured", "a1 b1", "0 1", NULL, { .local_datacenter = "b" } },
	{ "no datacenter matters", "a1 b1", "0 1", NULL, { .not_datacenter_aware = true } },
	{ "misspelt",
	  "a1 b1 a2",
	  "0",
	  "in the local datacenter \"dc1\"; there are: a, b",
	  { .local_datacenter = "dc1" } },
	{ "nothing known yet", "?1", "0", NULL, { .local_datacenter = "dc1" } },
	{ "a misspelt rack",
	  "a1 b2",
	  "0",
	  "\"a\" is in the local rack \"r2\"",
	  { .local_datacenter = "a", .local_rack = "r2" } },
	{ "a good rack", "a1 a2", "0", NULL, { .local_datacenter = "a", .local_rack = "r2" } },
};

static void test_complaints(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(complaints); i++) {
		uint32_t points[MOST];
		size_t n = numbers(complaints[i].points, points);
		char text[200] = "", cut[10];
		struct stand s;
		stand_up(&s, complaints[i].cluster, &complaints[i].rules);
		bool said = cd_balancer_complaint(&s.balancer, s.cluster.hosts, s.cluster.count,
						  points, n, text, sizeof text);
		CD_CHECK(said == (complaints[i].want != NULL), complaints[i].name);
		CD_CHECK(!said || strstr(text, complaints[i].want), text);
		cd_balancer_complaint(&s.balancer, s.cluster.hosts, s.cluster.count, points, n, cut,
				      sizeof cut);
		lie_down(&s);
	}
}

static const struct {
	const char *name, *want;
	coodie_balancing rules;
} refused[] = {
	{ "not an address", "\"dc1\" is not an address", { .allow = "10.0.0.1, dc1" } },
	{ "too long",
	  "is not an address",
	  { .deny = "1111111111111111111111111111111111111111111111111111111111111111111111" } },
	{ "too many bits", "0 to 32 bits", { .deny = "10.0.0.0/33" } },
	{ "many more", "0 to 128 bits", { .deny = "::1/99999999999999999999" } },
	{ "no bits", "0 to 32 bits", { .deny = "10.0.0.0/" } },
	{ "strange bits", "0 to 32 bits", { .deny = "10.0.0.0/2x" } },
	{ "a rack alone", "without local_datacenter", { .local_rack = "r1" } },
	{ "a factor below 1", "is below 1", { .latency_exclusion = 0.5 } },
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(refused); i++) {
		coodie_balancing b = refused[i].rules;
		coodie_error err = { 0 };
		b.size = sizeof b;
		CD_CHECK(!cd_balancer_rules_new(&b, NULL, &err), refused[i].name);
		CD_CHECK(err.code == COODIE_ERR_INVALID, refused[i].name);
		CD_CHECK(strstr(err.message, refused[i].want), err.message);
	}
}

/* A program that knew less of the struct. */
static void test_short_struct(void **state)
{
	coodie_balancing b = { .size = offsetof(coodie_balancing, local_rack),
			       .local_datacenter = "a",
			       .local_rack = "unread" };
	struct cd_balancer_rules *r = cd_balancer_rules_new(&b, NULL, NULL);

	(void)state;
	assert_string_equal(r->shipped.local_datacenter, "a");
	assert_null(r->shipped.local_rack);
	cd_balancer_rules_free(r);
}

/* ---- latency awareness ---------------------------------------------------------------------- */

/* Answers of `latency` for each host, every millisecond from `*now`. */
static void answer(struct stand *s, uint64_t *now, int rounds, const uint64_t *latency)
{
	static const coodie_intent intent = { 0 };

	for (int i = 0; i < rounds; i++, *now += 1000)
		for (uint32_t h = 0; h < s->cluster.count; h++)
			if (latency[h])
				cd_balancer_answered(&s->balancer, &intent, h, &s->cluster.hosts[h],
						     latency[h], NULL, *now);
}

static bool plans(struct stand *s, const char *want)
{
	static const coodie_intent intent = { .turn = 7, .random = 77 };
	uint32_t order[MOST];
	size_t n = cd_balancer_plan(&s->balancer, &intent, s->cluster.hosts, NULL, 0, order, MOST);

	return is_order(want, order, n);
}

static void test_latency(void **state)
{
	static const coodie_error overloaded = { .code = COODIE_ERR_SERVER, .server_code = 0x1001 };
	static const coodie_intent intent = { 0 };
	struct stand s;
	uint64_t now = 5000000;

	(void)state;
	stand_up(&s, "a1 a1 a1 b1",
		 &(coodie_balancing){ .latency_aware = true, .remote_hosts = 1 });
	assert_true(cd_balancer_listens(&s.balancer));
	assert_true(plans(&s, "{0 1 2} 3"));
	answer(&s, &now, 40, (uint64_t[]){ 1000, 1100, 9000, 1000 });
	assert_true(plans(&s, "{0 1 2} 3")); /* not enough is known */
	answer(&s, &now, 200, (uint64_t[]){ 1000, 1100, 9000, 1000 });
	assert_true(plans(&s, "{0 1} 3 2")); /* the slow one behind remote ones */
	for (int i = 0; i < 300; i++)        /* errors come fast, and say nothing */
		cd_balancer_answered(&s.balancer, &intent, 2, &s.cluster.hosts[2], 10, &overloaded,
				     now);
	answer(&s, &now, 200, (uint64_t[]){ 1000, 1100, 0, 1000 });
	assert_true(plans(&s, "{0 1} 3 2"));
	assert_true(cd_balancer_refresh(&s.balancer, s.cluster.hosts, 4, NULL));
	assert_true(plans(&s, "{0 1} 3 2"));
	s.cluster.hosts[0].is_up = false; /* a slow one before one that is down */
	assert_true(cd_balancer_refresh(&s.balancer, s.cluster.hosts, 4, NULL));
	assert_true(plans(&s, "1 3 2 0"));
	s.cluster.hosts[0].is_up = true;
	assert_true(cd_balancer_refresh(&s.balancer, s.cluster.hosts, 4, NULL));
	answer(&s, &now, 10000, (uint64_t[]){ 1000, 1100, 0, 1000 });
	assert_true(plans(&s, "{0 1 2} 3")); /* after 10 s it is tried again */
	answer(&s, &now, 300, (uint64_t[]){ 1000, 1100, 9000, 1000 });
	assert_true(plans(&s, "{0 1} 3 2"));
	answer(&s, &now, 1000, (uint64_t[]){ 1000, 1100, 900, 1000 });
	assert_true(plans(&s, "{0 1 2} 3")); /* it is fast now */
	answer(&s, &now, 300, (uint64_t[]){ 1000, 1100, 9000, 1000 });
	s.cluster.hosts[2].host_id.bytes[0] = 99; /* another one in its slot */
	assert_true(cd_balancer_refresh(&s.balancer, s.cluster.hosts, 4, NULL));
	assert_true(plans(&s, "{0 1 2} 3"));
	lie_down(&s);
}

/* ---- a balancer of one's own ---------------------------------------------------------------- */

struct own {
	const char *order;
	int plans, answers, frees;
};

static size_t own_plan(void *state, const coodie_intent *intent, const coodie_host *hosts,
		       size_t host_count, const uint32_t *replicas, size_t replica_count,
		       uint32_t *order)
{
	struct own *own = state;

	(void)intent, (void)hosts, (void)host_count, (void)replicas, (void)replica_count;
	own->plans++;
	return numbers(own->order, order);
}

static enum coodie_distance own_distance(void *state, const coodie_host *host)
{
	(void)state;
	switch (*host->datacenter) {
	case 'a':
		return COODIE_DISTANCE_LOCAL;
	case 'b':
		return COODIE_DISTANCE_REMOTE;
	case 'c':
		return COODIE_DISTANCE_IGNORED;
	default:
		return (enum coodie_distance)3;
	}
}

static void own_answered(void *state, const coodie_intent *intent, const coodie_host *host,
			 uint64_t latency_us, const coodie_error *err)
{
	struct own *own = state;

	(void)intent, (void)host, (void)latency_us, (void)err;
	own->answers++;
}

static void own_free(void *state)
{
	((struct own *)state)->frees++;
}

static const coodie_balancer own_balancer = { sizeof own_balancer, own_plan, own_distance,
					      own_answered, own_free };

static const struct {
	const char *name, *order, *want;
} owns[] = {
	{ "as it says", "2 0", "2 0" },
	{ "down and remote as it likes", "1 2", "1 2" },
	{ "nothing", "", "" },
	{ "twice", "0 0 2 0", "0 2" },
	{ "empty, ignored, beyond", "3 4 5 77 0", "0" },
};

static void test_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(owns); i++) {
		struct own own = { .order = owns[i].order };
		struct cd_balancer_rules *rules = cd_balancer_rules_custom(&own_balancer, &own,
									   NULL, NULL);
		coodie_intent intent = { 0 };
		struct cd_balancer b;
		struct cluster c;
		uint32_t order[MOST];
		build(&c, "a1 b1 a1! c1 - d1");
		assert_true(cd_balancer_init(&b, rules, "b", NULL, NULL));
		assert_true(cd_balancer_refresh(&b, c.hosts, c.count, NULL));
		assert_false(cd_balancer_wants_datacenter(&b));
		assert_int_equal(cd_balancer_distance(&b, 1), COODIE_DISTANCE_REMOTE);
		assert_int_equal(cd_balancer_distance(&b, 5), COODIE_DISTANCE_IGNORED);
		size_t n = cd_balancer_plan(&b, &intent, c.hosts, NULL, 0, order, MOST);
		CD_CHECK(is_order(owns[i].want, order, n), owns[i].name);
		CD_CHECK(cd_balancer_first(&b, &intent, c.hosts, NULL, 0) ==
				 (n ? order[0] : CD_BALANCER_NONE),
			 owns[i].name);
		cd_balancer_answered(&b, &intent, 0, &c.hosts[0], 5, NULL, 5);
		assert_int_equal(own.answers, 1);
		assert_int_equal(own.plans, 2);
		cd_balancer_rules_free(rules);
		assert_int_equal(own.frees, 0);
		cd_balancer_deinit(&b);
		assert_int_equal(own.frees, 1);
	}
}

static void test_own_refused(void **state)
{
	coodie_balancer empty = { .size = sizeof empty };
	struct own own = { 0 };
	coodie_error err = { 0 };

	(void)state;
	assert_null(cd_balancer_rules_custom(&empty, &own, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_int_equal(own.frees, 0);
}

/* ---- memory --------------------------------------------------------------------------------- */

static bool use(const coodie_allocator *a, void *user)
{
	static const coodie_balancing settings = { .size = sizeof settings,
						   .local_datacenter = "a",
						   .local_rack = "r1",
						   .latency_aware = true,
						   .allow = "10.0.0.0/8",
						   .deny = "10.1.0.0/16",
						   .allow_datacenters = "a",
						   .deny_datacenters = "b" };
	static const coodie_intent intent = { 0 };
	struct cd_balancer b = { 0 };
	struct cluster c;
	uint32_t order[MOST];
	coodie_error err = { 0 };
	bool worked = false;

	(void)user;
	struct cd_balancer_rules *rules = cd_balancer_rules_new(&settings, a, &err);
	if (rules && cd_balancer_init(&b, rules, NULL, a, &err)) {
		build(&c, "a1 a1");
		bool few = cd_balancer_refresh(&b, c.hosts, c.count, &err);
		build(&c, "a1 a1 a1 a1 a1 a1 a1 a1 a1 a1 a1 a1");
		worked = cd_balancer_refresh(&b, c.hosts, c.count, &err);
		/* what was not understood is not used, and what was stays */
		assert_int_equal(cd_balancer_plan(&b, &intent, c.hosts, NULL, 0, order, MOST),
				 worked ? 12
				 : few  ? 2
					: 0);
		worked = worked && few;
	}
	assert_true(worked || err.code == COODIE_ERR_NO_MEMORY);
	cd_balancer_deinit(&b);
	cd_balancer_rules_free(rules);
	return worked;
}

static bool use_inferred(const coodie_allocator *a, void *user)
{
	struct cd_balancer b = { 0 };
	struct own own = { 0 };

	(void)user;
	struct cd_balancer_rules *rules = cd_balancer_rules_new(NULL, a, NULL);
	bool worked = rules && cd_balancer_init(&b, rules, NULL, a, NULL) &&
		      cd_balancer_infer(&b, "a", NULL);
	cd_balancer_deinit(&b);
	cd_balancer_rules_free(rules);
	rules = cd_balancer_rules_custom(&own_balancer, &own, a, NULL);
	worked &= rules != NULL;
	cd_balancer_rules_free(rules);
	assert_int_equal(own.frees, rules != NULL);
	return worked;
}

static void test_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("a balancer", use, NULL));
	assert_true(cd_failalloc_each("a balancer to be told", use_inferred, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orders),      cmocka_unit_test(test_shares),
		cmocka_unit_test(test_shuffle),     cmocka_unit_test(test_refresh),
		cmocka_unit_test(test_infer),       cmocka_unit_test(test_complaints),
		cmocka_unit_test(test_refused),     cmocka_unit_test(test_short_struct),
		cmocka_unit_test(test_latency),     cmocka_unit_test(test_own),
		cmocka_unit_test(test_own_refused), cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
