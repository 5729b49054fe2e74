/* SPDX-License-Identifier: MIT */
/* node/cluster/ring.h: replicas, and who must be alive. The sets were worked out by hand. */
#include "tests/test.h"

#include "node/cluster/ring.h"
#include "tests/failalloc.h"

#define PACKAGE "org.apache.cassandra.locator."

/* ---- keyspaces ---------------------------------------------------------------------------------- */

static struct nd_property simple_1[] = { { "class", ND_EXPR_STRING, PACKAGE "SimpleStrategy", 0,
					   0 },
					 { "replication_factor", ND_EXPR_STRING, "1", 0, 0 } };
static struct nd_property simple_2[] = { { "class", ND_EXPR_STRING, "SimpleStrategy", 0, 0 },
					 { "replication_factor", ND_EXPR_STRING, "2", 0, 0 } };
static struct nd_property simple_3[] = { { "class", ND_EXPR_STRING, PACKAGE "SimpleStrategy", 0,
					   0 },
					 { "replication_factor", ND_EXPR_STRING, "3", 0, 0 } };
static struct nd_property simple_5[] = { { "class", ND_EXPR_STRING, PACKAGE "SimpleStrategy", 0,
					   0 },
					 { "replication_factor", ND_EXPR_STRING, "5", 0, 0 } };
static struct nd_property topology_2_2[] = { { "class", ND_EXPR_STRING,
					       PACKAGE "NetworkTopologyStrategy", 0, 0 },
					     { "dc1", ND_EXPR_STRING, "2", 0, 0 },
					     { "dc2", ND_EXPR_STRING, "2", 0, 0 } };
static struct nd_property topology_3_1[] = { { "class", ND_EXPR_STRING,
					       PACKAGE "NetworkTopologyStrategy", 0, 0 },
					     { "dc1", ND_EXPR_STRING, "3", 0, 0 },
					     { "dc2", ND_EXPR_STRING, "1", 0, 0 } };
static struct nd_property topology_5_0[] = { { "class", ND_EXPR_STRING,
					       PACKAGE "NetworkTopologyStrategy", 0, 0 },
					     { "dc1", ND_EXPR_STRING, "5", 0, 0 } };
static struct nd_property topology_all_3[] = {
	{ "class", ND_EXPR_STRING, PACKAGE "NetworkTopologyStrategy", 0, 0 },
	{ "replication_factor", ND_EXPR_STRING, "3", 0, 0 }
};
static struct nd_property local_only[] = { { "class", ND_EXPR_STRING, PACKAGE "LocalStrategy", 0,
					     0 } };
static struct nd_property everywhere[] = { { "class", ND_EXPR_STRING, PACKAGE "EverywhereStrategy",
					     0, 0 } };

#define KEYSPACE(properties) \
	{ \
		.name = #properties, .replication = { properties, CD_COUNT(properties) } \
	}

static const struct nd_keyspace S1 = KEYSPACE(simple_1), S2 = KEYSPACE(simple_2),
				S3 = KEYSPACE(simple_3), S5 = KEYSPACE(simple_5),
				N22 = KEYSPACE(topology_2_2), N31 = KEYSPACE(topology_3_1),
				N50 = KEYSPACE(topology_5_0), N33 = KEYSPACE(topology_all_3),
				L = KEYSPACE(local_only), E = KEYSPACE(everywhere);

/* ---- rings ---------------------------------------------------------------------------------------- */

struct place {
	const char *data_center, *rack;
	int64_t tokens[4];
	uint32_t token_count;
};

/* Three in one rack, evenly. */
static const struct place three[] = {
	{ "dc1", "r1", { -100 }, 1 },
	{ "dc1", "r1", { 0 }, 1 },
	{ "dc1", "r1", { 100 }, 1 },
};
/* Two data centers in turn; racks r1 r1 r2 in the first, r1 r2 r2 in the second. */
static const struct place six[] = {
	{ "dc1", "r1", { 0 }, 1 },  { "dc2", "r1", { 10 }, 1 }, { "dc1", "r1", { 20 }, 1 },
	{ "dc2", "r2", { 30 }, 1 }, { "dc1", "r2", { 40 }, 1 }, { "dc2", "r2", { 50 }, 1 },
};
/* Several tokens each. */
static const struct place vnodes[] = {
	{ "dc1", "r1", { 0, 30 }, 2 },
	{ "dc1", "r1", { 10, 40 }, 2 },
	{ "dc1", "r1", { 20 }, 1 },
};

