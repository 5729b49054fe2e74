/* SPDX-License-Identifier: MIT */
/* Terms: literals of every type, markers inside of them, and what is refused. */
#include "tests/test.h"

#include "node/function/term.h"
#include "tests/failalloc.h"
#include "tests/node_db.h"

/* A value for a column c of a type: its bytes, or why not. */
static const struct {
	const char *name, *type, *cql, *want;
} literals[] = {
	{ "tinyint", "tinyint", "-128", "80" },
	{ "tinyint too large", "tinyint", "128", "Unable to make byte from '128'" },
	{ "smallint", "smallint", "513", "0201" },
	{ "smallint too large", "smallint", "32768", "Unable to make short from '32768'" },
	{ "int", "int", "-2", "fffffffe" },
	{ "int too large", "int", "2147483648", "Unable to make int from '2147483648'" },
	{ "bigint", "bigint", "9223372036854775807", "7fffffffffffffff" },
	{ "bigint too large", "bigint", "9223372036854775808",
	  "Unable to make long from '9223372036854775808'" },
	{ "varint", "varint", "18446744073709551616", "010000000000000000" },
	{ "decimal", "decimal", "-1.50", "00000002ff6a" },
	{ "decimal of an integer", "decimal", "7", "0000000007" },
	{ "float", "float", "1.5", "3fc00000" },
	{ "float of an integer", "float", "2", "40000000" },
	{ "double", "double", "1e2", "4059000000000000" },
	{ "NaN", "double", "NaN", "7ff8000000000000" },
	{ "minus infinity", "double", "-Infinity", "fff0000000000000" },
	{ "text", "text", "'it''s'", "69742773" },
	{ "empty text", "text", "''", "" },
	{ "ascii", "ascii", "'a'", "61" },
	{ "ascii that is none", "ascii", "'\xc3\xa4'",
	  "Invalid ASCII character in string literal: "
	  "java.nio.charset.UnmappableCharacterException: Input length = 1" },
	{ "boolean", "boolean", "true", "01" },
	{ "blob", "blob", "0xCAfe", "cafe" },
	{ "empty blob", "blob", "0x", "" },
	{ "half a byte", "blob", "0xabc", "cannot parse 'abc' as hex bytes" },
	{ "uuid", "uuid", "123E4567-e89b-12d3-a456-426614174000",
	  "123e4567e89b12d3a456426614174000" },
	{ "timeuuid", "timeuuid", "123e4567-e89b-12d3-a456-426614174000",
	  "123e4567e89b12d3a456426614174000" },
	{ "timeuuid of version 4", "timeuuid", "123e4567-e89b-42d3-a456-426614174000",
	  "TimeUUID supports only version 1 UUIDs" },
	{ "inet", "inet", "'127.0.0.1'", "7f000001" },
	{ "inet of six", "inet", "'::1'", "00000000000000000000000000000001" },
	{ "no inet", "inet", "'x y'", "Unable to make inet address from 'x y'" },
	{ "date", "date", "'1970-01-02'", "80000001" },
	{ "date as a number", "date", "0", "00000000" },
	{ "no date", "date", "'1970-02-30'",
	  "Unable to coerce '1970-02-30' to a formatted date (long)" },
	{ "date too large", "date", "4294967296",
	  "Unable to make unsigned int (for date) from: '4294967296'" },
	{ "time", "time", "'00:00:01.5'",
	  "00000000596"
	  "82f00" },
	{ "time as a number", "time", "7", "0000000000000007" },
	{ "no time", "time", "'25:00:00'",
	  "(TimeType) Unable to coerce '25:00:00' to a formatted time (long)" },
	{ "a time of two days", "time", "172800000000000",
	  "Unable to make long (for time) from: '172800000000000'" },
	{ "timestamp", "timestamp", "'1970-01-01'", "0000000000000000" },
	{ "timestamp with zone", "timestamp", "'1970-01-01T01:00:00.001+0100'",
	  "0000000000000001" },
	{ "timestamp with colon", "timestamp", "'1970-01-01 00:00+01:00'", "ffffffffffc91180" },
	{ "timestamp in Z", "timestamp", "'1970-01-01 00:00:01Z'", "00000000000003e8" },
	{ "timestamp in UTC", "timestamp", "'1970-01-01 00:00:01 UTC'", "00000000000003e8" },
	{ "timestamp as a number", "timestamp", "-1", "ffffffffffffffff" },
	{ "no timestamp", "timestamp", "'soon'", "Unable to parse a date/time from 'soon'" },
	{ "timestamp of now", "timestamp", "'Now'", "000001a1fd259543" },
	{ "no month", "timestamp", "'2026-13-01'",
	  "Unable to parse a date/time from '2026-13-01'" },
	{ "the last day of a month", "timestamp", "'1970-02-31'", "000000012ab0d800" },
	{ "a time of few digits", "timestamp", "'1970-1-1 0:0:1.5'", "00000000000005dc" },
	{ "the end of a day", "timestamp", "'1970-01-01T24:00'", "0000000005265c00" },
	{ "behind the end", "timestamp", "'1970-01-01T24:01'",
	  "Unable to parse a date/time from '1970-01-01T24:01'" },
	{ "inet of four in six", "inet", "'::ffff:1.2.3.4'", "01020304" },
	{ "too large a float", "double", "1e400",
	  "Failed parsing statement: [INSERT INTO ks.t (k, c) VALUES (0, 1e400)] reason: "
	  "NumberFormatException Character I is neither a decimal digit number, decimal point, nor "
	  "\"e\" notation exponential mark." },
	{ "duration", "duration", "1mo2d3ns", "020406" },
	{ "negative duration", "duration", "-1mo", "010000" },
	{ "a unit twice", "duration", "1d2d",
	  "Invalid duration. The days are specified multiple times" },
	{ "units in disorder", "duration", "1d2mo",
	  "Invalid duration. The days should be after months" },
	{ "too long a duration", "duration", "999999999y",
	  "Invalid duration. The total number of months must be less or equal to 2147483647" },
	{ "a number for a duration", "duration", "5", "Unable to convert '5' to a duration" },

	{ "text for int", "int", "'x'", "Invalid STRING constant (x) for \"c\" of type int" },
	{ "int for text", "text", "5", "Invalid INTEGER constant (5) for \"c\" of type text" },
	{ "float for int", "int", "1.5", "Invalid FLOAT constant (1.5) for \"c\" of type int" },
	{ "boolean for int", "int", "true",
	  "Invalid BOOLEAN constant (true) for \"c\" of type int" },
	{ "text for uuid", "uuid", "'x'", "Invalid STRING constant (x) for \"c\" of type uuid" },
	{ "uuid for text", "text", "123e4567-e89b-12d3-a456-426614174000",
	  "Invalid UUID constant (123e4567-e89b-12d3-a456-426614174000) for \"c\" of type text" },
	{ "blob for int", "int", "0x01", "Invalid HEX constant (0x01) for \"c\" of type int" },
	{ "duration for int", "int", "1d", "Invalid DURATION constant (1d) for \"c\" of type int" },
	{ "int for a list", "list<int>", "5",
	  "Invalid INTEGER constant (5) for \"c\" of type list<int>" },
	{ "null", "int", "null", "null" },

	{ "list", "list<int>", "[2, 1]",
	  "00000002"
	  "00000004"
	  "00000002"
	  "00000004"
	  "00000001" },
	{ "empty list", "list<int>", "[]", "00000000" },
	{ "list of lists", "list<frozen<list<tinyint>>>", "[[1], []]",
	  "00000002"
	  "00000009"
	  "00000001"
	  "00000001"
	  "01"
	  "00000004"
	  "00000000" },
	{ "null in a list", "list<int>", "[1, null]", "null is not supported inside collections" },
	{ "text in a list", "list<int>", "[1, 'x']",
	  "Invalid list literal for c: value 'x' is not of type int" },
	{ "list for set", "set<int>", "[1]",
	  "Unexpected receiver type 'set<int>'; only list and vector are expected" },
	{ "set for list", "list<int>", "{1}", "Invalid set literal for c of type list<int>" },
	{ "set in order", "set<int>", "{2, -1, 2}",
	  "00000002"
	  "00000004"
	  "ffffffff"
	  "00000004"
	  "00000002" },
	{ "empty set", "set<int>", "{}", "00000000" },
	{ "null in a set", "set<int>", "{null}", "null is not supported inside collections" },
	{ "text in a set", "set<int>", "{'x'}",
	  "Invalid set literal for c: value 'x' is not of type int" },
	{ "map", "map<text, int>", "{'b': 1, 'a': 2, 'b': 3}",
	  "00000002"
	  "00000001"
	  "61"
	  "00000004"
	  "00000002"
	  "00000001"
	  "62"
	  "00000004"
	  "00000003" },
	{ "empty map", "map<text, int>", "{}", "00000000" },
	{ "map for int", "int", "{1: 2}", "Invalid map literal for c of type int" },
	{ "key of a map", "map<text, int>", "{1: 2}",
	  "Invalid map literal for c: key 1 is not of type text" },
	{ "value of a map", "map<text, int>", "{'a': 'b'}",
	  "Invalid map literal for c: value 'b' is not of type int" },
	{ "null in a map", "map<text, int>", "{'a': null}",
	  "null is not supported inside collections" },
	{ "tuple", "tuple<int, text>", "(1, null)",
	  "00000004"
	  "00000001"
	  "ffffffff" },
	{ "short tuple", "tuple<int, text>", "(1)",
	  "00000004"
	  "00000001" },
	{ "long tuple", "tuple<int, text>", "(1, 'a', 2)",
	  "Invalid tuple literal for c: too many elements. Type frozen<tuple<int, text>> expects 2 "
	  "but got 3" },
	{ "part of a tuple", "tuple<int, text>", "('a', 'b')",
	  "Invalid tuple literal for c: component 0 is not of type int" },
	{ "tuple for int", "int", "(1, 2)", "Invalid tuple type literal for c of type int" },
	{ "tuple of a text", "tuple<int, text>", "'1:a'",
	  "00000004"
	  "00000001"
	  "00000001"
	  "61" },
	{ "tuple of a text with null", "tuple<int, text>", "'@:a\\:b'",
	  "ffffffff"
	  "00000003"
	  "613a62" },
	{ "vector", "vector<float, 2>", "[1, 0.5]",
	  "3f800000"
	  "3f000000" },
	{ "vector of texts", "vector<text, 2>", "['ab', '']", "02616200" },
	{ "short vector", "vector<float, 2>", "[1]",
	  "Invalid vector literal for c of type vector<float, 2>; expected 2 elements, but given 1" },
	{ "null in a vector", "vector<float, 2>", "[1, null]",
	  "null is not supported inside vectors" },
	{ "text in a vector", "vector<float, 2>", "[1, 'a']",
	  "Invalid vector literal for c: value 'a' is not of type float" },
	{ "user type", "frozen<address>", "{zip: 1, street: 'x'}",
	  "00000001"
	  "78"
	  "00000004"
	  "00000001" },
	{ "user type with less", "address", "{zip: 1}",
	  "ffffffff"
	  "00000004"
	  "00000001" },
	{ "unknown field", "address", "{town: 'x'}",
	  "Unknown field 'town' in value of user defined type address" },
	{ "wrong field", "address", "{zip: 'x'}",
	  "Invalid user type literal for c: field zip is not of type int" },
	{ "user type for int", "int", "{zip: 1}", "Invalid user type literal for c of type int" },
	{ "hint", "bigint", "(bigint) 5", "0000000000000005" },
	{ "hint that does not fit", "int", "(text) 'a'",
	  "Cannot assign value (text)'a' to c of type int" },
	{ "hint of another", "int", "(int) 'a'", "Cannot cast value 'a' to type int" },

	{ "function", "blob", "int_as_blob(5)", "00000005" },
	{ "function in a list", "list<blob>", "[intAsBlob(1)]",
	  "00000001"
	  "00000004"
	  "00000001" },
	{ "unknown function", "int", "f(5)", "Unknown function f called" },
	{ "function of another type", "int", "now()",
	  "Type error: cannot assign result of function system.now (type timeuuid) to c (type int)" },
	{ "function with too many", "uuid", "uuid(5)",
	  "Invalid number of arguments in call to function system.uuid: 0 required but 1 provided" },
	{ "function of a text", "blob", "int_as_blob('a')",
	  "Type error: 'a' cannot be passed as argument 0 of function system.int_as_blob of type int" },
	{ "aggregate", "bigint", "max(5)",
	  "Aggregation function are not supported in the where clause" },
	{ "a count of a constant", "bigint", "count(5)",
	  "Type error: 5 cannot be passed as argument 0 of function system.count of type blob" },
	{ "sum", "int", "1 + 2", "00000003" },
	{ "nested sums", "int", "(1 + 2) * (3 - 4)", "fffffffd" },
	{ "sum for a bigint", "bigint", "1 + 2147483648", "0000000080000001" },
	{ "by zero", "int", "1 / 0", "the operation 'int / int' failed: / by zero" },
	{ "date and duration", "date", "'1970-01-31' + 1mo", "8000003a" },
	{ "text in a sum", "int", "1 + 'a'",
	  "the '+' operation is not supported between 1 and 'a'" },
};

