/* SPDX-License-Identifier: MIT */
/* net/dns/dns.c: questions both ways, answers with aliases and pointers, everything a hostile server can
 * send, and the order of services. */
#include "tests/test.h"

#include "tests/dns_wire.h"
#include "tests/guard.h"

/* ---- questions ------------------------------------------------------------------------------ */

#define LABEL_63 "123456789012345678901234567890123456789012345678901234567890123"

static const struct {
	const char *row, *name;
	size_t len; /* 0: no name */
} names[] = {
	{ "one label", "node", 12 + 6 + 4 },
	{ "three", "a.example.org", 12 + 15 + 4 },
	{ "service", "_cql._tcp.example.org", 12 + 23 + 4 },
	{ "longest label", LABEL_63, 12 + 65 + 4 },
	{ "too long a label", LABEL_63 "4", 0 },
	{ "longest name",
	  LABEL_63 "." LABEL_63 "." LABEL_63
		   ".1234567890123456789012345678901234567890123456789012345678901",
	  CD_DNS_QUERY_MAX },
	{ "too long a name",
	  LABEL_63 "." LABEL_63 "." LABEL_63
		   ".12345678901234567890123456789012345678901234567890123456789012",
	  0 },
	{ "empty", "", 0 },
	{ "dot", ".", 0 },
	{ "last dot", "node.", 0 },
	{ "first dot", ".node", 0 },
	{ "two dots", "a..b", 0 },
	{ "blank", "a b", 0 },
	{ "line", "a\nb", 0 },
	{ "backslash", "a\\b", 0 },
	{ "beyond ASCII", "k\xc3\xb6ln", 12 + 7 + 4 },
};

static void test_questions(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(names); i++) {
		struct cd_dns_question q = { .id = 0xbeef, .type = CD_DNS_AAAA };
		uint8_t wire[CD_DNS_QUERY_MAX];
		struct cd_dns_message m;
		CD_CHECK(cd_dns_is_name(names[i].name) == (names[i].len != 0), names[i].row);
		if (strlen(names[i].name) >= sizeof q.name)
			continue;
		memcpy(q.name, names[i].name, strlen(names[i].name) + 1);
		size_t len = cd_dns_encode(&q, wire);
		CD_CHECK(len == names[i].len, names[i].row);
		if (!len)
			continue;
		CD_CHECK(cd_dns_open(&m, wire, len), names[i].row);
		CD_CHECK(!m.response && !m.truncated && !m.rcode && !m.left, names[i].row);
		CD_CHECK(m.question.id == 0xbeef && m.question.type == CD_DNS_AAAA, names[i].row);
		CD_CHECK(!strcmp(m.question.name, names[i].name), names[i].row);
		CD_CHECK(!cd_dns_answers(&m, &q), names[i].row); /* it asks */
		for (size_t cut = 0; cut < len; cut++)
			CD_CHECK(!cd_dns_open(&m, wire, cut), names[i].row);
	}
}

static const struct cd_dns_question asked = { 77, CD_DNS_A, "Node.Example" };

static void test_which_answer(void **state)
{
	struct dns_out o;
	struct cd_dns_message m;
	struct cd_dns_question q = asked;

	(void)state;
	dns_begin(&o, &q, DNS_TRUNCATED | 3);
	assert_true(cd_dns_open(&m, o.data, o.len));
	assert_true(m.response && m.truncated);
	assert_int_equal(m.rcode, CD_DNS_NO_SUCH_NAME);
	assert_true(cd_dns_answers(&m, &q)); /* whatever its case */
	q.id++;
	assert_false(cd_dns_answers(&m, &q));
	q = asked;
	q.type = CD_DNS_AAAA;
	assert_false(cd_dns_answers(&m, &q));
	q = asked;
	q.name[0] = 'm';
	assert_false(cd_dns_answers(&m, &q));
	q = asked;
	q.name[4] = '\0';
	assert_false(cd_dns_answers(&m, &q));
	o.data[2] |= 0x08; /* another opcode */
	assert_false(cd_dns_open(&m, o.data, o.len));
	o.data[2] &= 0x87;
	o.data[5] = 2; /* two questions */
	assert_false(cd_dns_open(&m, o.data, o.len));
	o.data[5] = 1;
	o.data[o.len - 1] = 3; /* CHAOS */
	assert_false(cd_dns_open(&m, o.data, o.len));
}