static struct nd_ring_node node_at(const struct place *p, uint32_t i)
{
	return (struct nd_ring_node){
		.address = { .address = { 127, 0, 0, (uint8_t)(i + 1) }, .length = 4 },
		.port = 9042,
		.data_center = p->data_center,
		.rack = p->rack,
		.host_id = { { (uint8_t)(i + 1) } },
		.tokens = p->tokens,
		.token_count = p->token_count,
		.is_up = true,
		.generation = 7,
	};
}

static bool build(struct nd_ring *r, const struct place *places, size_t count,
		  const coodie_allocator *a)
{
	nd_ring_init(r, a);
	for (uint32_t i = 0; i < count; i++) {
		struct nd_ring_node node = node_at(&places[i], i);
		uint32_t index = UINT32_MAX;
		if (!nd_ring_add(r, &node, &index))
			return false;
		assert_int_equal(index, i);
	}
	return true;
}

#define RING(places) places, CD_COUNT(places)

/* ---- replicas --------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	const struct place *places;
	size_t count;
	const struct nd_keyspace *keyspace;
	int64_t token;
	const char *want; /* numbers, in order */
} sets[] = {
	{ "before the first token", RING(three), &S2, -150, "01" },
	{ "at a token", RING(three), &S2, -100, "01" },
	{ "behind a token", RING(three), &S2, -99, "12" },
	{ "at the second", RING(three), &S2, 0, "12" },
	{ "around the end", RING(three), &S2, 1, "20" },
	{ "behind the last", RING(three), &S2, 101, "01" },
	{ "the least token", RING(three), &S1, INT64_MIN, "0" },
	{ "the greatest token", RING(three), &S1, INT64_MAX, "0" },
	{ "all", RING(three), &S3, 50, "201" },
	{ "more than there are", RING(three), &S5, 50, "201" },
	{ "everywhere", RING(three), &E, -1, "120" },
	{ "local", RING(three), &L, -1, "2" }, /* who is asked: the last */
	{ "racks before repeats", RING(six), &N22, 0, "0134" },
	{ "racks from the middle", RING(six), &N22, 15, "2341" },
	{ "racks around the end", RING(six), &N22, 41, "5014" },
	{ "a repeat when racks are few", RING(six), &N31, 0, "0124" },
	{ "repeats from the middle", RING(six), &N31, 35, "4502" },
	{ "one data center", RING(six), &N50, 25, "402" },
	{ "a factor for all", RING(six), &N33, 10, "123450" },
	{ "simple looks at no racks", RING(six), &S3, 5, "123" },
	{ "virtual nodes", RING(vnodes), &S2, 25, "01" },
	{ "virtual nodes around the end", RING(vnodes), &S2, 35, "10" },
	{ "virtual nodes skip doubles", RING(vnodes), &S3, 5, "120" },
	{ "virtual nodes, all", RING(vnodes), &S3, 25, "012" },
};

static void spell(const struct nd_replicas *replicas, char *out)
{
	for (uint32_t i = 0; i < replicas->count; i++)
		out[i] = (char)('0' + replicas->at[i]);
	out[replicas->count] = '\0';
}

static void test_replicas(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(sets); i++) {
		struct nd_ring r;
		struct nd_replicas got;
		char text[ND_RING_NODES + 1];

		assert_true(build(&r, sets[i].places, sets[i].count, NULL));
		nd_ring_replicas(&r, sets[i].keyspace, sets[i].token, r.count - 1, false, &got);
		spell(&got, text);
		if (strcmp(text, sets[i].want) != 0)
			fail_msg("row \"%s\": %s, not %s", sets[i].name, text, sets[i].want);
		/* nobody moves */
		nd_ring_replicas(&r, sets[i].keyspace, sets[i].token, r.count - 1, true, &got);
		spell(&got, text);
		CD_CHECK(strcmp(text, sets[i].want) == 0, sets[i].name);
		nd_ring_deinit(&r);
	}
}