static bool define(struct node_db *d, const char *type)
{
	char cql[256];

	snprintf(cql, sizeof cql, "CREATE TABLE ks.t (k int PRIMARY KEY, c %s)", type);
	return node_db_define(d, "CREATE TYPE ks.address (street text, zip int)") &&
	       node_db_define(d, cql);
}

/* Plans the value of "INSERT INTO ks.t (k, c) VALUES (0, ...)". */
static struct nd_term *plan(struct node_db *d, const char *value, struct nd_planner *p)
{
	char cql[512];
	struct nd_statement *s;
	const struct nd_column *c;
	struct nd_receiver receiver = { "ks", "t", "c", NULL };

	snprintf(cql, sizeof cql, "INSERT INTO ks.t (k, c) VALUES (0, %s)", value);
	if (!(s = node_db_parse(d, cql)))
		return NULL;
	*p = node_db_planner(d, s);
	if (!p->markers)
		return NULL;
	c = nd_table_find_column(nd_keyspace_table(nd_schema_keyspace(&d->db.schema, "ks"), "t"),
				 "c", &d->x.problem);
	receiver.type = c->type;
	return nd_term_new(p, s->as.insert.values[1], &receiver);
}

static void reads_literals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof literals / sizeof literals[0]; i++) {
		struct node_db d;
		struct nd_planner p;
		struct nd_term *t;
		struct nd_value v;

		assert_true(node_db_open(&d, NULL));
		if (!define(&d, literals[i].type))
			fail_msg("%s: %s", literals[i].name, node_db_refusal(&d));
		t = plan(&d, literals[i].cql, &p);
		const char *got = t && nd_term_value(t, &d.x, &v) ? node_db_hex(&d, v)
								  : node_db_refusal(&d);
		if (strcmp(got, literals[i].want) != 0)
			fail_msg("%s: got %s, want %s", literals[i].name, got, literals[i].want);
		node_db_close(&d);
	}
}