/* ---- answers -------------------------------------------------------------------------------- */

struct found {
	char text[2000];
	size_t most;
};

static bool note(const struct cd_dns_record *r, void *user)
{
	struct found *f = user;
	size_t len = strlen(f->text);
	char *at = f->text + len;
	const uint8_t *b = r->of.address.address;

	if (sizeof f->text - len < 400)
		return false;
	if (r->type == CD_DNS_A)
		snprintf(at, 400, "%u.%u.%u.%u ", b[0], b[1], b[2], b[3]);
	else if (r->type == CD_DNS_AAAA)
		snprintf(at, 400, "%x%02x::%x ", b[0], b[1], b[15]);
	else
		snprintf(at, 400, "%u/%u %s:%u ", r->of.srv.priority, r->of.srv.weight,
			 r->of.srv.target, r->of.srv.port);
	return !f->most || --f->most;
}

static void plain(struct dns_out *o)
{
	dns_begin(o, &asked, 0);
	dns_add_address(o, "node.example", "10.0.0.1");
	dns_add_address(o, "NODE.example", "10.0.0.2");
	dns_add_address(o, "node.example", "fd00::1"); /* not asked for */
	dns_add_address(o, "other.example", "10.9.9.9");
	dns_add_other(o, "node.example", 46, "a signature");
}

static void chain(struct dns_out *o)
{
	dns_begin(o, &asked, 0);
	dns_add_address(o, "c.example", "10.0.0.3"); /* in any order */
	dns_add_alias(o, "b.example", "c.example");
	dns_add_alias(o, "node.example", "b.example");
}

static void circle(struct dns_out *o)
{
	dns_begin(o, &asked, 0);
	dns_add_alias(o, "node.example", "b.example");
	dns_add_alias(o, "b.example", "node.example");
}

static void own_alias(struct dns_out *o)
{
	dns_begin(o, &asked, 0);
	dns_add_alias(o, "node.example", "node.example");
}

static void v6(struct dns_out *o)
{
	struct cd_dns_question q = asked;

	q.type = CD_DNS_AAAA;
	dns_begin(o, &q, 0);
	dns_add_address(o, "node.example", "fd00::1");
}

static void services(struct dns_out *o)
{
	struct cd_dns_question q = { 1, CD_DNS_SRV, "_cql._tcp.x" };

	dns_begin(o, &q, 0);
	dns_add_srv(o, q.name, &(const struct cd_dns_srv){ 1, 2, 9042, "A.x" });
	dns_add_srv(o, q.name, &(const struct cd_dns_srv){ 3, 4, 1, "" });
}

static void nothing(struct dns_out *o)
{
	dns_begin(o, &asked, 0);
}

static const struct {
	const char *row;
	void (*write)(struct dns_out *o);
	const char *want;
} answers[] = {
	{ "plain", plain, "10.0.0.1 10.0.0.2 " },
	{ "chain", chain, "10.0.0.3 " },
	{ "circle", circle, "" },
	{ "own alias", own_alias, "" },
	{ "v6", v6, "fd00::1 " },
	{ "services", services, "1/2 a.x:9042 3/4 :1 " },
	{ "nothing", nothing, "" },
};

/* What find makes of bytes; "": not a message. */
static bool find(const uint8_t *data, size_t len, struct found *f)
{
	struct cd_dns_message m;

	f->text[0] = '\0';
	return cd_dns_open(&m, data, len) && cd_dns_find(&m, note, f);
}

static void test_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(answers); i++) {
		struct dns_out o;
		struct found f = { .most = 0 };
		answers[i].write(&o);
		CD_CHECK(find(o.data, o.len, &f), answers[i].row);
		CD_CHECK(!strcmp(f.text, answers[i].want), answers[i].row);
	}
}

static void test_enough(void **state)
{
	struct dns_out o;
	struct found f = { .most = 1 };

	(void)state;
	plain(&o);
	assert_true(find(o.data, o.len, &f));
	assert_string_equal(f.text, "10.0.0.1 ");
}

