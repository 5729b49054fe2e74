/* SPDX-License-Identifier: MIT */
/* tools/pcap.h: captures made here, of every kind of file and link, in good and bad order; and what
 * `coodie wire decode` prints for one. */
#include "tests/test.h"

#include <stdlib.h>
#include <unistd.h>

#include "tests/guard.h"
#include "tools/pcap.h"
#include "tools/pool.h"

/* ---- captures ------------------------------------------------------------------------------- */

enum form { PCAP, PCAP_BIG, PCAP_NANO, PCAPNG, PCAPNG_BIG, PCAPNG_SIMPLE };
enum { SYN = 2, ACK = 0x10, PUSH = 0x18, HANDSHAKE = 0x12 };

struct capture {
	enum form form;
	uint32_t link;
	bool ipv6;
	struct bytes file;
};

static void put(struct bytes *b, uint64_t n, size_t size, bool big)
{
	for (size_t i = 0; i < size; i++) {
		size_t place = big ? size - 1 - i : i;
		uint8_t byte = (uint8_t)(place < 8 ? n >> 8 * place : 0);
		bytes_add(b, &byte, 1);
	}
}

static bool is_big(const struct capture *c)
{
	return c->form == PCAP_BIG || c->form == PCAPNG_BIG;
}

static void put_block(struct capture *c, uint32_t type, const struct bytes *body)
{
	size_t padded = (body->len + 3) / 4 * 4;

	put(&c->file, type, 4, is_big(c));
	put(&c->file, padded + 12, 4, is_big(c));
	bytes_add(&c->file, body->at, body->len);
	put(&c->file, 0, padded - body->len, is_big(c));
	put(&c->file, padded + 12, 4, is_big(c));
}

static void begin(struct capture *c)
{
	struct bytes b = { 0 };
	bool big = is_big(c);

	if (c->form < PCAPNG) {
		put(&c->file, c->form == PCAP_NANO ? 0xa1b23c4d : 0xa1b2c3d4, 4, big);
		put(&c->file, 2, 2, big);
		put(&c->file, 4, 2, big);
		put(&c->file, 0, 8, big);
		put(&c->file, 65535, 4, big);
		put(&c->file, c->link, 4, big);
		return;
	}
	put(&b, 0x1a2b3c4d, 4, big);
	put(&b, 1, 2, big);
	put(&b, 0, 2, big);
	put(&b, UINT64_MAX, 8, big);
	put_block(c, 0x0a0d0d0a, &b);
	b.len = 0;
	put(&b, c->link, 2, big);
	put(&b, 0, 6, big);
	if (c->form == PCAPNG) { /* ticks of a millisecond */
		put(&b, 9, 2, big);
		put(&b, 1, 2, big);
		put(&b, 3, 4, big);
	}
	put(&b, 0, 4, big);
	put_block(c, 1, &b);
	bytes_free(&b);
}

static void put_packet(struct capture *c, const struct bytes *packet)
{
	struct bytes b = { 0 };
	bool big = is_big(c);

	if (c->form < PCAPNG) {
		put(&c->file, 1700000000, 4, big);
		put(&c->file, c->form == PCAP_NANO ? 250000000 : 250000, 4, big);
		put(&c->file, packet->len, 4, big);
		put(&c->file, packet->len, 4, big);
		bytes_add(&c->file, packet->at, packet->len);
		return;
	}
	if (c->form == PCAPNG_SIMPLE) {
		put(&b, packet->len, 4, big);
	} else {
		uint64_t ticks = c->form == PCAPNG ? 1700000000250 : 1700000000250000;
		put(&b, 0, 4, big);
		put(&b, ticks >> 32, 4, big);
		put(&b, ticks, 4, big);
		put(&b, packet->len, 4, big);
		put(&b, packet->len, 4, big);
	}
	bytes_add(&b, packet->at, packet->len);
	put_block(c, c->form == PCAPNG_SIMPLE ? 3 : 6, &b);
	bytes_free(&b);
}

static void put_link(struct capture *c, struct bytes *b)
{
	uint16_t type = c->ipv6 ? 0x86dd : 0x0800;

	switch (c->link) {
	case 0: /* loopback of BSD */
		put(b, 2, 4, false);
		break;
	case 1: /* Ethernet with a VLAN */
		put(b, 0, 12, true);
		put(b, 0x8100, 2, true);
		put(b, 7, 2, true);
		put(b, type, 2, true);
		break;
	case 113: /* Linux cooked */
		put(b, 0, 14, true);
		put(b, type, 2, true);
		break;
	case 276: /* Linux cooked, second version */
		put(b, type, 2, true);
		put(b, 0, 18, true);
		break;
	default:
		break;
	}
}

