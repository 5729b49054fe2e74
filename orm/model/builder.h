/* SPDX-License-Identifier: MIT */
/* A model that is being made: for those who know more of it than a user can say. */
#ifndef ORM_MODEL_BUILDER_H
#define ORM_MODEL_BUILDER_H

#include <coodie/builder.h>

#include "base/arena.h"
#include "base/buffer.h"

struct coodie_model_builder {
	coodie_allocator allocator;
	struct cd_arena arena; /* texts */
	coodie_model def;
	struct cd_buffer columns; /* coodie_column, one behind the other */
	coodie_error err;         /* the first that was made */
};

/* `a` NULL: malloc. What it builds is of the same allocator. NULL when out of memory. */
coodie_model_builder *cd_model_builder_new(const coodie_allocator *a, const char *object_name,
					   size_t object_size, const char *table);
/* Adds a column whose texts are in the builder's arena already; false when out of memory. */
bool cd_model_builder_add(coodie_model_builder *b, const coodie_column *column);

static inline coodie_column *cd_model_builder_rows(const coodie_model_builder *b, size_t *count)
{
	*count = b->columns.len / sizeof(coodie_column);
	return (coodie_column *)(void *)b->columns.data;
}

#endif
