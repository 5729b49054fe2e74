/* SPDX-License-Identifier: MIT */
/* bcrypt: Blowfish with a key schedule that takes its time. */
#include "node/auth/bcrypt.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/entropy.h"
#include "base/secret.h"

enum {
	SUBKEYS = 18,
	BOXES = 4,
	BOX = 256,
	SALT = 16,      /* bytes */
	SALT_TEXT = 22, /* characters */
	HASH = 23,      /* bytes: the last one of 24 is left out, by custom */
	LEAST_COST = 4,
	MOST_COST = 30,
	KEY_MOST = 72
};

struct blowfish {
	uint32_t p[SUBKEYS], s[BOXES * BOX];
};

static const uint32_t digits[SUBKEYS + BOXES * BOX] = {
#include "node/auth/pi.def"
};

/* ---- Blowfish ------------------------------------------------------------------------------------ */

static uint32_t mix(const struct blowfish *b, uint32_t x)
{
	return ((b->s[x >> 24] + b->s[BOX + (x >> 16 & 255)]) ^ b->s[2 * BOX + (x >> 8 & 255)]) +
	       b->s[3 * BOX + (x & 255)];
}

static void encipher(const struct blowfish *b, uint32_t block[2])
{
	uint32_t left = block[0], right = block[1];

	for (unsigned i = 0; i < SUBKEYS - 2; i += 2) {
		left ^= b->p[i];
		right ^= mix(b, left) ^ b->p[i + 1];
		left ^= mix(b, right);
	}
	block[0] = right ^ b->p[SUBKEYS - 1];
	block[1] = left ^ b->p[SUBKEYS - 2];
}

/* The next four bytes of a text that begins again behind its end. */
static uint32_t next_word(const uint8_t *text, size_t len, size_t *at)
{
	uint32_t word = 0;

	for (int i = 0; i < 4; i++) {
		word = word << 8 | text[*at];
		*at = (*at + 1) % len;
	}
	return word;
}

static void expand(struct blowfish *b, const uint8_t *key, size_t key_len, const uint8_t *salt)
{
	uint32_t block[2] = { 0, 0 }, *const tables[] = { b->p, b->s };
	const size_t sizes[] = { SUBKEYS, BOXES * BOX };
	size_t at = 0;

	for (unsigned i = 0; i < SUBKEYS; i++)
		b->p[i] ^= next_word(key, key_len, &at);
	at = 0;
	for (unsigned t = 0; t < 2; t++)
		for (size_t i = 0; i < sizes[t]; i += 2) {
			for (unsigned j = 0; salt && j < 2; j++)
				block[j] ^= next_word(salt, SALT, &at);
			encipher(b, block);
			tables[t][i] = block[0];
			tables[t][i + 1] = block[1];
		}
}

/* ---- its letters --------------------------------------------------------------------------------- */

static const char letters[] = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

static void write_letters(const uint8_t *data, size_t len, char *out)
{
	uint32_t bits = 0;
	unsigned count = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | data[i];
		for (count += 8; count >= 6; count -= 6)
			*out++ = letters[bits >> (count - 6) & 63];
	}
	if (count)
		*out++ = letters[bits << (6 - count) & 63];
	*out = '\0';
}

static bool read_letters(const char *text, uint8_t *out, size_t len)
{
	uint32_t bits = 0;
	unsigned count = 0;

	for (size_t n = 0; n < len; text++) {
		const char *found = *text ? strchr(letters, *text) : NULL;
		if (!found)
			return false;
		bits = bits << 6 | (uint32_t)(found - letters);
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		out[n++] = (uint8_t)(bits >> count);
	}
	return true;
}

/* ---- hashes -------------------------------------------------------------------------------------- */

/* What stands in front of the hash itself: "$2a$10$" and the salt. */
struct setting {
	unsigned cost;
	bool with_nul; /* of the key: the old form "$2$" leaves it out */
	uint8_t salt[SALT];
	size_t len;
};

