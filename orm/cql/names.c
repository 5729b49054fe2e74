/* SPDX-License-Identifier: MIT */
/* Lists of names: "a, b DESC". */
#include "base/error.h"
#include "orm/cql/parser.h"

static bool add_name(struct cd_parser *p, struct cd_names *out)
{
	struct cd_token at = p->now;
	const struct cd_column *c;

	if (!cd_parse_column(p, &c))
		return false;
	for (uint32_t i = 0; i < out->count; i++) {
		if (out->columns[i] == cd_column_index(p->model, c))
			return cd_parse_fail(p, &at, "%s is named twice", c->def.name);
	}
	out->columns[out->count] = cd_column_index(p->model, c);
	if (out->descending) {
		out->descending[out->count] = cd_token_is(&p->now, "DESC");
		if (cd_token_is(&p->now, "DESC") || cd_token_is(&p->now, "ASC"))
			cd_parse_advance(p);
	}
	out->count++;
	return true;
}

bool cd_fragment_names(const struct cd_model *m, const char *what, const char *text,
		       struct cd_names *out, coodie_error *err)
{
	struct cd_parser p = { .model = m, .what = what, .lexer = cd_lexer_over(text), .err = err };

	out->count = 0;
	for (;;) {
		cd_parse_advance(&p);
		if (!add_name(&p, out))
			return false;
		if (p.now.kind == CD_TOKEN_END)
			return true;
		if (p.now.kind != CD_TOKEN_COMMA)
			return cd_parse_fail(&p, &p.now, "a comma or the end belongs here%s",
					     out->descending ? "" : "; only names are listed");
	}
}