static void test_long_chain(void **state)
{
	static const int lengths[] = { CD_DNS_HOPS, CD_DNS_HOPS + 1 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(lengths); i++) {
		struct dns_out o;
		struct found f = { .most = 0 };
		char from[20] = "node.example", to[20];
		dns_begin(&o, &asked, 0);
		for (int hop = 0; hop < lengths[i]; hop++) {
			snprintf(to, sizeof to, "n%d", hop);
			dns_add_alias(&o, from, to);
			memcpy(from, to, sizeof from);
		}
		dns_add_address(&o, from, "10.0.0.1");
		assert_true(find(o.data, o.len, &f));
		assert_string_equal(f.text, i == 0 ? "10.0.0.1 " : "");
	}
}

/* ---- hostile -------------------------------------------------------------------------------- */

/* Cut anywhere, flush against a page that cannot be read: no answer, or one that is not whole. */
static void test_prefixes(void **state)
{
	struct cd_guard g;

	(void)state;
	assert_true(cd_guard_init(&g, sizeof(struct dns_out)));
	for (size_t i = 0; i < CD_COUNT(answers); i++) {
		struct dns_out o;
		struct found f = { .most = 0 };
		answers[i].write(&o);
		for (size_t len = 0; len < o.len; len++)
			CD_CHECK(!find(cd_guard_copy(&g, o.data, len), len, &f), answers[i].row);
	}
	cd_guard_deinit(&g);
}

static void test_mutations(void **state)
{
	static const uint8_t values[] = {
		0x00, 0x01, 0x0c, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xc1, 0xff
	};
	struct cd_guard g;
	size_t read = 0, refused = 0;

	(void)state;
	assert_true(cd_guard_init(&g, sizeof(struct dns_out)));
	for (size_t i = 0; i < CD_COUNT(answers); i++) {
		struct dns_out o;
		answers[i].write(&o);
		for (size_t at = 0; at < o.len; at++) {
			for (size_t v = 0; v < CD_COUNT(values) * 2; v++) {
				struct found f = { .most = 0 };
				uint8_t *copy = cd_guard_copy(&g, o.data, o.len);
				copy[at] = v % 2 ? copy[at] ^ values[v / 2] : values[v / 2];
				++*(find(copy, o.len, &f) ? &read : &refused);
			}
		}
	}
	assert_true(read > 0 && refused > 0);
	cd_guard_deinit(&g);
}

#define HEAD "\0\1\x81\x80\0\1\0\1\0\0\0\0"
#define TAIL "\0\1\0\1"                    /* A, IN */
#define RECORD TAIL "\0\0\0\0\0\4\1\2\3\4" /* 1.2.3.4 */

static const struct {
	const char *row, *bytes;
	size_t len;
} broken[] = {
#define ROW(name, bytes) \
	{ \
		name, bytes, sizeof(bytes) - 1 \
	}
	ROW("pointer to itself", HEAD "\xc0\x0c" TAIL),
	ROW("pointer forward", HEAD "\xc0\x10" TAIL "\1a\0"),
	ROW("pointer past the end", HEAD "\xff\xff" TAIL),
	ROW("half a pointer", HEAD "\xc0"),
	ROW("circle of two", HEAD "\1a\0" TAIL "\1b\xc0\x13" RECORD),
	ROW("label type 01", HEAD "\x41"
				  "a\0" TAIL),
	ROW("label type 10", HEAD "\x81"
				  "a\0" TAIL),
	ROW("dot in a label", HEAD "\3a.b\0" TAIL),
	ROW("NUL in a label", HEAD "\3a\0b\0" TAIL),
	ROW("label past the end", HEAD "\x3f"
				       "aaa"),
	ROW("no end of name", HEAD "\1a"),
	ROW("address of 5", HEAD "\1a\0" TAIL "\xc0\x0c\0\1\0\1\0\0\0\0\0\5\1\2\3\4\5"),
	ROW("address of 3", HEAD "\1a\0" TAIL "\xc0\x0c\0\1\0\1\0\0\0\0\0\3\1\2\3"),
	ROW("alias and a rest", HEAD "\1a\0" TAIL "\xc0\x0c\0\5\0\1\0\0\0\0\0\4\1b\0!"),
	ROW("alias not whole", HEAD "\1a\0" TAIL "\xc0\x0c\0\5\0\1\0\0\0\0\0\2\1b\0\0"),
#undef ROW
};

static void test_broken(void **state)
{
	static const char good[] = HEAD "\1a\0" TAIL "\xc0\x0c" RECORD;
	struct found f = { .most = 0 };

	(void)state;
	assert_true(find((const uint8_t *)good, sizeof good - 1, &f));
	assert_string_equal(f.text, "1.2.3.4 ");
	for (size_t i = 0; i < CD_COUNT(broken); i++)
		CD_CHECK(!find((const uint8_t *)broken[i].bytes, broken[i].len, &f), broken[i].row);
}