/* Three nodes, and one of them (or a fourth) on its way. */
static const struct {
	const char *name;
	enum nd_ring_state state;
	uint32_t node;
	int64_t token, at; /* the token it goes to; the one that is asked for */
	const char *now, *next;
} changes[] = {
	{ "joining", ND_RING_JOINING, 3, 50, 1, "20", "32" },
	{ "joining elsewhere", ND_RING_JOINING, 3, 50, -99, "12", "13" },
	{ "leaving", ND_RING_LEAVING, 1, 0, -99, "12", "20" },
	{ "moving", ND_RING_MOVING, 0, 50, 60, "20", "21" },
	{ "moving, the same two", ND_RING_MOVING, 0, 50, 10, "20", "02" },
	{ "left", ND_RING_LEFT, 1, 0, -99, "20", "20" },
};

static void begin_change(struct nd_ring *r, size_t i)
{
	static const struct place fourth = { "dc1", "r1", { 50 }, 1 };
	struct nd_ring_node node = node_at(&fourth, 3);

	node.state = ND_RING_JOINING;
	if (changes[i].state == ND_RING_JOINING)
		assert_true(nd_ring_add(r, &node, NULL));
	else if (changes[i].state == ND_RING_MOVING)
		assert_true(nd_ring_move(r, changes[i].node, &changes[i].token, 1));
	else
		assert_true(nd_ring_set_state(r, changes[i].node, changes[i].state));
}

static void test_changes(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(changes); i++) {
		struct nd_ring r;
		struct nd_replicas got;
		char text[ND_RING_NODES + 1];

		assert_true(build(&r, RING(three), NULL));
		begin_change(&r, i);
		nd_ring_replicas(&r, &S2, changes[i].at, 0, false, &got);
		spell(&got, text);
		CD_CHECK(strcmp(text, changes[i].now) == 0, changes[i].name);
		nd_ring_replicas(&r, &S2, changes[i].at, 0, true, &got);
		spell(&got, text);
		CD_CHECK(strcmp(text, changes[i].next) == 0, changes[i].name);
		/* done: what was to come is so */
		if (changes[i].state == ND_RING_LEAVING)
			assert_true(nd_ring_set_state(&r, changes[i].node, ND_RING_LEFT));
		else if (changes[i].state != ND_RING_LEFT)
			assert_true(nd_ring_set_state(&r, changes[i].node, ND_RING_NORMAL));
		nd_ring_replicas(&r, &S2, changes[i].at, 0, false, &got);
		spell(&got, text);
		CD_CHECK(strcmp(text, changes[i].next) == 0, changes[i].name);
		nd_ring_deinit(&r);
	}
}

/* ---- consistency -------------------------------------------------------------------------------------- */

#define CL(name) CQL_CONSISTENCY_##name