/* Arithmetic with numbers of any size; the answers are Python's. */
static const struct {
	const char *op, *left, *right, *want;
} big_numbers[] = {
	{ "+", "18446744073709551616", "(varint) 4294967297", "010000000100000001" },
	{ "*", "18446744073709551616", "(varint) 4294967297", "01000000010000000000000000" },
	{ "/", "18446744073709551616", "(varint) 4294967297", "00ffffffff" },
	{ "%", "18446744073709551616", "(varint) 4294967297", "01" },
	{ "-", "18446744073709551616", "(varint) 4294967297", "00fffffffeffffffff" },
	{ "+", "79228162514264337593543950335", "18446744073709551615",
	  "0100000000fffffffffffffffe" },
	{ "*", "79228162514264337593543950335", "18446744073709551615",
	  "00fffffffffffffffeffffffff0000000000000001" },
	{ "/", "79228162514264337593543950335", "18446744073709551615", "0100000000" },
	{ "%", "79228162514264337593543950335", "18446744073709551615", "00ffffffff" },
	{ "-", "79228162514264337593543950335", "18446744073709551615",
	  "00ffffffff0000000000000000" },
	{ "+", "-340282366920938463463374607431768211456", "18446744073709551619",
	  "ff00000000000000010000000000000003" },
	{ "*", "-340282366920938463463374607431768211456", "18446744073709551619",
	  "fefffffffffffffffd00000000000000000000000000000000" },
	{ "/", "-340282366920938463463374607431768211456", "18446744073709551619",
	  "ff0000000000000003" },
	{ "%", "-340282366920938463463374607431768211456", "18446744073709551619", "f7" },
	{ "-", "-340282366920938463463374607431768211456", "18446744073709551619",
	  "fefffffffffffffffefffffffffffffffd" },
	{ "+", "39614081257132168796771975173", "9223372036854775809",
	  "00800000008000000000000006" },
	{ "*", "39614081257132168796771975173", "9223372036854775809",
	  "4000000000000000800000028000000000000005" },
	{ "/", "39614081257132168796771975173", "9223372036854775809", "00ffffffff" },
	{ "%", "39614081257132168796771975173", "9223372036854775809", "7fffffff00000006" },
	{ "-", "39614081257132168796771975173", "9223372036854775809", "7fffffff8000000000000004" },
	{ "/", "170141183420855150493001878992821682176", "39614081266355540842216685573",
	  "00fffffffd" },
	{ "%", "170141183420855150493001878992821682176", "39614081266355540842216685573",
	  "0080000000800000010000000f" },
	{ "/", "39614081275578912861891592192", "9223372041149743103", "00ffffffff" },
	{ "%", "39614081275578912861891592192", "9223372041149743103", "7fffffffffffffff" },
	{ "/", "10000000000000000000000000000000000000000", "100000000000000000000",
	  "056bc75e2d63100000" },
	{ "%", "10000000000000000000000000000000000000000", "100000000000000000000", "00" },
	{ "/", "-10000000000000000000000000000000000000007", "100000000000000000000",
	  "fa9438a1d29cf00000" },
	{ "%", "-10000000000000000000000000000000000000007", "100000000000000000000", "f9" },
	{ "/", "55340232221128654848", "18446744073709551616", "03" },
	{ "%", "55340232221128654848", "18446744073709551616", "00" },
	{ "/", "642765864024457218221032453404027694678192566911419017291098491246649",
	  "904555279503319491257155605544527008566235", "024bc8cce8eb8f30641a7070" },
	{ "%", "642765864024457218221032453404027694678192566911419017291098491246649",
	  "904555279503319491257155605544527008566235", "038a57563adeff951fcceefc2e4e05a1d869" },
	{ "/",
	  "1168760319801465550516961308211204665162644415098226768229731934625624943702649153427826829",
	  "(varint) -3140410144",
	  "f371e4dc6eaba801ab4662c583fb838aafd8ea0152c582ace71c8c247e9dfa2fec5c" },
	{ "%",
	  "1168760319801465550516961308211204665162644415098226768229731934625624943702649153427826829",
	  "(varint) -3140410144", "19dfa80d" },
	{ "/", "1085761313346363194515998124503604121076401",
	  "-890834119307494527794144487989870449495", "fb3e" },
	{ "%", "1085761313346363194515998124503604121076401",
	  "-890834119307494527794144487989870449495", "0221b27d64d9476ef24db185c641ccfec3" },
	{ "/", "4434585435037317565416937785720", "(varint) 124216436117355691", "207829f80a0d" },
	{ "%", "4434585435037317565416937785720", "(varint) 124216436117355691",
	  "01a4232f844ec6c9" },
	{ "/",
	  "3295129583927698501777367413583901336574481812133020943031860751574014492853022312282636",
	  "-2375972966734111734374972947301837371",
	  "fc4b134ea001d7926c3b197538b1fd5ea983c95c6639" },
	{ "%",
	  "3295129583927698501777367413583901336574481812133020943031860751574014492853022312282636",
	  "-2375972966734111734374972947301837371", "015b0be8a937f36f746721b1cb82232f" },
	{ "/", "83475404466026841681498704521495739457970204", "24568378866696781568",
	  "02cf7c6a0ab5d3ba9b6383" },
	{ "%", "83475404466026841681498704521495739457970204", "24568378866696781568",
	  "0095a1e54f3162231c" },
};

