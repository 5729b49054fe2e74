/* SPDX-License-Identifier: MIT */
/* The version of the library that is running. */
#include <coodie/version.h>

const char *coodie_version(void)
{
	return COODIE_VERSION_STRING;
}