static bool read_setting(const char *text, struct setting *out)
{
	const char *at = text;

	if (strncmp(at, "$2", 2) != 0)
		return false;
	at += 2;
	out->with_nul = *at == 'a';
	at += out->with_nul;
	if (at[0] != '$' || at[1] < '0' || at[1] > '9' || at[2] < '0' || at[2] > '9' ||
	    at[3] != '$')
		return false;
	out->cost = (unsigned)(10 * (at[1] - '0') + at[2] - '0');
	at += 4;
	out->len = (size_t)(at - text) + SALT_TEXT;
	return out->cost >= LEAST_COST && out->cost <= MOST_COST && strlen(at) >= SALT_TEXT &&
	       read_letters(at, out->salt, SALT);
}

static void digest(const struct blowfish *b, uint8_t out[HASH + 1])
{
	static const char text[] = "OrpheanBeholderScryDoubt";
	size_t at = 0;

	for (unsigned i = 0; i < HASH + 1; i += 8) {
		uint32_t block[2];
		for (unsigned j = 0; j < 2; j++)
			block[j] = next_word((const uint8_t *)text, sizeof text - 1, &at);
		for (unsigned n = 0; n < 64; n++)
			encipher(b, block);
		for (unsigned j = 0; j < 8; j++)
			out[i + j] = (uint8_t)(block[j / 4] >> (24 - 8 * (j % 4)));
	}
}

static void hash(const char *password, size_t len, const struct setting *s, uint8_t out[HASH + 1])
{
	uint8_t key[KEY_MOST + 1] = { 0 };
	size_t key_len = len < KEY_MOST ? len : KEY_MOST;
	struct blowfish b;

	if (key_len)
		memcpy(key, password, key_len);
	key_len += s->with_nul || !key_len; /* bytes behind the 72nd do not count */
	memcpy(b.p, digits, sizeof b.p);
	memcpy(b.s, digits + SUBKEYS, sizeof b.s);
	expand(&b, key, key_len, s->salt);
	for (uint32_t n = 0; n < UINT32_C(1) << s->cost; n++) {
		expand(&b, key, key_len, NULL);
		expand(&b, s->salt, SALT, NULL);
	}
	digest(&b, out);
	cd_wipe(key, sizeof key);
	cd_wipe(&b, sizeof b);
}

enum nd_bcrypt_form nd_bcrypt_form(const char *text)
{
	struct setting s;

	if (!read_setting(text, &s))
		return ND_BCRYPT_NONE;
	return s.cost > ND_BCRYPT_MOST ? ND_BCRYPT_COSTLY : ND_BCRYPT_GOOD;
}

bool nd_bcrypt_new(const char *password, size_t len, char out[ND_BCRYPT_SIZE])
{
	struct setting s = { .cost = LEAST_COST, .with_nul = true };
	uint8_t bytes[HASH + 1];
	int n;

	if (!cd_entropy(s.salt, sizeof s.salt))
		return false;
	hash(password, len, &s, bytes);
	n = snprintf(out, ND_BCRYPT_SIZE, "$2a$%02u$", s.cost);
	write_letters(s.salt, SALT, out + n);
	write_letters(bytes, HASH, out + n + SALT_TEXT);
	return true;
}

bool nd_bcrypt_check(const char *password, size_t len, const char *text)
{
	struct setting s;
	uint8_t bytes[HASH + 1];
	char wanted[ND_BCRYPT_SIZE];
	unsigned different = 0;

	if (!read_setting(text, &s) || s.cost > ND_BCRYPT_MOST)
		return false;
	hash(password, len, &s, bytes);
	write_letters(bytes, HASH, wanted);
	if (strlen(text) != s.len + strlen(wanted))
		return false;
	for (size_t i = 0; wanted[i]; i++)
		different |= (unsigned)(wanted[i] ^ text[s.len + i]);
	return !different;
}