static void reckons(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(big_numbers); i++) {
		struct node_db d;
		struct nd_planner p;
		struct nd_value v = { ND_NULL, NULL, 0 };
		char cql[512];

		assert_true(node_db_open(&d, NULL));
		assert_true(define(&d, "varint"));
		snprintf(cql, sizeof cql, "%s %s %s", big_numbers[i].left, big_numbers[i].op,
			 big_numbers[i].right);
		struct nd_term *t = plan(&d, cql, &p);
		const char *got = t && nd_term_value(t, &d.x, &v) ? node_db_hex(&d, v)
								  : node_db_refusal(&d);
		if (strcmp(got, big_numbers[i].want) != 0)
			fail_msg("%s: got %s, want %s", cql, got, big_numbers[i].want);
		node_db_close(&d);
	}
}

/* Markers inside of literals and calls: their specifications, and what they are bound to. */
static const struct {
	const char *name, *type, *cql, *markers;
	struct nd_value values[2];
	const char *want;
} bound[] = {
	{ "alone",
	  "int",
	  "?",
	  "c int",
	  { { ND_VALUE, (const uint8_t *)"\0\0\0\5", 4 } },
	  "00000005" },
	{ "named",
	  "int",
	  ":five",
	  "five int",
	  { { ND_VALUE, (const uint8_t *)"\0\0\0\5", 4 } },
	  "00000005" },
	{ "null", "int", "?", "c int", { { ND_NULL, NULL, 0 } }, "null" },
	{ "unset", "int", "?", "c int", { { ND_UNSET, NULL, 0 } }, "unset" },
	{ "in a tuple",
	  "tuple<int, text>",
	  "(?, 'a')",
	  "c[0] int",
	  { { ND_VALUE, (const uint8_t *)"\0\0\0\5", 4 } },
	  "00000004000000050000000161" },
	{ "null in a tuple",
	  "tuple<int, text>",
	  "(?, ?)",
	  "c[0] int, c[1] text",
	  { { ND_NULL, NULL, 0 }, { ND_VALUE, (const uint8_t *)"x", 1 } },
	  "ffffffff0000000178" },
	{ "unset in a tuple",
	  "tuple<int, text>",
	  "(1, ?)",
	  "c[1] text",
	  { { ND_UNSET, NULL, 0 } },
	  "Invalid unset value for tuple field number 1" },
	{ "an unset tuple",
	  "tuple<int, text>",
	  "?",
	  "c tuple<int, text>",
	  { { ND_UNSET, NULL, 0 } },
	  "unset" },
	{ "in a user type",
	  "address",
	  "{zip: ?}",
	  "c.zip int",
	  { { ND_VALUE, (const uint8_t *)"\0\0\0\5", 4 } },
	  "ffffffff0000000400000005" },
	{ "unset in a user type",
	  "address",
	  "{zip: ?}",
	  "c.zip int",
	  { { ND_UNSET, NULL, 0 } },
	  "Invalid unset value for field 'zip' of user defined type address" },
	{ "in a vector",
	  "vector<float, 2>",
	  "[?, 1]",
	  "value(c) float",
	  { { ND_VALUE, (const uint8_t *)"\0\0\0\0", 4 } },
	  "000000003f800000" },
	{ "null in a vector",
	  "vector<float, 2>",
	  "[?, 1]",
	  "value(c) float",
	  { { ND_NULL, NULL, 0 } },
	  "null is not supported inside vectors" },
	{ "in a list",
	  "list<int>",
	  "[?]",
	  "",
	  { { ND_NULL, NULL, 0 } },
	  "Invalid list literal for c: bind variables are not supported inside collection literals" },
	{ "in a set",
	  "set<int>",
	  "{?}",
	  "",
	  { { ND_NULL, NULL, 0 } },
	  "Invalid set literal for c: bind variables are not supported inside collection literals" },
	{ "in a map",
	  "map<int, int>",
	  "{1: ?}",
	  "",
	  { { ND_NULL, NULL, 0 } },
	  "Invalid map literal for c: bind variables are not supported inside collection literals" },
	{ "in a call",
	  "blob",
	  "int_as_blob(?)",
	  "arg0(system.int_as_blob) int",
	  { { ND_VALUE, (const uint8_t *)"\0\0\0\5", 4 } },
	  "00000005" },
	{ "unset in a call",
	  "blob",
	  "int_as_blob(?)",
	  "arg0(system.int_as_blob) int",
	  { { ND_UNSET, NULL, 0 } },
	  "Invalid unset value for argument in call to function int_as_blob" },
	{ "hinted",
	  "bigint",
	  "(bigint) ? + 1",
	  "arg0(system._add) bigint",
	  { { ND_VALUE, (const uint8_t *)"\0\0\0\0\0\0\0\5", 8 } },
	  "0000000000000006" },
	{ "a set in disorder",
	  "set<tinyint>",
	  "?",
	  "c set<tinyint>",
	  { { ND_VALUE, (const uint8_t *)"\0\0\0\3\0\0\0\1\2\0\0\0\1\1\0\0\0\1\2", 19 } },
	  "0000000200000001010000000102" },
	{ "a map in disorder",
	  "map<tinyint, tinyint>",
	  "?",
	  "c map<tinyint, tinyint>",
	  { { ND_VALUE, (const uint8_t *)"\0\0\0\2\0\0\0\1\2\0\0\0\1\7\0\0\0\1\1\0\0\0\1\10",
	      24 } },
	  "000000020000000101000000010800000001020000000107" },
};

