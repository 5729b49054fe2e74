/* SPDX-License-Identifier: MIT */
/* Types in their one spelling (TY-40). */
#include "orm/model/spelling.h"

#include "tests/test.h"

static const struct {
	const char *type, *canonical;
	bool multicell;
	const char *unfrozen;
} rows[] = {
	{ "int", "int", false, NULL },
	{ " TEXT ", "text", false, NULL },
	{ "varchar", "text", false, NULL },
	{ "set<text>", "set<text>", true, NULL },
	{ "Map< Text ,  INT >", "map<text, int>", true, NULL },
	{ "frozen<set<varchar>>", "frozen<set<text>>", false, NULL },
	{ "frozen < list < int > >", "frozen<list<int>>", false, NULL },
	{ "list<frozen<map<text,int>>>", "list<frozen<map<text, int>>>", true, NULL },
	{ "frozen<list<frozen<set<int>>>>", "frozen<list<set<int>>>", false, NULL },
	{ "frozen<frozen<set<int>>>", "frozen<set<int>>", false, NULL },
	{ "frozen<tuple<int, frozen<list<text>>>>", "tuple<int, list<text>>", false, NULL },
	{ "list<frozen<tuple<int,int>>>", "list<tuple<int, int>>", true, NULL },
	{ "vector<float,3>", "vector<float, 3>", false, NULL },
	{ "frozen<vector<float, 3>>", "vector<float, 3>", false, NULL },
	{ "frozen<Address>", "frozen<address>", false, NULL },
	{ "frozen<\"Address\">", "frozen<\"Address\">", false, NULL },
	{ "'com.example.Odd'", "'com.example.Odd'", false, NULL },
	{ "frozen<\"it's\">", "frozen<\"it's\">", false, NULL },
	{ "list<list<int>>", "list<list<int>>", true, "list<int>" },
	{ "map<int, set<text>>", "map<int, set<text>>", true, "set<text>" },
	{ "map<frozen<list<int>>, list<text>>", "map<frozen<list<int>>, list<text>>", true,
	  "list<text>" },
	{ "list<address>", "list<address>", true, "address" }, /* UD-03 */
	{ "map<Zip, frozen<address>>", "map<zip, frozen<address>>", true, "zip" },
	{ "map<text, \"My Type\">", "map<text, \"My Type\">", true, "\"My Type\"" },
	{ "set<list<frozen<address>>>", "set<list<frozen<address>>>", true,
	  "list<frozen<address>>" },
	{ "tuple<address, int>", "tuple<address, int>", false, NULL },
	{ "address", "address", false, NULL },
	{ "list<'a.b.Class'>", "list<'a.b.Class'>", true, NULL },
	{ "frozen<map<int, set<text>>>", "frozen<map<int, set<text>>>", false, NULL },
};

static void spellings(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_buffer b;
		const char *unfrozen;
		size_t len = 0;

		cd_buffer_init(&b, NULL, 0);
		cd_spelling_append_words(&b, rows[i].type, NULL, NULL);
		cd_buffer_u8(&b, 0);
		CD_CHECK(!strcmp((char *)b.data, rows[i].canonical), rows[i].type);
		CD_CHECK(cd_spelling_multicell((char *)b.data) == rows[i].multicell, rows[i].type);
		unfrozen = cd_spelling_unfrozen((char *)b.data, &len);
		CD_CHECK(!unfrozen == !rows[i].unfrozen &&
				 (!unfrozen || (len == strlen(rows[i].unfrozen) &&
						!strncmp(unfrozen, rows[i].unfrozen, len))),
			 rows[i].type);
		cd_buffer_deinit(&b);
	}
}

/* Whatever is given, the walk ends inside the text. */
static void broken(void **state)
{
	static const char *const texts[] = {
		"",    "<",        ">",  "list<",           "list<int", "frozen", "frozen<",
		",,,", "a<b>c<d>", "\"", "list<<<<<<<<<<<", "frozen<>", "<<>>,,"
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(texts); i++) {
		struct cd_buffer b;
		size_t len;

		cd_buffer_init(&b, NULL, 0);
		cd_spelling_append_words(&b, texts[i], NULL, NULL);
		cd_buffer_u8(&b, 0);
		cd_spelling_multicell((char *)b.data);
		cd_spelling_unfrozen((char *)b.data, &len);
		cd_buffer_deinit(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(spellings), cmocka_unit_test(broken) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