/* Pointers to pointers: a few are fine, no message makes us walk for ever. */
static void test_pointer_ladder(void **state)
{
	(void)state;
	for (unsigned steps = 1; steps < 100; steps++) {
		struct dns_out o = { .len = 0 };
		struct found f = { .most = 0 };
		struct cd_dns_question q = { 1, CD_DNS_A, "a" };
		dns_begin(&o, &q, 0);
		dns_add_other(&o, "a", 99, "");
		size_t data = o.len;
		for (unsigned i = 0; i < steps; i++) {
			size_t to = i ? o.len - 2 : 12;
			o.data[o.len++] = (uint8_t)(0xc0 | to >> 8);
			o.data[o.len++] = (uint8_t)to;
		}
		o.data[data - 1] = (uint8_t)(2 * steps);
		o.data[7]++; /* a record whose name is the last pointer */
		memcpy(o.data + o.len,
		       (uint8_t[]){ (uint8_t)(0xc0 | (o.len - 2) >> 8), (uint8_t)(o.len - 2) }, 2);
		memcpy(o.data + o.len + 2, RECORD, sizeof RECORD - 1);
		o.len += 2 + sizeof RECORD - 1;
		assert_int_equal(find(o.data, o.len, &f), steps < 32);
		assert_string_equal(f.text, steps < 32 ? "1.2.3.4 " : "");
	}
}

/* ---- services ------------------------------------------------------------------------------- */

static uint32_t next_chance(void *user)
{
	const uint32_t **chance = user;

	return *(*chance)++;
}

#define HALF 0x80000000u
#define MOST 0xffffffffu

static const struct {
	const char *row;
	struct cd_dns_srv list[4];
	uint32_t chances[4];
	const char *want;
} orders[] = {
	{ "by priority",
	  { { 3, 0, 0, "c" }, { 1, 0, 0, "a" }, { 2, 9, 0, "b" }, { 4, 1, 0, "d" } },
	  { MOST, MOST, MOST },
	  "abcd" },
	{ "no weights: as they come",
	  { { 1, 0, 0, "a" }, { 1, 0, 0, "b" }, { 1, 0, 0, "c" }, { 1, 0, 0, "d" } },
	  { MOST, 0, HALF },
	  "abcd" },
	{ "no chance: no weight first",
	  { { 1, 5, 0, "a" }, { 1, 5, 0, "b" }, { 1, 0, 0, "c" }, { 1, 5, 0, "d" } },
	  { 0, 0, 0 },
	  "cabd" },
	{ "all of it: the last ones",
	  { { 1, 5, 0, "a" }, { 1, 5, 0, "b" }, { 1, 0, 0, "c" }, { 1, 5, 0, "d" } },
	  { MOST, MOST, MOST },
	  "dbac" },
	{ "the middle",
	  { { 1, 10, 0, "a" }, { 1, 20, 0, "b" }, { 1, 10, 0, "c" }, { 0, 1, 0, "d" } },
	  { 0, HALF, HALF },
	  "dbac" },
	{ "most weight",
	  { { 1, 65535, 0, "a" },
	    { 1, 65535, 0, "b" },
	    { 1, 65535, 0, "c" },
	    { 1, 65535, 0, "d" } },
	  { MOST, MOST, MOST },
	  "dcba" },
};

static void test_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(orders); i++) {
		struct cd_dns_srv list[4];
		const uint32_t *chance = orders[i].chances;
		char got[5] = "";
		memcpy(list, orders[i].list, sizeof list);
		cd_dns_order(list, 4, next_chance, &chance);
		for (size_t j = 0; j < 4; j++)
			got[j] = list[j].target[0];
		CD_CHECK(!strcmp(got, orders[i].want), orders[i].row);
		assert_true(chance == orders[i].chances + 3);
	}
	cd_dns_order(NULL, 0, next_chance, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_questions),      cmocka_unit_test(test_which_answer),
		cmocka_unit_test(test_answers),        cmocka_unit_test(test_enough),
		cmocka_unit_test(test_long_chain),     cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_mutations),      cmocka_unit_test(test_broken),
		cmocka_unit_test(test_pointer_ladder), cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
