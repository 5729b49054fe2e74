/* SPDX-License-Identifier: MIT */
/* The floor under a client: no driver at all. Frames that are encoded once go out in one write per
 * turn, each with its stream and its key put in; answers are counted by their headers.
 *
 *     floor HOST PORT WORKLOAD REQUESTS CONCURRENCY
 *
 * With BENCH_CODEC=1 the values of each request are encoded, and each column of each row is read: what
 * the best codec cannot go below. v4, one connection, and no error that is not the end. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/codec_floor.h"
#include "bench/workload.h"

enum {
	HEADER = 9,
	STARTUP = 0x01,
	RESULT = 0x08,
	PREPARE = 0x09,
	EXECUTE = 0x0a,
	BATCH = 0x0d,
	ID = 18, /* with its length */
	READ_BYTES = 1 << 20,
	FRAME = 16384
};

struct floor {
	struct bench_client b;
	bool codec;
	int fd, epoll;
	uint8_t id[ID];
	uint8_t frame[FRAME]; /* encoded once */
	size_t frame_len;
	size_t key, number; /* where the request's number stands in it; 0: nowhere */
	uint8_t *in, *out;
	size_t in_len, in_room, out_len;
	uint16_t *streams; /* those that are free */
	uint64_t *sent_ns; /* by stream */
	uint64_t free_count, sent, most, answered;
	char body[BENCH_BODY];
};

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "floor: cannot %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- numbers -------------------------------------------------------------------------------- */

static uint32_t get_32(const uint8_t *at)
{
	uint32_t v;

	memcpy(&v, at, 4);
	return __builtin_bswap32(v);
}

static uint8_t *put_16(uint8_t *at, uint16_t v)
{
	v = __builtin_bswap16(v);
	memcpy(at, &v, 2);
	return at + 2;
}

static uint8_t *put_32(uint8_t *at, uint32_t v)
{
	v = __builtin_bswap32(v);
	memcpy(at, &v, 4);
	return at + 4;
}

static uint8_t *put_long(uint8_t *at, uint64_t v)
{
	at = put_32(at, 8);
	v = __builtin_bswap64(v);
	memcpy(at, &v, 8);
	return at + 8;
}

static uint8_t *put_int(uint8_t *at, uint32_t v)
{
	return put_32(put_32(at, 4), v);
}

static uint8_t *put_bytes(uint8_t *at, const void *bytes, uint32_t len)
{
	at = put_32(at, len);
	memcpy(at, bytes, len);
	return at + len;
}

/* ---- a request ------------------------------------------------------------------------------ */

static uint8_t *put_batch(struct floor *f, uint8_t *at, uint64_t number)
{
	*at++ = 1; /* unlogged */
	at = put_16(at, BENCH_BATCH_ROWS);
	for (uint32_t i = 0; i < BENCH_BATCH_ROWS; i++) {
		*at++ = 1; /* prepared */
		memcpy(at, f->id, ID);
		at = put_16(at + ID, 4);
		at = put_bytes(at, BENCH_PARTITION, sizeof BENCH_PARTITION - 1);
		at = put_int(at, i);
		at = put_bytes(at, f->body, BENCH_BATCH_BODY);
		at = put_long(at, number);
	}
	at = put_16(at, 1); /* ONE */
	*at++ = 0;
	return at;
}

static uint8_t *put_execute(struct floor *f, uint8_t *at, uint64_t number)
{
	uint8_t uuid[16];

	memcpy(at, f->id, ID);
	at = put_16(at + ID, 1); /* ONE */
	*at++ = 0x03;            /* values, no metadata */
	at = put_16(at, f->b.work == BENCH_INSERT ? 4 : 1);
	if (f->b.work == BENCH_PAGE)
		return put_bytes(at, BENCH_PARTITION, sizeof BENCH_PARTITION - 1);
	bench_uuid(uuid, f->b.work == BENCH_SELECT ? bench_key(number) : number);
	at = put_bytes(at, uuid, sizeof uuid);
	if (f->b.work == BENCH_SELECT)
		return at;
	at = put_bytes(at, f->body, BENCH_BODY);
	at = put_int(at, (uint32_t)number);
	return put_long(at, BENCH_WHEN);
}

