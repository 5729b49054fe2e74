/* SPDX-License-Identifier: MIT */
/* Why TLS failed, in words that say what to change. */
#include <arpa/inet.h>
#include <stdio.h>

#include "base/error.h"
#include "base/openssl.h"
#include "base/tls.h"
#include "base/tls_engine.h"

/* The alerts a peer sends when it refuses us (RFC 8446 section 6.2), and what usually is behind
 * them. */
static const struct {
	int number;
	const char *name, *hint;
} alerts[] = {
	{ 20, "bad_record_mac", "bytes were changed on the way" },
	{ 40, "handshake_failure",
	  "no cipher or certificate both sides accept, or it wants a client certificate" },
	{ 42, "bad_certificate", "it does not accept our certificate, or wants one" },
	{ 43, "unsupported_certificate", "our certificate is of a kind it does not take" },
	{ 44, "certificate_revoked", "our certificate was revoked" },
	{ 45, "certificate_expired", "our certificate has expired" },
	{ 46, "certificate_unknown", "it does not accept our certificate" },
	{ 48, "unknown_ca", "our certificate is not signed by an authority it trusts" },
	{ 49, "access_denied", "our certificate is valid but not let in" },
	{ 50, "decode_error", "a message was broken" },
	{ 51, "decrypt_error", "a signature did not verify" },
	{ 70, "protocol_version", "it does not take TLS 1.2 to 1.3 as offered" },
	{ 71, "insufficient_security", "it wants stronger ciphers" },
	{ 80, "internal_error", "see the peer's log" },
	{ 112, "unrecognized_name", "it does not know the name we asked for (SNI)" },
	{ 116, "certificate_required", "set one with coodie_tls_set_certificate_file()" },
	{ 120, "no_application_protocol", "it wants ALPN" },
};

static const char *peer_of(const struct cd_tls *t)
{
	return t->state->is_server ? "the client" : t->host ? t->host : "the server";
}

static bool explain_alert(const struct cd_tls *t, int alert, coodie_error *err)
{
	for (size_t i = 0; i < sizeof alerts / sizeof *alerts; i++)
		if (alerts[i].number == alert)
			return cd_fail(err, COODIE_ERR_TLS,
				       "%s refused us with TLS alert %d %s: %s", peer_of(t), alert,
				       alerts[i].name, alerts[i].hint);
	return cd_fail(err, COODIE_ERR_TLS, "%s refused us with TLS alert %d", peer_of(t), alert);
}

/* Text from a certificate goes into a message only as printable ASCII. */
static size_t append_printable(char *out, size_t len, size_t size, const unsigned char *text,
			       size_t text_len)
{
	for (size_t i = 0; i < text_len && len + 1 < size; i++)
		out[len++] = text[i] >= 0x20 && text[i] < 0x7f ? (char)text[i] : '?';
	out[len] = '\0';
	return len;
}

/* One name of a certificate, appended to `out`; kinds a host cannot have are passed over. */
static size_t append_name(const GENERAL_NAME *name, char *out, size_t len, size_t size)
{
	char address[INET6_ADDRSTRLEN];
	const unsigned char *at;
	size_t at_len;

	if (name->type == GEN_DNS) {
		at = ASN1_STRING_get0_data(name->d.dNSName);
		at_len = (size_t)ASN1_STRING_length(name->d.dNSName);
	} else if (name->type == GEN_IPADD) {
		int ip_len = ASN1_STRING_length(name->d.iPAddress);
		int family = ip_len == 4 ? AF_INET : AF_INET6;
		at = ASN1_STRING_get0_data(name->d.iPAddress);
		if ((ip_len != 4 && ip_len != 16) ||
		    !inet_ntop(family, at, address, sizeof address))
			return len;
		at = (const unsigned char *)address;
		at_len = strlen(address);
	} else {
		return len;
	}
	if (len)
		len = append_printable(out, len, size, (const unsigned char *)", ", 2);
	return append_printable(out, len, size, at, at_len);
}

/* The names and addresses a certificate is for, as many as fit. */
static void names_of(const X509 *x, char *out, size_t size)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	size_t len = 0;

	out[0] = '\0';
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
		len = append_name(sk_GENERAL_NAME_value(names, i), out, len, size);
	GENERAL_NAMES_free(names);
	if (!len)
		append_printable(out, 0, size, (const unsigned char *)"no name", 7);
}

