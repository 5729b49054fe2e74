/* SPDX-License-Identifier: MIT */
/* The text form of addresses. */
#include <arpa/inet.h>
#include <string.h>

#include <coodie/value.h>

#include "base/error.h"

char *cql_inet_format(cql_inet inet, char out[CQL_INET_TEXT_SIZE])
{
	if (inet.length != 4 && inet.length != 16)
		out[0] = '\0';
	else
		inet_ntop(inet.length == 4 ? AF_INET : AF_INET6, inet.address, out,
			  CQL_INET_TEXT_SIZE);
	return out;
}

bool cql_inet_parse(const char *text, cql_inet *out, coodie_error *err)
{
	cql_inet inet = { .length = 4 };

	cd_clear(err);
	if (text && inet_pton(AF_INET, text, inet.address) != 1) {
		inet.length = 16;
		if (inet_pton(AF_INET6, text, inet.address) != 1)
			text = NULL;
	}
	if (!text)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "no address: expected IPv4 as 127.0.0.1 or IPv6 as ::1");
	*out = inet;
	return true;
}