static __attribute__((noinline)) size_t encode(struct floor *f, uint8_t *to, uint16_t stream,
					       uint64_t number)
{
	bool is_batch = f->b.work == BENCH_BATCH;
	uint8_t *end = is_batch ? put_batch(f, to + HEADER, number)
				: put_execute(f, to + HEADER, number);

	to[0] = 4;
	to[1] = 0;
	put_16(to + 2, stream);
	to[4] = is_batch ? BATCH : EXECUTE;
	put_32(to + 5, (uint32_t)(end - to) - HEADER);
	return (size_t)(end - to);
}

static void send_one(struct floor *f)
{
	uint16_t stream = f->streams[--f->free_count];
	uint8_t *to = f->out + f->out_len;
	uint64_t row = f->b.work == BENCH_SELECT ? bench_key(f->sent) : f->sent;

	if (f->codec) {
		encode(f, to, stream, f->sent);
	} else {
		put_16(f->frame + 2, stream);
		if (f->key)
			put_32(f->frame + f->key, (uint32_t)row);
		if (f->number)
			put_32(f->frame + f->number, (uint32_t)f->sent);
		memcpy(to, f->frame, f->frame_len);
	}
	f->out_len += f->frame_len;
	f->sent++;
	if (f->b.waited)
		f->sent_ns[stream] = bench_now_ns();
}

/* ---- an answer ------------------------------------------------------------------------------ */

/* RESULT of rows without columns. */
static int64_t sum_rows(const struct floor *f, const uint8_t *body)
{
	uint32_t flags = get_32(body + 4);
	const uint8_t *at = body + 12;

	if (get_32(body) != 2)
		return 0;
	if (flags & 2)
		at += 4 + get_32(at);
	return f->b.work == BENCH_PAGE ? bench_floor_page(at + 4, get_32(at))
				       : bench_floor_ten(at + 4, get_32(at));
}

static void take_answer(struct floor *f, const uint8_t *at)
{
	uint16_t stream = (uint16_t)(at[2] << 8 | at[3]);

	f->b.errors += at[4] != RESULT;
	if (f->codec && at[4] == RESULT)
		f->b.checksum += sum_rows(f, at + HEADER);
	f->streams[f->free_count++] = stream;
	f->answered++;
	bench_done(&f->b, f->b.waited ? f->sent_ns[stream] : 0);
}

static void take_answers(struct floor *f)
{
	size_t at = 0;

	while (f->in_len - at >= HEADER) {
		size_t len = HEADER + get_32(f->in + at + 5);
		if (len > f->in_room) {
			f->in = realloc(f->in, f->in_room = 2 * len);
			must(f->in, "have memory");
		}
		if (f->in_len - at < len)
			break;
		take_answer(f, f->in + at);
		at += len;
	}
	memmove(f->in, f->in + at, f->in_len - at);
	f->in_len -= at;
}

/* ---- the loop ------------------------------------------------------------------------------- */

static void flush(struct floor *f)
{
	ssize_t sent = f->out_len ? send(f->fd, f->out, f->out_len, MSG_NOSIGNAL) : 0;

	must(sent >= 0 || errno == EAGAIN, "write");
	if (sent > 0) {
		f->out_len -= (size_t)sent;
		memmove(f->out, f->out + sent, f->out_len);
	}
}

static void run(struct floor *f, uint64_t requests)
{
	struct epoll_event event;

	f->sent = f->answered = f->b.done = 0;
	f->most = requests;
	while (f->answered < requests) {
		while (f->free_count && f->sent < requests)
			send_one(f);
		flush(f);
		/* What the kernel did not take goes with the next answer: there is one on its way. */
		must(epoll_wait(f->epoll, &event, 1, -1) >= 0 || errno == EINTR, "wait");
		ssize_t len = recv(f->fd, f->in + f->in_len, f->in_room - f->in_len, 0);
		must(len > 0 || (len < 0 && errno == EAGAIN), "read");
		if (len > 0) {
			f->in_len += (size_t)len;
			take_answers(f);
		}
	}
}

/* ---- before it ------------------------------------------------------------------------------ */

static int dial(const struct bench_client *b)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(b->port) };
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd >= 0 && inet_pton(AF_INET, b->host, &at.sin_addr) == 1 &&
		     !connect(fd, (void *)&at, sizeof at),
	     "connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return fd;
}