static void date_of(const ASN1_TIME *time, char *out, size_t size)
{
	struct tm tm;

	if (time && ASN1_TIME_to_tm(time, &tm) == 1)
		snprintf(out, size, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	else
		snprintf(out, size, "an unknown date");
}

static void common_name(const X509_NAME *name, char *out, size_t size)
{
	char text[128] = "";

	if (X509_NAME_get_text_by_NID((X509_NAME *)(uintptr_t)name, NID_commonName, text,
				      sizeof text) <= 0)
		snprintf(text, sizeof text, "no common name");
	append_printable(out, 0, size, (const unsigned char *)text, strlen(text));
}

static bool explain_name(const struct cd_tls *t, coodie_error *err)
{
	char names[96];

	names_of(t->refused, names, sizeof names);
	return cd_fail(
		err, COODIE_ERR_TLS,
		"the certificate of %s does not name it: it is for %s; connect by that name, or "
		"coodie_tls_set_server_name()",
		peer_of(t), names);
}

static bool explain_untrusted(const struct cd_tls *t, coodie_error *err)
{
	char issuer[64];

	common_name(X509_get_issuer_name(t->refused), issuer, sizeof issuer);
	return cd_fail(
		err, COODIE_ERR_TLS,
		"the certificate of %s is signed by \"%s\", which is no trusted authority; to trust it: %s",
		peer_of(t), issuer,
		t->state->is_server ? "add it to the server's authorities"
				    : "coodie_tls_add_ca_file()");
}

/* With a caller's SSL_CTX nobody of ours was asked. */
static int verdict_of(const struct cd_tls *t)
{
	return t->refused_code ? t->refused_code : (int)SSL_get_verify_result(t->ssl);
}

static bool explain_verdict(const struct cd_tls *t, coodie_error *err)
{
	char date[32], subject[64];
	const X509 *x = t->refused;
	int verdict = verdict_of(t);

	if (x)
		common_name(X509_get_subject_name(x), subject, sizeof subject);
	switch (x ? verdict : X509_V_ERR_UNSPECIFIED) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_CERT_UNTRUSTED:
		return explain_untrusted(t, err);
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return explain_name(t, err);
	case X509_V_ERR_CERT_HAS_EXPIRED:
		date_of(X509_get0_notAfter(x), date, sizeof date);
		return cd_fail(err, COODIE_ERR_TLS, "the certificate of %s (\"%s\") expired on %s",
			       peer_of(t), subject, date);
	case X509_V_ERR_CERT_NOT_YET_VALID:
		date_of(X509_get0_notBefore(x), date, sizeof date);
		return cd_fail(
			err, COODIE_ERR_TLS,
			"the certificate of %s (\"%s\") is not valid before %s; is this machine's clock right?",
			peer_of(t), subject, date);
	case X509_V_ERR_CERT_REVOKED:
		return cd_fail(err, COODIE_ERR_TLS, "the certificate of %s (\"%s\") was revoked",
			       peer_of(t), subject);
	case X509_V_ERR_UNABLE_TO_GET_CRL:
		return cd_fail(
			err, COODIE_ERR_TLS,
			"no CRL says whether the certificate of %s (\"%s\") was revoked: give that of "
			"its issuer with coodie_tls_add_crl_file()",
			peer_of(t), subject);
	case X509_V_ERR_CRL_HAS_EXPIRED:
		return cd_fail(
			err, COODIE_ERR_TLS,
			"the CRL for the certificate of %s (\"%s\") has run out: get a new one, and "
			"coodie_session_reload_tls()",
			peer_of(t), subject);
	default:
		return cd_fail(err, COODIE_ERR_TLS, "the certificate of %s is refused: %s",
			       peer_of(t), X509_verify_cert_error_string(verdict));
	}
}

/* A record starts with its type, 20 to 24; anything else is somebody who does not speak TLS. */
static bool answered_in_tls(const struct cd_tls *t)
{
	return t->first_byte >= 20 && t->first_byte <= 24;
}

static bool explain_reason(const struct cd_tls *t, int reason, coodie_error *err)
{
	switch (reason) {
	case SSL_R_UNSUPPORTED_PROTOCOL:
	case SSL_R_VERSION_TOO_LOW:
	case SSL_R_VERSION_TOO_HIGH:
	case SSL_R_WRONG_VERSION_NUMBER:
	case SSL_R_WRONG_SSL_VERSION:
	case SSL_R_NO_PROTOCOLS_AVAILABLE:
		return cd_fail(err, COODIE_ERR_TLS,
			       "no TLS version in common with %s; see coodie_tls_set_versions()",
			       peer_of(t));
	case SSL_R_NO_SHARED_CIPHER:
		return cd_fail(err, COODIE_ERR_TLS, "no TLS cipher in common with %s", peer_of(t));
	case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
		return cd_fail(err, COODIE_ERR_TLS, "%s sent no certificate, and one is required",
			       peer_of(t));
	default: {
		const char *text = ERR_reason_error_string(ERR_peek_error());
		return cd_fail(err, COODIE_ERR_TLS, "TLS with %s failed: %s", peer_of(t),
			       text ? text : "the bytes make no sense");
	}
	}
}

void cd_tls_explain(const struct cd_tls *t, coodie_error *err)
{
	unsigned long code = ERR_peek_error();
	int reason = ERR_GET_LIB(code) == ERR_LIB_SSL ? ERR_GET_REASON(code) : 0;

	if (t->heard && !answered_in_tls(t))
		cd_fail(err, COODIE_ERR_TLS,
			"%s does not speak TLS on this port: its first byte is 0x%02x; is encryption enabled there?",
			peer_of(t), t->first_byte);
	else if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED && verdict_of(t))
		explain_verdict(t, err);
	else if (reason > SSL_AD_REASON_OFFSET)
		explain_alert(t, reason - SSL_AD_REASON_OFFSET, err);
	else
		explain_reason(t, reason, err);
	ERR_clear_error();
}

void cd_tls_eof(struct cd_tls *t, coodie_error *err)
{
	const char *peer = peer_of(t);
	bool without = t->asked && !SSL_get_certificate(t->ssl);

	if (!t->heard)
		cd_fail(err, COODIE_ERR_TLS,
			"%s closed the connection without an answer to our TLS hello; is encryption enabled there?",
			peer);
	else if (!answered_in_tls(t))
		cd_fail(err, COODIE_ERR_TLS,
			"%s does not speak TLS on this port: its first byte is 0x%02x", peer,
			t->first_byte);
	else if (!t->heard_data && without)
		cd_fail(err, COODIE_ERR_TLS,
			"%s closed the connection: it asked for a client certificate and none is set "
			"(coodie_tls_set_certificate_file())",
			peer);
	else if (!t->ready)
		cd_fail(err, COODIE_ERR_TLS, "%s closed the connection during the TLS handshake",
			peer);
	else
		cd_fail(err, COODIE_ERR_CLOSED, "%s closed the connection without ending TLS",
			peer);
}