static void put_ip(struct capture *c, struct bytes *b, bool from_client, size_t len)
{
	if (!c->ipv6) {
		put(b, 0x45, 2, false);
		put(b, 20 + len, 2, true);
		put(b, 0x0000400040060000, 8, true);
		put(b, from_client ? 0x0a000001 : 0x0a000002, 4, true);
		put(b, from_client ? 0x0a000002 : 0x0a000001, 4, true);
		return;
	}
	put(b, 0x60000000, 4, true);
	put(b, len + 8, 2, true);
	put(b, 0x0040, 2, true); /* hop-by-hop options first */
	for (int i = 0; i < 2; i++) {
		put(b, 0xfd00, 2, true);
		put(b, 0, 13, true);
		put(b, (i == 0) == from_client ? 1 : 2, 1, true);
	}
	put(b, 0x0600010400000000, 8, true);
}

static void send_piece(struct capture *c, bool from_client, uint16_t port, uint32_t sequence,
		       uint8_t flags, const void *data, size_t len)
{
	struct bytes b = { 0 };

	put_link(c, &b);
	put_ip(c, &b, from_client, 20 + len);
	put(&b, from_client ? port : 9042, 2, true);
	put(&b, from_client ? 9042 : port, 2, true);
	put(&b, sequence, 4, true);
	put(&b, 0, 4, true);
	put(&b, 0x5000 | flags, 2, true);
	put(&b, 0, 6, true);
	bytes_add(&b, data, len);
	if (c->link == 1 && len < 6) /* Ethernet pads what is short */
		put(&b, 0xeeeeeeeeeeeeULL, 6, true);
	put_packet(c, &b);
	bytes_free(&b);
}

/* ---- what comes out ------------------------------------------------------------------------- */

struct heard {
	struct bytes text; /* "+" a connection, ">" and "<" data, "[n]" a gap, "." the end */
	double time;
};

static void *on_open(void *context, const struct tcp_address *client,
		     const struct tcp_address *server)
{
	struct heard *h = context;

	assert_int_equal(server->port, 9042);
	assert_true(client->port >= 50000);
	bytes_add(&h->text, "+", 1);
	return h;
}

static void on_data(void *user, bool from_client, const uint8_t *data, size_t len, double time)
{
	struct heard *h = user;

	h->time = time;
	bytes_add(&h->text, from_client ? ">" : "<", 1);
	bytes_add(&h->text, data, len);
}

static void on_gap(void *user, bool from_client, uint64_t len)
{
	char text[32];

	snprintf(text, sizeof text, "%c[%d]", from_client ? '>' : '<', (int)len);
	bytes_add(&((struct heard *)user)->text, text, strlen(text));
}

static void on_close(void *user)
{
	bytes_add(&((struct heard *)user)->text, ".", 1);
}

static struct heard hear(const uint8_t *file, size_t len)
{
	struct heard h = { { 0 }, 0 };
	const struct tcp_calls calls = { on_open, on_data, on_gap, on_close, &h };
	struct tcp_table *table = tcp_new(&calls, 9042);
	struct pcap_packet packet;
	struct pcap_reader r;
	struct tcp_piece piece;

	pcap_open(&r, file, len);
	while (pcap_next(&r, &packet))
		if (tcp_parse(&packet, &piece))
			tcp_take(table, &piece);
	tcp_free(table);
	bytes_add(&h.text, "", 1);
	return h;
}

static void handshake(struct capture *c, uint16_t port)
{
	send_piece(c, true, port, 999, SYN, "", 0);
	send_piece(c, false, port, 0xfffffffe, HANDSHAKE, "", 0);
}

