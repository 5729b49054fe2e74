/* SPDX-License-Identifier: MIT */
/* Errors: filled where they happen, worded once, never allocated. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *coodie_errc_name(enum coodie_errc code)
{
	switch (code) {
#define X(name, number, text) \
	case COODIE_ERR_##name: \
		return #name;
#include <coodie/errors.def>
#undef X
	}
	return "UNKNOWN";
}

const char *coodie_errc_text(enum coodie_errc code)
{
	switch (code) {
#define X(name, number, text) \
	case COODIE_ERR_##name: \
		return text;
#include <coodie/errors.def>
#undef X
	}
	return "unknown error";
}

void cd_clear(coodie_error *err)
{
	if (!err)
		return;
	/* A message ends where it begins: its other bytes are left as they are. */
	err->code = COODIE_OK;
	err->server_code = err->consistency = err->required = err->received = -1;
	err->block_for = err->failures = err->data_present = -1;
	memset(err->write_type, 0, sizeof err->write_type);
	err->message[0] = '\0';
	memset(err->details, 0, sizeof err->details);
}

/* A text that did not fit ends in "...", and no character is cut in two. */
static void mark_cut(char text[COODIE_ERROR_MESSAGE_SIZE])
{
	static const char dots[] = "...";
	size_t at = COODIE_ERROR_MESSAGE_SIZE - sizeof dots;

	while (at && ((unsigned char)text[at] & 0xc0) == 0x80) /* inside a UTF-8 sequence */
		at--;
	memcpy(text + at, dots, sizeof dots);
}

static void format_message(char text[COODIE_ERROR_MESSAGE_SIZE], const char *format, va_list args)
	COODIE_PRINTF(2, 0);

static void format_message(char text[COODIE_ERROR_MESSAGE_SIZE], const char *format, va_list args)
{
	int n = vsnprintf(text, COODIE_ERROR_MESSAGE_SIZE, format, args);
	if (n < 0)
		text[0] = '\0';
	else if (n >= COODIE_ERROR_MESSAGE_SIZE)
		mark_cut(text);
}

static void set(coodie_error *err, enum coodie_errc code, const char *format, va_list args)
	COODIE_PRINTF(3, 0);

static void set(coodie_error *err, enum coodie_errc code, const char *format, va_list args)
{
	char text[COODIE_ERROR_MESSAGE_SIZE]; /* apart: an argument may point into *err */

	if (!err)
		return;
	format_message(text, format, args);
	cd_clear(err);
	err->code = code;
	memcpy(err->message, text, sizeof text);
}

bool cd_fail(coodie_error *err, enum coodie_errc code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	set(err, code, format, args);
	va_end(args);
	return false;
}

void *cd_fail_null(coodie_error *err, enum coodie_errc code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	set(err, code, format, args);
	va_end(args);
	return NULL;
}

bool cd_no_memory(coodie_error *err, const char *what)
{
	return cd_fail(err, COODIE_ERR_NO_MEMORY, "out of memory while making %s", what);
}

bool cd_has_output(const void *out, const char *call, coodie_error *err)
{
	return out || cd_fail(err, COODIE_ERR_INVALID,
			      "%s: the pointer for the result is NULL; give it a variable", call);
}

void cd_error_prefix(coodie_error *err, const char *format, ...)
{
	char prefix[COODIE_ERROR_MESSAGE_SIZE];
	char text[COODIE_ERROR_MESSAGE_SIZE];
	va_list args;

	if (!err)
		return;
	va_start(args, format);
	format_message(prefix, format, args);
	va_end(args);
	int n = snprintf(text, sizeof text, "%s: %s", prefix, err->message);
	if (n >= (int)sizeof text)
		mark_cut(text);
	memcpy(err->message, text, sizeof text);
}

void cd_error_copy(coodie_error *to, const coodie_error *from)
{
	if (to)
		*to = *from;
}