static const char *markers_of(struct node_db *d, const struct nd_planner *p)
{
	char text[256] = "", type[64];

	for (uint32_t i = 0; i < p->statement->marker_count && p->markers[i].type; i++) {
		cql_type_format(p->markers[i].type, type, sizeof type);
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s%.*s %s",
			 i ? ", " : "", (int)p->markers[i].name.len, p->markers[i].name.data, type);
	}
	return cd_arena_strndup(&d->arena, text, strlen(text));
}

static void binds(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(bound); i++) {
		struct node_db d;
		struct nd_planner p;
		struct nd_value v = { ND_NULL, NULL, 0 };

		assert_true(node_db_open(&d, NULL));
		assert_true(define(&d, bound[i].type));
		struct nd_term *t = plan(&d, bound[i].cql, &p);
		d.x.values = bound[i].values;
		d.x.value_count = p.statement->marker_count;
		const char *got = t && nd_term_value(t, &d.x, &v) ? node_db_hex(&d, v)
								  : node_db_refusal(&d);
		if (strcmp(got, bound[i].want) != 0)
			fail_msg("%s: got %s, want %s", bound[i].name, got, bound[i].want);
		if (t && strcmp(markers_of(&d, &p), bound[i].markers) != 0)
			fail_msg("%s: markers %s, want %s", bound[i].name, markers_of(&d, &p),
				 bound[i].markers);
		if (t)
			CD_CHECK((nd_term_marker(t) == 0) ==
					 (strchr(":?", bound[i].cql[0]) != NULL),
				 bound[i].name);
		node_db_close(&d);
	}
}

