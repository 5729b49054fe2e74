/* SPDX-License-Identifier: MIT */
/* The column table of the demo: thirteen CQL types, of which the compiler has checked every member.
 */
#include "demos/unicode_model.h"

static const coodie_column character_columns[] = {
	COODIE_COLUMN(character, page, "int", .partition_key = 1),
	COODIE_COLUMN(character, code, "int", .clustering_key = 1),
	COODIE_COLUMN(character, name, "text", .required = true, .index = COODIE_INDEX()),
	COODIE_COLUMN(character, block, "text", .index = COODIE_INDEX()),
	COODIE_COLUMN(character, category, "ascii"),
	COODIE_COLUMN(character, combining_class, "smallint"),
	COODIE_COLUMN(character, digit, "tinyint"),
	COODIE_COLUMN(character, numeric, "double"),
	COODIE_COLUMN(character, mirrored, "boolean"),
	COODIE_COLUMN(character, utf8, "blob"),
	COODIE_COLUMN(character, decomposition, "list<int>"),
	COODIE_COLUMN(character, words, "set<text>"),
	COODIE_COLUMN(character, cases, "map<ascii, int>"),
	COODIE_COLUMN(character, loaded_at, "timestamp"),
};

const coodie_model character_model = COODIE_MODEL(character, character_columns, "characters",
						  .comment = "Unicode character table");
