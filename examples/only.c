/* SPDX-License-Identifier: MIT */
/* Reading some members, changing one: what was not read is never written. */
#include <coodie.h>
#include <stdio.h>

typedef struct article {
	coodie_row row;
	const char *section;
	cql_uuid id;
	const char *title;
	const char *body; /* large */
	cql_set tags;
	int32_t *rating;
} article;

static const coodie_column article_columns[] = {
	COODIE_COLUMN(article, section, "text", .partition_key = 1),
	COODIE_COLUMN(article, id, "uuid", .clustering_key = 1),
	COODIE_COLUMN(article, title, "text", .required = true, .max_length = 200),
	COODIE_COLUMN(article, body, "text"),
	COODIE_COLUMN(article, tags, "set<text>"),
	COODIE_COLUMN(article, rating, "int"),
};
static const coodie_model article_model = COODIE_MODEL(article, article_columns, "articles",
						       .keyspace = "press");

static bool seed(coodie_session *s, coodie_error *err)
{
	article a = { .section = "math",
		      .id = cql_uuid_random(),
		      .title = "Notes",
		      .body = "long",
		      .tags = CQL_SET(cql("engine"), cql("bernoulli")) };

	return coodie_save(s, &article_model, &a, NULL, err);
}

static bool rate(coodie_session *s, coodie_error *err)
{
	coodie_query *q = coodie_find(s, &article_model, "section = ?", CQL_ARGS(cql("math")));

	coodie_only(q, "title, tags"); /* and the primary key: the body stays where it is */
	coodie_limit(q, 10);
	coodie_rows *rows = coodie_all(q, err);
	bool ok = rows != NULL;

	for (article *a; ok && (a = coodie_next(rows, err));) {
		cql_iter it = cql_set_iter(a->tags);
		cql_text tag;

		printf("%s", a->title);
		for (cql_value item; cql_iter_next(&it, &item) && cql_to_text(item, &tag, err);)
			printf(" #%.*s", (int)tag.len, tag.data);
		printf("\n");
		a->rating = &(int32_t){ 5 };
		/* UPDATE ... SET rating = ?: one column, since one changed. */
		ok = coodie_save(s, &article_model, a, NULL, err);
	}
	ok = ok && err->code == COODIE_OK;
	coodie_rows_free(rows);
	coodie_query_free(q);
	return ok;
}

int main(void)
{
	coodie_error err;
	coodie_options *o = coodie_options_new(&err);
	coodie_session *s = NULL;
	bool ok = false;

	if (o && coodie_options_add_contact_point(o, "127.0.0.1", &err))
		s = coodie_session_new(o, &err);
	if (s && coodie_create_keyspace(s, "press", NULL, &err) &&
	    coodie_sync_table(s, &article_model, NULL, &err))
		ok = seed(s, &err) && rate(s, &err);
	if (!ok)
		fprintf(stderr, "%s\n", err.message);
	coodie_session_free(s);
	coodie_options_free(o);
	return ok ? 0 : 1;
}