/* Values taken apart, whatever their bytes are. */
static const struct {
	const char *name, *type, *bytes;
	size_t len;
	int32_t count; /* -1: refused */
} values[] = {
	{ "a list", "list<int>", "\0\0\0\1\0\0\0\4\0\0\0\1", 12, 1 },
	{ "a list without its count", "list<int>", "\0\0\0", 3, -1 },
	{ "a list of too many", "list<int>", "\0\0\0\2\0\0\0\4\0\0\0\1", 12, -1 },
	{ "a list of 2^31", "list<int>", "\x80\0\0\0\0\0\0\4", 8, -1 },
	{ "an item too long", "list<int>", "\0\0\0\1\0\0\0\5\0\0\0\1", 12, -1 },
	{ "bytes behind a list", "list<int>", "\0\0\0\0x", 5, -1 },
	{ "a map of half a pair", "map<int, int>", "\0\0\0\1\0\0\0\0", 8, -1 },
	{ "a map", "map<text, text>", "\0\0\0\1\0\0\0\0\0\0\0\0", 12, 2 },
	{ "a tuple that ends early", "tuple<int, int>", "\xff\xff\xff\xff", 4, 2 },
	{ "an empty tuple", "tuple<int, int>", "", 0, 2 },
	{ "a tuple too long", "tuple<int>", "\xff\xff\xff\xff\xff\xff\xff\xff", 8, -1 },
	{ "a vector", "vector<float, 2>", "abcdefgh", 8, 2 },
	{ "a vector too short", "vector<float, 2>", "abcdefg", 7, -1 },
	{ "a vector of texts", "vector<text, 2>", "\1a\0", 3, 2 },
	{ "a vector of texts cut", "vector<text, 2>", "\1a\1", 3, -1 },
};

