/* SPDX-License-Identifier: MIT */
/* Bodies of responses, in the order of v4 section 4.2. */
#include "proto/response.h"

void cd_read_supported(struct cd_decoder *d, cql_message *m)
{
	uint16_t count = cd_decode_u16(d, "options");
	cql_option *at = cd_decode_list(d, count, 4, sizeof *at, "options");

	for (uint16_t i = 0; at && i < count && !d->r.failed; i++) {
		at[i].key = cd_decode_text(d, "options");
		cql_texts values = cd_decode_texts(d, "options");
		at[i].values = values.at;
		at[i].value_count = values.count;
	}
	m->as.options.at = at;
	m->as.options.count = count;
}

void cd_write_supported(struct cd_encoder *w, const cql_message *m)
{
	cd_buffer_be16(w->b, m->as.options.count);
	for (uint16_t i = 0; i < m->as.options.count; i++) {
		const cql_option *o = &m->as.options.at[i];
		cd_encode_text(w, o->key, "an option");
		cd_encode_texts(w, (cql_texts){ o->values, o->value_count }, "an option's value");
	}
}

void cd_read_authenticate(struct cd_decoder *d, cql_message *m)
{
	m->as.authenticator = cd_decode_text(d, "class name");
}

void cd_write_authenticate(struct cd_encoder *w, const cql_message *m)
{
	cd_encode_text(w, m->as.authenticator, "the class name");
}
