/* SPDX-License-Identifier: MIT */
/* Options from a connection string, a file, and by name: read, written back, and read again.
 *
 * Input: a byte that says which of the three, then the text. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "net/options/option_file.h"
#include "net/options/uri.h"

enum form { URI, A_FILE, BY_NAME, FORM_COUNT };

/* What can be said of options can be said again, with the same outcome; a secret is never shown. */
static void check(coodie_options *o)
{
	const struct cd_option *row;
	coodie_error err;
	char *again;

	for (size_t i = 0; (row = cd_option_at(i)); i++) {
		size_t len = cd_option_format(o, row, NULL, 0);
		char *text = malloc(len + 1);
		if (!text)
			exit(EXIT_FAILURE);
		FUZZ_CHECK(cd_option_format(o, row, text, len + 1) == len && strlen(text) == len);
		if (row->kind == CD_OPTION_SECRET) {
			FUZZ_CHECK(!len || !strcmp(text, "***"));
		} else if (len) {
			FUZZ_CHECK_OK(cd_option_set(o, row, text, &err), &err);
			again = malloc(len + 1);
			if (!again)
				exit(EXIT_FAILURE);
			FUZZ_CHECK(cd_option_format(o, row, again, len + 1) == len);
			FUZZ_CHECK(!strcmp(again, text));
			free(again);
		}
		free(text);
	}
}

/* "NAME\nVALUE" */
static bool by_name(coodie_options *o, char *text, coodie_error *err)
{
	char *newline = strchr(text, '\n');

	if (newline)
		*newline = '\0';
	return coodie_options_set(o, text, newline ? newline + 1 : NULL, err);
}

static bool file(coodie_options *o, cql_blob in, coodie_error *err)
{
	struct cd_draft d;
	uint8_t *bytes = fuzz_copy(in); /* not terminated */

	if (!cd_draft_init(&d, o, err))
		exit(EXIT_FAILURE);
	bool ok = cd_option_file_read(&d, (const char *)bytes, in.len, "file", err);
	if (ok)
		cd_draft_take(&d, o);
	cd_draft_deinit(&d);
	free(bytes);
	return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cql_blob in = { data, size };
	enum form form = fuzz_u8(&in) % FORM_COUNT;
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err = { 0 };
	char *text = fuzz_text(in);
	bool ok = form == URI      ? coodie_options_set_uri(o, text, &err)
		  : form == A_FILE ? file(o, in, &err)
				   : by_name(o, text, &err);

	FUZZ_CHECK(ok == (err.code == COODIE_OK));
	FUZZ_CHECK(ok || *err.message);
	check(o);
	if (ok)
		(void)cd_options_check(o, &err);
	free(text);
	coodie_options_free(o);
	return 0;
}