static void takes_apart(void **state)
{
	struct node_db d;

	(void)state;
	assert_true(node_db_open(&d, NULL));
	for (size_t i = 0; i < CD_COUNT(values); i++) {
		const cql_type *type = cd_type_parse(&d.arena, values[i].type,
						     strlen(values[i].type), CD_TYPE_DEPTH, NULL);
		struct nd_value v = { ND_VALUE, (const uint8_t *)values[i].bytes, values[i].len };
		struct nd_value again = { ND_NULL, NULL, 0 };
		struct nd_items items;

		node_db_again(&d);
		bool ok = nd_items_read(type, v, &d.arena, &items, &d.x.problem);
		CD_CHECK(ok == (values[i].count >= 0), values[i].name);
		if (!ok)
			continue;
		CD_CHECK(items.count == (uint32_t)values[i].count, values[i].name);
		CD_CHECK(
			nd_items_write(type, items.at, items.count, &d.arena, &again, &d.x.problem),
			values[i].name);
		/* what a tuple left out is written as null */
		if (type->kind != CQL_KIND_TUPLE)
			CD_CHECK(again.len == v.len && memcmp(again.data, v.data, v.len) == 0,
				 values[i].name);
	}
	node_db_close(&d);
}

/* Every literal, with every allocation failed in turn. */
static bool plan_again(const coodie_allocator *allocator, void *user)
{
	size_t i = *(size_t *)user;
	struct nd_value v = { ND_NULL, NULL, 0 };
	struct nd_planner p;
	struct nd_term *t;
	struct node_db d;
	bool ok = node_db_open(&d, allocator) && define(&d, literals[i].type);

	if (ok) {
		t = plan(&d, literals[i].cql, &p);
		ok = (t && nd_term_value(t, &d.x, &v)) ||
		     (d.x.problem.happened && d.x.problem.error.code != ND_SERVER_ERROR);
	}
	node_db_close(&d);
	return ok;
}

static void survives_no_memory(void **state)
{
	static const char *const some[] = { "map",         "user type",          "vector of texts",
					    "nested sums", "function in a list", "tuple of a text",
					    "decimal" };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(literals); i++)
		for (size_t n = 0; n < CD_COUNT(some); n++)
			if (strcmp(literals[i].name, some[n]) == 0)
				CD_CHECK(cd_failalloc_each(some[n], plan_again, &i), some[n]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_literals),
		cmocka_unit_test(reckons),
		cmocka_unit_test(binds),
		cmocka_unit_test(takes_apart),
		cmocka_unit_test(survives_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