/* Asked at token 0 of the first node. `down`: bits of nodes. */
static const struct {
	const char *name;
	const struct place *places;
	size_t count;
	uint32_t down;
	const struct nd_keyspace *keyspace;
	enum nd_access access;
	cql_consistency consistency, serial;
	const char *message; /* NULL: it can be had */
	cql_consistency told;
	int32_t required, alive;
} admissions[] = {
	{ "all up, ALL", RING(three), 0, &S3, ND_READ, CL(ALL), 0, NULL, 0, 0, 0 },
	{ "one down, ALL", RING(three), 1, &S3, ND_READ, CL(ALL), 0,
	  "Cannot achieve consistency level ALL", CL(ALL), 3, 2 },
	{ "one down, QUORUM", RING(three), 1, &S3, ND_WRITE, CL(QUORUM), 0, NULL, 0, 0, 0 },
	{ "two down, QUORUM", RING(three), 3, &S3, ND_WRITE, CL(QUORUM), 0,
	  "Cannot achieve consistency level QUORUM", CL(QUORUM), 2, 1 },
	{ "two down, ONE", RING(three), 3, &S3, ND_READ, CL(ONE), 0, NULL, 0, 0, 0 },
	{ "three down, ONE", RING(three), 7, &S3, ND_READ, CL(ONE), 0,
	  "Cannot achieve consistency level ONE", CL(ONE), 1, 0 },
	{ "three down, ANY", RING(three), 7, &S3, ND_WRITE, CL(ANY), 0, NULL, 0, 0, 0 },
	{ "two down, TWO", RING(three), 3, &S3, ND_READ, CL(TWO), 0,
	  "Cannot achieve consistency level TWO", CL(TWO), 2, 1 },
	{ "one down, THREE", RING(three), 2, &S3, ND_READ, CL(THREE), 0,
	  "Cannot achieve consistency level THREE", CL(THREE), 3, 2 },
	{ "not a replica", RING(three), 1, &S2, ND_READ, CL(ALL), 0, NULL, 0, 0, 0 },
	{ "a replica", RING(three), 2, &S2, ND_READ, CL(ALL), 0,
	  "Cannot achieve consistency level ALL", CL(ALL), 2, 1 },
	{ "more wanted than there are", RING(three), 0, &S5, ND_READ, CL(ALL), 0,
	  "Cannot achieve consistency level ALL", CL(ALL), 5, 3 },
	{ "a quorum of five is three", RING(three), 0, &S5, ND_READ, CL(QUORUM), 0, NULL, 0, 0, 0 },
	{ "local tables", RING(three), 6, &L, ND_READ, CL(ALL), 0, NULL, 0, 0, 0 },
	{ "local tables, TWO", RING(three), 0, &L, ND_READ, CL(TWO), 0,
	  "Cannot achieve consistency level TWO", CL(TWO), 2, 1 },
	{ "everywhere", RING(three), 4, &E, ND_READ, CL(ALL), 0,
	  "Cannot achieve consistency level ALL", CL(ALL), 3, 2 },
	{ "LOCAL_QUORUM of one data center", RING(three), 1, &S3, ND_READ, CL(LOCAL_QUORUM), 0,
	  NULL, 0, 0, 0 },
	/* token 0 of `six` is kept by 0, 4 (dc1) and 1, 3 (dc2) */
	{ "the other data center is gone, LOCAL_QUORUM", RING(six), 0x2a, &N22, ND_READ,
	  CL(LOCAL_QUORUM), 0, NULL, 0, 0, 0 },
	{ "the other data center is gone, QUORUM", RING(six), 0x2a, &N22, ND_READ, CL(QUORUM), 0,
	  "Cannot achieve consistency level QUORUM", CL(QUORUM), 3, 2 },
	{ "the other data center is gone, EACH_QUORUM", RING(six), 0x2a, &N22, ND_WRITE,
	  CL(EACH_QUORUM), 0, "Cannot achieve consistency level EACH_QUORUM in DC dc2",
	  CL(EACH_QUORUM), 2, 0 },
	{ "EACH_QUORUM", RING(six), 0, &N22, ND_WRITE, CL(EACH_QUORUM), 0, NULL, 0, 0, 0 },
	{ "our replicas are gone, LOCAL_ONE", RING(six), 0x11, &N22, ND_READ, CL(LOCAL_ONE), 0,
	  "Cannot achieve consistency level LOCAL_ONE", CL(LOCAL_ONE), 1, 0 },
	{ "our replicas are gone, ONE", RING(six), 0x11, &N22, ND_READ, CL(ONE), 0, NULL, 0, 0, 0 },
	{ "one of ours is gone, LOCAL_QUORUM", RING(six), 0x10, &N22, ND_READ, CL(LOCAL_QUORUM), 0,
	  "Cannot achieve consistency level LOCAL_QUORUM", CL(LOCAL_QUORUM), 2, 1 },
	{ "a data center without replicas, EACH_QUORUM", RING(six), 0x2a, &N50, ND_WRITE,
	  CL(EACH_QUORUM), 0, NULL, 0, 0, 0 },
	/* Paxos asks a majority of those there are, then reads at QUORUM */
	{ "conditional", RING(three), 1, &S3, ND_CAS, CL(ONE), CL(SERIAL), NULL, 0, 0, 0 },
	{ "conditional, two down", RING(three), 3, &S3, ND_CAS, CL(ONE), CL(SERIAL),
	  "Cannot achieve consistency level SERIAL", CL(SERIAL), 2, 1 },
	{ "conditional at ALL", RING(three), 1, &S3, ND_CAS, CL(ALL), CL(SERIAL), NULL, 0, 0, 0 },
	{ "its commit at ALL", RING(three), 1, &S3, ND_CAS_COMMIT, CL(ALL), CL(SERIAL),
	  "Cannot achieve consistency level ALL", CL(ALL), 3, 2 },
	{ "conditional, too few nodes", RING(three), 2, &S5, ND_CAS, CL(ONE), CL(SERIAL),
	  "Cannot achieve consistency level QUORUM", CL(QUORUM), 3, 2 },
	{ "conditional, LOCAL_SERIAL", RING(six), 0x2a, &N22, ND_CAS, CL(LOCAL_ONE),
	  CL(LOCAL_SERIAL), NULL, 0, 0, 0 },
	{ "conditional, LOCAL_SERIAL, one of ours", RING(six), 0x10, &N22, ND_CAS, CL(LOCAL_ONE),
	  CL(LOCAL_SERIAL), "Cannot achieve consistency level LOCAL_SERIAL", CL(LOCAL_SERIAL), 2,
	  1 },
	{ "conditional, SERIAL across", RING(six), 0x2a, &N22, ND_CAS, CL(LOCAL_ONE), CL(SERIAL),
	  "Cannot achieve consistency level SERIAL", CL(SERIAL), 3, 2 },
	{ "serial read", RING(three), 1, &S3, ND_SERIAL_READ, CL(SERIAL), 0, NULL, 0, 0, 0 },
	{ "serial read, two down", RING(three), 3, &S3, ND_SERIAL_READ, CL(SERIAL), 0,
	  "Cannot achieve consistency level SERIAL", CL(SERIAL), 2, 1 },
	{ "truncation", RING(three), 0, &S1, ND_TRUNCATION, CL(ONE), 0, NULL, 0, 0, 0 },
	{ "truncation, one down", RING(three), 4, &S1, ND_TRUNCATION, CL(ONE), 0,
	  "Cannot achieve consistency level ALL", CL(ALL), 3, 2 },
};

