/* SPDX-License-Identifier: MIT */
/* What a new object holds before its owner says anything (TY-36). */
#include "base/error.h"
#include "orm/model/family.h"

bool cd_model_fill(const struct cd_model *m, void *object, coodie_error *err)
{
	for (uint32_t i = 0; i < m->column_count; i++) {
		const struct cd_column *c = &m->columns[i];

		if (c->def.make_default && !c->def.make_default((char *)object + c->def.offset))
			return cd_fail(err, COODIE_ERR_NO_MEMORY,
				       "model %s, column %s: its make_default() failed", m->label,
				       c->def.name);
	}
	/* a borrowed text: no memory is taken */
	return m->own_value.is.tag == CQL_TAG_UNSET ||
	       cd_member_set(&m->columns[m->discriminator], object, m->own_value, NULL, err);
}
