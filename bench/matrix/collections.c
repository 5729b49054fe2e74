/* SPDX-License-Identifier: MIT */
/* A row with a set, a list and a map: written, read with all its items, both. */
#include <coodie/rows.h>

#include "bench/matrix/matrix.h"

typedef struct article {
	coodie_row row;
	cql_uuid id;
	const char *title;
	cql_set tags;
	cql_list revisions;
	cql_map facts;
} article;

static const coodie_column article_columns[] = {
	COODIE_COLUMN(article, id, "uuid", .partition_key = 1),
	COODIE_COLUMN(article, title, "text"),
	COODIE_COLUMN(article, tags, "set<text>"),
	COODIE_COLUMN(article, revisions, "list<text>"),
	COODIE_COLUMN(article, facts, "map<text, text>"),
};
static const coodie_model article_model = COODIE_MODEL(article, article_columns, "articles");

enum { ARTICLES = 100, WRITTEN = 1000, ITEMS = 3 + 3 + 2 };

static cql_uuid article_id(uint32_t n)
{
	return matrix_uuid('a', n);
}

/* The collections are made where they are used: they live as long as the block they are written in. */
#define TAGS CQL_SET(cql("engines"), cql("gears"), cql("steam"))
#define REVISIONS CQL_LIST(cql("first draft"), cql("second draft"), cql("as printed"))
#define FACTS CQL_MAP(cql("author"), cql("A. A. L."), cql("year"), cql("1843"))

static bool save_article(struct matrix *m, uint32_t n, coodie_error *err)
{
	article a = { .id = article_id(n),
		      .title = "Sketch of the Analytical Engine",
		      .tags = TAGS,
		      .revisions = REVISIONS,
		      .facts = FACTS };

	return coodie_save(m->session, &article_model, &a, NULL, err);
}

static bool set_up(struct matrix *m, coodie_error *err)
{
	bool worked = coodie_sync_table(m->session, &article_model, NULL, err);

	for (uint32_t n = 0; worked && n < ARTICLES; n++)
		worked = save_article(m, n, err);
	return worked;
}

/* ---- by the mapper --------------------------------------------------------------------------- */

static uint32_t walk_items(cql_iter it)
{
	uint32_t items = 0;

	for (cql_value item; cql_iter_next(&it, &item); items++)
		matrix_keep(&item);
	return items;
}

static uint32_t walk_pairs(cql_iter it)
{
	uint32_t pairs = 0;

	for (cql_value key, value; cql_iter_next_pair(&it, &key, &value); pairs++)
		matrix_keep(&value);
	return pairs;
}

static bool read_article(struct matrix *m, uint32_t n, coodie_error *err)
{
	article *a = coodie_get(m->session, &article_model, CQL_ARGS(cql(article_id(n))), NULL,
				err);

	if (!a)
		return false;
	m->rows += walk_items(cql_set_iter(a->tags)) + walk_items(cql_list_iter(a->revisions)) +
		   walk_pairs(cql_map_iter(a->facts));
	coodie_object_free(a);
	return true;
}

static bool write(struct matrix *m, uint32_t i, coodie_error *err)
{
	return save_article(m, WRITTEN + i % ARTICLES, err);
}

static bool read(struct matrix *m, uint32_t i, coodie_error *err)
{
	return read_article(m, i % ARTICLES, err);
}

static bool round_trip(struct matrix *m, uint32_t i, coodie_error *err)
{
	uint32_t n = WRITTEN + i % ARTICLES;

	return save_article(m, n, err) && read_article(m, n, err);
}

/* ---- by hand --------------------------------------------------------------------------------- */

static bool insert_article(struct matrix *m, uint32_t n, coodie_error *err)
{
	return matrix_done(coodie_session_execute(m->session, m->cql[0],
						  CQL_ARGS(cql(article_id(n)),
							   cql("Sketch of the Analytical Engine"),
							   cql(TAGS), cql(REVISIONS), cql(FACTS)),
						  NULL, err));
}

static uint32_t walk_texts(cql_row_reader *r, uint32_t texts_each)
{
	cql_items items;
	cql_text text;
	uint32_t count;

	cql_row_items(r, &items);
	count = items.left;
	for (uint32_t left = count * texts_each; left && cql_item_text(&items, &text); left--)
		matrix_keep(&text);
	return count;
}

static bool select_article(struct matrix *m, uint32_t n, coodie_error *err)
{
	static const enum cql_kind kinds[] = { CQL_KIND_UUID, CQL_KIND_TEXT, CQL_KIND_SET,
					       CQL_KIND_LIST, CQL_KIND_MAP };
	coodie_result *res = coodie_session_execute(m->session, m->cql[1],
						    CQL_ARGS(cql(article_id(n))), NULL, err);
	cql_row_reader r;
	bool worked = res && coodie_result_read(res, &r, kinds, 5, err) && cql_row_next(&r);

	if (worked) {
		cql_uuid id;
		cql_text title;

		cql_row_uuid(&r, &id);
		cql_row_text(&r, &title);
		m->rows += walk_texts(&r, 1);
		m->rows += walk_texts(&r, 1);
		m->rows += walk_texts(&r, 2);
	}
	coodie_result_free(res);
	return worked;
}

static bool write_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	return insert_article(m, WRITTEN + i % ARTICLES, err);
}

static bool read_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	return select_article(m, i % ARTICLES, err);
}

static bool round_trip_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	uint32_t n = WRITTEN + i % ARTICLES;

	return insert_article(m, n, err) && select_article(m, n, err);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static bool check(struct matrix *m, uint32_t first, uint32_t count, coodie_error *err)
{
	uint64_t before = m->rows;

	return read_article(m, WRITTEN + (first + count - 1) % ARTICLES, err) &&
	       (m->rows - before == ITEMS ||
		matrix_wrong(err, "items", (double)(m->rows - before), ITEMS));
}

#define INSERT "INSERT INTO articles (id, title, tags, revisions, facts) VALUES (?, ?, ?, ?, ?)"
#define SELECT "SELECT id, title, tags, revisions, facts FROM articles WHERE id = ?"

static const struct matrix_row rows[] = {
	{ .id = "BE-15",
	  .name = "collection-write",
	  .workload = "a set and a list of 3, a map of 2",
	  .times = 200,
	  .cql = { INSERT, SELECT },
	  .set_up = set_up,
	  .coodie = write,
	  .raw = write_raw,
	  .check = check },
	{ .id = "BE-15",
	  .name = "collection-read",
	  .workload = "the same, each item looked at",
	  .times = 200,
	  .rows = ITEMS,
	  .cql = { INSERT, SELECT },
	  .set_up = set_up,
	  .coodie = read,
	  .raw = read_raw },
	{ .id = "BE-15",
	  .name = "collection-round-trip",
	  .workload = "both",
	  .times = 100,
	  .rows = ITEMS,
	  .cql = { INSERT, SELECT },
	  .set_up = set_up,
	  .coodie = round_trip,
	  .raw = round_trip_raw },
};

const struct matrix_rows matrix_collections = MATRIX_ROWS(rows, NULL);