static void check_refusal(const struct nd_request *x, size_t i)
{
	const cql_error_message *e = &x->problem.error;

	CD_CHECK(e->code == ND_UNAVAILABLE, admissions[i].name);
	if (e->message.len != strlen(admissions[i].message) ||
	    memcmp(e->message.data, admissions[i].message, e->message.len) != 0)
		fail_msg("row \"%s\": %.*s", admissions[i].name, (int)e->message.len,
			 e->message.data);
	CD_CHECK(e->consistency == admissions[i].told, admissions[i].name);
	CD_CHECK(e->required == admissions[i].required, admissions[i].name);
	CD_CHECK(e->alive == admissions[i].alive, admissions[i].name);
}

static void test_admissions(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(admissions); i++) {
		struct nd_ring r;
		struct cd_arena arena;
		struct nd_request x = { .arena = &arena,
					.consistency = admissions[i].consistency,
					.serial_consistency = admissions[i].serial };
		bool ok;

		cd_arena_init(&arena, NULL, 0);
		nd_problem_init(&x.problem, &arena);
		assert_true(build(&r, admissions[i].places, admissions[i].count, NULL));
		for (uint32_t n = 0; n < r.count; n++)
			assert_true(nd_ring_set_up(&r, n, !(admissions[i].down >> n & 1)));
		ok = nd_ring_admit(&r, &x, admissions[i].keyspace, 0, admissions[i].access);
		CD_CHECK(ok == !admissions[i].message, admissions[i].name);
		CD_CHECK(ok == !x.problem.happened, admissions[i].name);
		if (!ok)
			check_refusal(&x, i);
		nd_ring_deinit(&r);
		cd_arena_deinit(&arena);
	}
}

/* A write has to reach those that are about to be replicas too. */
static void test_pending(void **state)
{
	struct nd_ring r;
	struct cd_arena arena;
	struct nd_request x = { .arena = &arena, .consistency = CL(QUORUM) };

	(void)state;
	cd_arena_init(&arena, NULL, 0);
	nd_problem_init(&x.problem, &arena);
	assert_true(build(&r, RING(three), NULL));
	begin_change(&r, 0); /* token 1: kept by 2 and 0, and by 3 soon */
	assert_true(nd_ring_admit(&r, &x, &S2, 1, ND_WRITE));
	assert_true(nd_ring_set_up(&r, 3, false));
	assert_true(nd_ring_admit(&r, &x, &S2, 1, ND_READ));
	assert_false(nd_ring_admit(&r, &x, &S2, 1, ND_WRITE));
	assert_int_equal(x.problem.error.required, 3);
	assert_int_equal(x.problem.error.alive, 2);
	nd_ring_deinit(&r);
	cd_arena_deinit(&arena);
}