static const struct {
	const char *name;
	enum form form;
	uint32_t link;
	bool ipv6;
} kinds[] = {
	{ "pcap, Ethernet", PCAP, 1, false },
	{ "pcap, Ethernet, IPv6", PCAP, 1, true },
	{ "pcap, big endian, Linux cooked", PCAP_BIG, 113, false },
	{ "pcap, nanoseconds, Linux cooked 2", PCAP_NANO, 276, false },
	{ "pcap, Linux cooked 2, IPv6", PCAP, 276, true },
	{ "pcap, loopback", PCAP, 0, false },
	{ "pcap, raw IP", PCAP, 101, false },
	{ "pcap, raw IPv6", PCAP, 101, true },
	{ "pcap, IPv4", PCAP, 228, false },
	{ "pcapng, Ethernet", PCAPNG, 1, false },
	{ "pcapng, big endian, Linux cooked", PCAPNG_BIG, 113, true },
	{ "pcapng, simple packets", PCAPNG_SIMPLE, 1, false },
};

static void test_kinds(void **state)
{
	(void)state;

	for (size_t i = 0; i < CD_COUNT(kinds); i++) {
		struct capture c = { kinds[i].form, kinds[i].link, kinds[i].ipv6, { 0 } };
		begin(&c);
		handshake(&c, 50000);
		send_piece(&c, true, 50000, 1000, PUSH, "ab", 2);
		send_piece(&c, false, 50000, 0xffffffff, PUSH, "wxyz", 4); /* numbers go round */
		send_piece(&c, false, 50000, 3, PUSH, "!", 1);
		send_piece(&c, true, 50000, 1002, PUSH, "c", 1);
		struct heard h = hear(c.file.at, c.file.len);
		CD_CHECK(strcmp((char *)h.text.at, "+>ab<wxyz<!>c.") == 0, kinds[i].name);
		CD_CHECK(c.form == PCAPNG_SIMPLE ||
				 (h.time > 1700000000.2499 && h.time < 1700000000.2501),
			 kinds[i].name);
		CD_CHECK(pcap_is(c.file.at, c.file.len), kinds[i].name);
		bytes_free(&h.text);
		bytes_free(&c.file);
	}
}

/* Each prefix of each kind, against an unreadable page. */
static void test_prefixes(void **state)
{
	struct cd_guard g;
	(void)state;

	assert_true(cd_guard_init(&g, 4096));
	for (size_t i = 0; i < CD_COUNT(kinds); i++) {
		struct capture c = { kinds[i].form, kinds[i].link, kinds[i].ipv6, { 0 } };
		begin(&c);
		handshake(&c, 50000);
		send_piece(&c, true, 50000, 1000, PUSH, "abcdefgh", 8);
		for (size_t cut = 0; cut <= c.file.len; cut++) {
			struct heard h = hear(cd_guard_copy(&g, c.file.at, cut), cut);
			bytes_free(&h.text);
		}
		bytes_free(&c.file);
	}
	cd_guard_deinit(&g);
}

/* ---- order ---------------------------------------------------------------------------------- */

struct piece {
	uint32_t at;
	const char *data;
	uint8_t flags; /* 0: data of the client */
};

static const struct {
	const char *name;
	struct piece pieces[8];
	const char *wanted;
} orders[] = {
	{ "as sent", { { 0, "ab", 0 }, { 2, "cd", 0 } }, "+>ab>cd." },
	{ "sent again", { { 0, "ab", 0 }, { 0, "ab", 0 }, { 2, "cd", 0 } }, "+>ab>cd." },
	{ "sent again in larger pieces", { { 0, "ab", 0 }, { 0, "abcd", 0 } }, "+>ab>cd." },
	{ "out of order",
	  { { 0, "a", 0 }, { 3, "d", 0 }, { 2, "c", 0 }, { 1, "b", 0 } },
	  "+>a>b>c>d." },
	{ "the second before the first", { { 2, "cd", 0 }, { 0, "ab", 0 } }, "+>ab>cd." },
	{ "overlapping, out of order",
	  { { 0, "a", 0 }, { 2, "cde", 0 }, { 1, "bcd", 0 } },
	  "+>a>bcd>e." },
	{ "a keep-alive", { { 0, "ab", 0 }, { 1, "b", 0 }, { 2, "c", 0 } }, "+>ab>c." },
	{ "a missing one", { { 0, "a", 0 }, { 5, "f", 0 }, { 6, "g", 0 } }, "+>a>[4]>f>g." },
	{ "two missing ones", { { 0, "a", 0 }, { 5, "f", 0 }, { 9, "j", 0 } }, "+>a>[4]>f>[3]>j." },
	{ "the ports again", { { 0, "a", 0 }, { 77, "", SYN }, { 78, "b", 0 } }, "+>a+>b.." },
	{ "SYN sent again", { { (uint32_t)-1, "", SYN }, { 0, "a", 0 } }, "+>a." },
};