static void read_all(int fd, uint8_t *to, size_t len)
{
	while (len) {
		ssize_t got = read(fd, to, len);
		must(got > 0, "read");
		to += got;
		len -= (size_t)got;
	}
}

/* One question, while nothing else is under way. `answer` has room for FRAME bytes; it gets the body.
 * @return its opcode */
static uint8_t ask(int fd, uint8_t opcode, const void *body, size_t len, uint8_t *answer)
{
	uint8_t question[1024] = { 4, 0, 0, 0, opcode };

	must(len <= sizeof question - HEADER, "ask so much");
	put_32(question + 5, (uint32_t)len);
	memcpy(question + HEADER, body, len);
	must(write(fd, question, HEADER + len) == (ssize_t)(HEADER + len), "write");
	read_all(fd, question, HEADER);
	must(get_32(question + 5) <= FRAME, "read an answer so long");
	read_all(fd, answer, get_32(question + 5));
	return question[4];
}

static int connect_one(struct floor *f)
{
	static const char options[] = "\0\1\0\13CQL_VERSION\0\0053.0.0";
	uint8_t answer[FRAME];
	int fd = dial(&f->b);

	ask(fd, STARTUP, options, sizeof options - 1, answer);
	return fd;
}

static void prepare(struct floor *f)
{
	const char *cql = bench_statement(f->b.work);
	uint8_t body[512], answer[FRAME];
	size_t len = (size_t)(put_bytes(body, cql, (uint32_t)strlen(cql)) - body);

	must(ask(f->fd, PREPARE, body, len, answer) == RESULT && answer[5] == ID - 2, "prepare");
	memcpy(f->id, answer + 4, ID);
	f->frame_len = encode(f, f->frame, 0, 0);
	if (f->b.work == BENCH_INSERT || f->b.work == BENCH_SELECT)
		f->key = HEADER + ID + 3 + 2 + 4 + 12;
	if (f->b.work == BENCH_INSERT)
		f->number = f->key + 4 + 4 + BENCH_BODY + 4;
}

static void set_up(struct floor *f)
{
	struct epoll_event event = { .events = EPOLLIN };

	f->in_room = READ_BYTES;
	f->in = malloc(f->in_room);
	f->out = malloc(f->frame_len * f->b.in_flight);
	f->streams = malloc(f->b.in_flight * sizeof *f->streams);
	f->sent_ns = malloc(f->b.in_flight * sizeof *f->sent_ns);
	must(f->in && f->out && f->streams && f->sent_ns, "have memory");
	for (uint64_t i = 0; i < f->b.in_flight; i++)
		f->streams[f->free_count++] = (uint16_t)i;
	must(!fcntl(f->fd, F_SETFL, O_NONBLOCK), "go on without blocking");
	f->epoll = epoll_create1(EPOLL_CLOEXEC);
	must(f->epoll >= 0 && !epoll_ctl(f->epoll, EPOLL_CTL_ADD, f->fd, &event), "watch");
}

static void measure_requests(struct floor *f)
{
	prepare(f);
	set_up(f);
	run(f, 1);
	f->b.first = bench_now();
	f->b.checksum = 0;
	bench_begin(&f->b);
	run(f, f->b.requests);
	bench_end(&f->b);
	free(f->in);
	free(f->out);
	free(f->streams);
	free(f->sent_ns);
}

static void measure_idle(struct floor *f)
{
	for (uint64_t i = 1; f->b.work == BENCH_CONNS && i < f->b.in_flight; i++)
		connect_one(f); /* they end with the program */
	f->b.first = bench_now();
	bench_begin(&f->b);
	sleep(f->b.work == BENCH_IDLE ? (unsigned)f->b.requests : 1);
	bench_end(&f->b);
}

int main(int argc, char **argv)
{
	struct floor f = { .codec = getenv("BENCH_CODEC") };

	bench_client_init(&f.b, f.codec ? "floor-codec" : "floor", argc, argv);
	memset(f.body, 'x', sizeof f.body);
	f.fd = connect_one(&f);
	f.b.connected = bench_now();
	if (bench_statement(f.b.work))
		measure_requests(&f);
	else
		measure_idle(&f);
	return bench_print(&f.b);
}