/* What was found out once holds until the ring or the schema changes. */
static void test_remembered(void **state)
{
	struct nd_ring r;
	struct cd_arena arena;
	struct nd_database db = { .allocator = NULL };
	struct nd_keyspace k = S3;
	struct nd_request x = { .db = &db, .arena = &arena, .consistency = CL(ALL) };

	(void)state;
	cd_arena_init(&arena, NULL, 0);
	nd_problem_init(&x.problem, &arena);
	assert_true(build(&r, RING(three), NULL));
	for (int64_t token = -200; token <= 200; token += 50)
		assert_true(nd_ring_admit(&r, &x, &k, token, ND_READ));
	assert_true(nd_ring_set_up(&r, 1, false));
	assert_false(nd_ring_admit(&r, &x, &k, 0, ND_READ));
	nd_problem_init(&x.problem, &arena);
	assert_true(nd_ring_set_up(&r, 1, true));
	assert_true(nd_ring_admit(&r, &x, &k, 0, ND_READ));
	k.replication = S5.replication; /* ALTER KEYSPACE */
	db.schema.change++;
	assert_false(nd_ring_admit(&r, &x, &k, 0, ND_READ));
	nd_ring_deinit(&r);
	cd_arena_deinit(&arena);
}

/* ---- tokens, tables, events ------------------------------------------------------------------------------ */

static void test_tokens(void **state)
{
	struct nd_ring r;

	(void)state;
	assert_true(nd_ring_even_token(0, 1) == INT64_MIN + 1);
	assert_true(nd_ring_even_token(0, 2) == INT64_MIN + 1);
	assert_true(nd_ring_even_token(1, 2) == 1);
	assert_true(nd_ring_even_token(1, 4) == -4611686018427387903);
	assert_true(nd_ring_even_token(3, 4) == 4611686018427387905);
	nd_ring_init(&r, NULL);
	assert_true(nd_ring_next_token(&r) == INT64_MIN + 1);
	/* of -100, 0, 100 the widest gap is around the end; its middle is the least token */
	assert_true(build(&r, RING(three), NULL));
	assert_true(nd_ring_next_token(&r) == INT64_MIN + 1);
	nd_ring_deinit(&r);
	/* 0, 10, ... 50: from 50 around to 0 */
	assert_true(build(&r, RING(six), NULL));
	assert_true(nd_ring_next_token(&r) == INT64_MIN + 25);
	nd_ring_deinit(&r);
}

static uint32_t second(const void *coordinator)
{
	(void)coordinator;
	return 1;
}

static void test_describe(void **state)
{
	struct nd_ring r;
	struct nd_system_node n;

	(void)state;
	assert_true(build(&r, RING(three), NULL));
	r.index_of = second;
	assert_true(nd_ring_set_up(&r, 2, false));
	assert_true(nd_ring_describe(&r, &r, 0, &n));
	assert_int_equal(n.address.address[3], 2);
	assert_true(nd_ring_describe(&r, &r, 1, &n));
	assert_int_equal(n.address.address[3], 1);
	assert_int_equal(n.host_id.bytes[0], 1);
	assert_string_equal(n.data_center, "dc1");
	assert_true(n.token_count == 1 && n.tokens[0] == -100 && n.generation == 7);
	assert_true(nd_ring_describe(&r, &r, 2, &n));
	assert_int_equal(n.address.address[3], 3);
	assert_false(nd_ring_describe(&r, &r, 3, &n));
	assert_true(nd_ring_set_state(&r, 0, ND_RING_LEFT));
	assert_true(nd_ring_describe(&r, &r, 1, &n));
	assert_int_equal(n.address.address[3], 3);
	assert_false(nd_ring_describe(&r, &r, 2, &n));
	assert_int_equal(nd_ring_index(&r, NULL), 0);
	nd_ring_deinit(&r);
}