static void test_orders(void **state)
{
	(void)state;

	for (size_t i = 0; i < CD_COUNT(orders); i++) {
		struct capture c = { PCAP, 1, false, { 0 } };
		begin(&c);
		handshake(&c, 50000);
		for (const struct piece *p = orders[i].pieces; p->data; p++)
			send_piece(&c, true, 50000, 1000 + p->at, p->flags ? p->flags : PUSH,
				   p->data, strlen(p->data));
		struct heard h = hear(c.file.at, c.file.len);
		CD_CHECK(strcmp((char *)h.text.at, orders[i].wanted) == 0, orders[i].name);
		bytes_free(&h.text);
		bytes_free(&c.file);
	}
}

/* Many that wait for one that never comes: memory and time are bounded, nothing else is lost. */
static void test_many_wait(void **state)
{
	struct capture c = { PCAP, 101, false, { 0 } };
	size_t xs = 0;
	(void)state;

	begin(&c);
	handshake(&c, 50000);
	send_piece(&c, true, 50000, 1000, PUSH, "a", 1);
	for (uint32_t i = 0; i < 5000; i++)
		send_piece(&c, true, 50000, 1002 + i, PUSH, "x", 1);
	struct heard h = hear(c.file.at, c.file.len);
	assert_memory_equal(h.text.at, "+>a>[1]>x>x", 11);
	for (size_t i = 0; i < h.text.len; i++)
		xs += h.text.at[i] == 'x';
	assert_int_equal(xs, 5000);
	bytes_free(&h.text);
	bytes_free(&c.file);
}

/* ---- the command ---------------------------------------------------------------------------- */

/* A v5 handshake, the last request split over packets that change places; two connections. */
static const uint8_t startup[] = "\x05\0\0\1\1\0\0\0\x16\0\1\0\x0b"
				 "CQL_VERSION"
				 "\0\5"
				 "3.0.0";
static const uint8_t ready[] = "\x85\0\0\1\2\0\0\0\0";
static const char wanted[] =
	"2023-11-14T22:13:20.250000Z 10.0.0.1:50000 > 10.0.0.2:9042 request v5 STARTUP, stream 1, 22 bytes\n"
	"    options:\n"
	"      CQL_VERSION: 3.0.0\n"
	"2023-11-14T22:13:20.250000Z 10.0.0.1:50001 > 10.0.0.2:9042 request v5 STARTUP, stream 1, 22 bytes\n"
	"    options:\n"
	"      CQL_VERSION: 3.0.0\n"
	"2023-11-14T22:13:20.250000Z 10.0.0.2:9042 > 10.0.0.1:50000 response v5 READY, stream 1, 0 bytes\n";

static void test_command(void **state)
{
	struct capture c = { PCAP, 1, false, { 0 } };
	char path[] = "/tmp/coodie-capture-XXXXXX", command[128], text[2048];
	int fd = mkstemp(path);
	(void)state;

	assert_true(fd >= 0);
	begin(&c);
	handshake(&c, 50000);
	handshake(&c, 50001);
	send_piece(&c, true, 50000, 1010, PUSH, startup + 10, sizeof startup - 11);
	send_piece(&c, true, 50000, 1000, PUSH, startup, 10);
	send_piece(&c, true, 50001, 1000, PUSH, startup, sizeof startup - 1);
	send_piece(&c, true, 50001, 1000, PUSH, startup, sizeof startup - 1);
	send_piece(&c, false, 50000, 0xffffffff, PUSH, ready, sizeof ready - 1);
	assert_int_equal(write(fd, c.file.at, c.file.len), (ssize_t)c.file.len);
	close(fd);
	snprintf(command, sizeof command, "tools/coodie wire decode %s", path);
	FILE *out = popen(command, "r");
	assert_non_null(out);
	size_t len = fread(text, 1, sizeof text - 1, out);
	text[len] = '\0';
	assert_int_equal(pclose(out), 0);
	unlink(path);
	assert_string_equal(text, wanted);
	bytes_free(&c.file);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),   cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_orders),  cmocka_unit_test(test_many_wait),
		cmocka_unit_test(test_command),
	};
	return cmocka_run_group_tests_name("capture", tests, NULL, NULL);
}