struct told {
	char text[512];
};

static void note(void *user, const cql_event *e)
{
	struct told *t = user;
	size_t len = strlen(t->text);

	snprintf(t->text + len, sizeof t->text - len, "%s%.*s %.*s %u:%u", len ? ", " : "",
		 (int)e->type.len, e->type.data, (int)e->change.len, e->change.data,
		 e->address.address[3], (unsigned)e->port);
	assert_true((e->kind == CQL_EVENT_STATUS_CHANGE) == (e->type.data[0] == 'S'));
}

static void test_events(void **state)
{
	struct nd_ring r;
	struct told told = { "" };
	static const struct place fourth = { "dc1", "r1", { 50 }, 1 };
	struct nd_ring_node node = node_at(&fourth, 3);
	const int64_t token = 7;

	(void)state;
	assert_true(build(&r, RING(three), NULL));
	r.changed = note;
	r.user = &told;
	assert_true(nd_ring_set_up(&r, 0, false));
	assert_true(nd_ring_set_up(&r, 0, false));
	assert_true(nd_ring_set_address(&r, 0, (cql_inet){ { 127, 0, 0, 9 }, 4 }, 9043));
	assert_true(nd_ring_set_up(&r, 0, true));
	node.state = ND_RING_JOINING;
	assert_true(nd_ring_add(&r, &node, NULL)); /* nobody is told yet */
	assert_true(nd_ring_set_state(&r, 3, ND_RING_NORMAL));
	assert_true(nd_ring_move(&r, 1, &token, 1));
	assert_false(nd_ring_move(&r, 1, &token, 1));
	assert_true(nd_ring_set_state(&r, 1, ND_RING_NORMAL));
	assert_true(r.nodes[1].tokens[0] == 7);
	assert_true(nd_ring_set_state(&r, 2, ND_RING_LEAVING));
	assert_true(nd_ring_set_state(&r, 2, ND_RING_LEFT));
	assert_false(nd_ring_set_up(&r, 2, true));
	assert_false(nd_ring_set_state(&r, 9, ND_RING_LEFT));
	assert_string_equal(
		told.text,
		"STATUS_CHANGE DOWN 1:9042, STATUS_CHANGE UP 9:9043, "
		"TOPOLOGY_CHANGE NEW_NODE 4:9042, STATUS_CHANGE UP 4:9042, "
		"TOPOLOGY_CHANGE MOVED_NODE 2:9042, TOPOLOGY_CHANGE REMOVED_NODE 3:9042");
	nd_ring_deinit(&r);
}

/* ---- memory, limits ------------------------------------------------------------------------------------ */

static bool use(const coodie_allocator *a, void *user)
{
	struct nd_ring r;
	const int64_t token = 50;
	bool ok;

	(void)user;
	ok = build(&r, RING(three), a);
	ok = ok && nd_ring_move(&r, 0, &token, 1) && nd_ring_set_state(&r, 0, ND_RING_NORMAL) &&
	     nd_ring_set_state(&r, 1, ND_RING_LEFT);
	nd_ring_deinit(&r);
	return ok;
}

static void test_no_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("a ring", use, NULL));
}

static void test_full(void **state)
{
	struct nd_ring r;
	struct nd_ring_node node = node_at(&three[0], 0);
	struct nd_replicas all;

	(void)state;
	nd_ring_init(&r, NULL);
	for (uint32_t i = 0; i < ND_RING_NODES; i++)
		assert_true(nd_ring_add(&r, &node, NULL));
	assert_false(nd_ring_add(&r, &node, NULL));
	nd_ring_replicas(&r, &E, 0, 0, false, &all);
	assert_int_equal(all.count, ND_RING_NODES);
	nd_ring_deinit(&r);
	node.token_count = ND_RING_TOKENS + 1;
	assert_false(nd_ring_add(&r, &node, NULL));
	nd_ring_deinit(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replicas),   cmocka_unit_test(test_changes),
		cmocka_unit_test(test_admissions), cmocka_unit_test(test_pending),
		cmocka_unit_test(test_tokens),     cmocka_unit_test(test_describe),
		cmocka_unit_test(test_events),     cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_full),       cmocka_unit_test(test_remembered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
