/* SPDX-License-Identifier: MIT */
/*
 * A large table is scanned: in one run every row once; by runs that are killed, at moments that a seed says,
 * and the runs after them, every row at least once, of each range no more than a page again. And the memory
 * of the run does not grow with the table (MG-15 to MG-19).
 *
 *     scan_million [ROWS [KILLS [SEED [HOST:PORT]]]]      without a host: on a node of its own
 *
 * With COODIE_TEST_PLAIN, and nothing said: a million on a node of its own, and fewer on that Cassandra.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <coodie.h>
#include <coodie/node.h>

#include "migrate/ring.h"
#include "tests/migrate/scanner.h"

enum { RANGES = 128, IN_FLIGHT = 8, MIB = 1024 * 1024, ROOM_KIB = 6 * 1024 };

#define KEYSPACE "scan_million"

/* ---- the table ------------------------------------------------------------------------------- */

/* A row's number is in a column; that of a partition of static columns alone, in a static one. */
typedef struct item {
	coodie_row row;
	int32_t id;
	int32_t *part;
	int32_t *number;
	int32_t *lone;
	const char *text;
} item;

static const coodie_column item_columns[] = {
	COODIE_COLUMN(item, id, "int", .partition_key = 1),
	COODIE_COLUMN(item, part, "int", .clustering_key = 1),
	COODIE_COLUMN(item, lone, "int", .is_static = true),
	COODIE_COLUMN(item, number, "int"),
	COODIE_COLUMN(item, text, "text"),
};
static const coodie_model item_models[] = {
	COODIE_MODEL(item, item_columns, "few", .keyspace = KEYSPACE),
	COODIE_MODEL(item, item_columns, "many", .keyspace = KEYSPACE),
};
enum { FEW, MANY };

/* Where the rows of a table lie: partitions of one row and of some, a few wide ones, one that has a tenth
 * of the table, and some of static columns alone (0). */
static uint32_t rows_of_partition(int32_t id, uint32_t rows)
{
	static const uint32_t sizes[] = { 1, 1, 3, 0, 1, 12, 1, 1, 2, 1 };

	if (id == 7)
		return rows / 10;
	return id % 500 == 499 ? 700 : sizes[id % 10];
}

/* What is known of a row. */
struct known {
	int32_t id, part; /* part -1: static */
	uint16_t range;
};

/* ---- what the processes share ---------------------------------------------------------------- */

struct board {
	_Atomic uint64_t given;
	_Atomic uint64_t peak_kib; /* of the memory of the last run that came to its end */
	_Atomic uint8_t counts[];  /* of each row, by all runs */
};

static size_t board_size(uint32_t rows)
{
	return sizeof(struct board) + rows;
}

static struct board *map_board(int fd, uint32_t rows)
{
	void *at = mmap(NULL, board_size(rows), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return at == MAP_FAILED ? NULL : at;
}

/* ---- a run ----------------------------------------------------------------------------------- */

struct child {
	struct board *board;
	uint32_t rows, page_rows, rows_per_second;
	int which;
};

static bool count(coodie_migration *m, void *object, void *user, coodie_error *err)
{
	const struct child *c = user;
	const item *row = object;
	const int32_t *number = row->part ? row->number : row->lone;

	(void)m;
	if (!number || *number < 0 || (uint32_t)*number >= c->rows) {
		*err = (coodie_error){ .code = COODIE_ERR_INVALID,
				       .message = "a row of no number" };
		return false;
	}
	c->board->counts[*number]++;
	c->board->given++;
	return true;
}

static struct child child;

/* The most memory this process has had. (What wait4() says counts that of the parent, too.) */
static uint64_t peak_kib(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	unsigned long kib = 0;
	char line[128];

	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "VmHWM: %lu kB", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib;
}

static bool upgrade(coodie_migration *m, coodie_error *err)
{
	return coodie_migration_scan_table(
		m, NULL,
		COODIE_MIGRATION_SCAN(.model = &item_models[child.which], .ranges = RANGES,
				      .in_flight = IN_FLIGHT, .page_rows = child.page_rows,
				      .rows_per_second = child.rows_per_second),
		count, &child, err);
}

/* scan_million --child HOST:PORT NAME BOARD ROWS WHICH PAGE_ROWS ROWS_PER_SECOND */
static int run_child(char **args)
{
	coodie_error err = { 0 };
	struct scanner s = { .session = coodie_session_open(args[0], &err),
			     .keyspace = KEYSPACE,
			     .name = args[1] };
	int fd = open(args[2], O_RDWR);
	bool ok;

	child.rows = (uint32_t)strtoul(args[3], NULL, 10);
	child.which = atoi(args[4]);
	child.page_rows = (uint32_t)strtoul(args[5], NULL, 10);
	child.rows_per_second = (uint32_t)strtoul(args[6], NULL, 10);
	child.board = map_board(fd, child.rows);
	ok = s.session && child.board && scanner_run(&s, upgrade, &err);
	if (!ok)
		fprintf(stderr, "child: %s\n", err.message);
	coodie_session_free(s.session);
	if (ok)
		child.board->peak_kib = peak_kib();
	return ok ? 0 : 1;
}

/* ---- the parent ------------------------------------------------------------------------------ */

struct world {
	const char *self;
	char where[64];
	coodie_node *node;
	coodie_session *session;
	uint32_t rows[2], page_rows;
	struct known *known[2];
	char path[64]; /* of the board */
	struct board *board;
	uint64_t dice;
	bool is_instrumented;
};

static void ok(bool worked, const coodie_error *err)
{
	if (worked)
		return;
	fprintf(stderr, "scan_million: %s\n", err->message);
	exit(1);
}

static void want(bool holds, const char *what, uint64_t is, uint64_t most)
{
	if (holds)
		return;
	fprintf(stderr, "scan_million: %s: %" PRIu64 ", and not %" PRIu64 "\n", what, is, most);
	exit(1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* splitmix64 */
static uint64_t roll(struct world *w, uint64_t most)
{
	uint64_t z = w->dice += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (z ^ z >> 31) % (most + 1);
}

static void start_node(struct world *w)
{
	coodie_error err = { 0 };

	w->node = coodie_node_start(NULL, &err);
	ok(w->node, &err);
	snprintf(w->where, sizeof w->where, "%s", coodie_node_address(w->node, 0));
}

static void run_cql(struct world *w, const char *cql)
{
	coodie_error err = { 0 };
	coodie_result *r = coodie_session_query(w->session, cql, CQL_ARGS(),
						COODIE_REQUEST(.timeout_ms = 60000), &err);

	ok(r, &err);
	coodie_result_free(r);
}

static void make_schema(struct world *w)
{
	run_cql(w, "DROP KEYSPACE IF EXISTS " KEYSPACE);
	run_cql(w, "CREATE KEYSPACE " KEYSPACE
		   " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}");
	for (int which = FEW; which <= MANY; which++) {
		coodie_error err = { 0 };

		ok(coodie_sync_table(w->session, &item_models[which], NULL, &err), &err);
	}
}

static uint16_t range_of(const struct world *w, int which, int32_t id)
{
	coodie_error err = { 0 };
	int64_t token;
	uint16_t i = 0;

	ok(coodie_token(w->session, &item_models[which], CQL_ARGS(cql(id)), &token, &err), &err);
	while (mg_ring_span(RANGES, i).last < token)
		i++;
	return i;
}

/* Which rows there are. */
static void plan_rows(struct world *w, int which)
{
	uint32_t rows = w->rows[which], n = 0;
	struct known *known = calloc(rows, sizeof *known);

	for (int32_t id = 0; n < rows; id++) {
		uint32_t size = rows_of_partition(id, rows);
		uint16_t range = range_of(w, which, id);

		if (!size)
			known[n++] = (struct known){ id, -1, range };
		for (uint32_t part = 0; part < size && n < rows; part++)
			known[n++] = (struct known){ id, (int32_t)part, range };
	}
	w->known[which] = known;
}

enum { CHUNK = 5000, TRIES = 20 };

/* A server that has much to do may want to be asked again. */
static void save_all(struct world *w, int which, void *const *items, size_t count)
{
	coodie_error err = { 0 };

	for (int i = 0; i < TRIES; i++) {
		if (coodie_save_many(w->session, &item_models[which], items, count,
				     COODIE_MANY(.in_flight = 64, .batch_rows = 50),
				     COODIE_WRITE(.idempotent = true), &err))
			return;
		usleep(200000);
	}
	ok(false, &err);
}

static void write_rows(struct world *w, int which)
{
	static const char text[] = "some text, so that a row is not all too small";
	const struct known *known = w->known[which];
	static int32_t numbers[CHUNK], parts[CHUNK];
	static item items[CHUNK];
	static void *at[CHUNK];

	for (uint32_t n = 0; n < w->rows[which];) {
		size_t count = 0;

		for (; count < CHUNK && n < w->rows[which]; count++, n++) {
			numbers[count] = (int32_t)n;
			parts[count] = known[n].part;
			items[count] = (item){ .id = known[n].id };
			if (known[n].part < 0) {
				items[count].lone = &numbers[count];
			} else {
				items[count].part = &parts[count];
				items[count].number = &numbers[count];
				items[count].text = text;
			}
			at[count] = &items[count];
		}
		save_all(w, which, at, count);
	}
}

static void make_board(struct world *w)
{
	int fd;

	snprintf(w->path, sizeof w->path, "/tmp/coodie-scan-XXXXXX");
	fd = mkstemp(w->path);
	if (fd < 0 || ftruncate(fd, (off_t)board_size(w->rows[MANY])))
		want(false, "a file in /tmp", 0, 1);
	w->board = map_board(fd, w->rows[MANY]);
	close(fd);
	want(w->board, "a shared mapping", 0, 1);
}

static void wipe_board(struct world *w)
{
	w->board->given = 0;
	memset((void *)w->board->counts, 0, w->rows[MANY]);
}

/* ---- processes ------------------------------------------------------------------------------- */

static pid_t spawn(const struct world *w, const char *name, int which, uint32_t rows_per_second)
{
	char rows[16], table[16], page_rows[16], rate[16];
	pid_t pid;

	snprintf(rows, sizeof rows, "%u", (unsigned)w->rows[which]);
	snprintf(table, sizeof table, "%d", which);
	snprintf(page_rows, sizeof page_rows, "%u", (unsigned)w->page_rows);
	snprintf(rate, sizeof rate, "%u", (unsigned)rows_per_second);
	fflush(NULL);
	pid = fork();
	if (pid)
		return pid;
	execl(w->self, w->self, "--child", w->where, name, w->path, rows, table, page_rows, rate,
	      (char *)NULL);
	_exit(127);
}

/* Waits for the end. True: it went well; false: it was killed. */
static bool await(pid_t pid)
{
	int status;

	want(waitpid(pid, &status, 0) == pid, "waitpid", 0, 1);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return false;
	want(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the status of a run", (uint64_t)status,
	     0);
	return true;
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid;
}

/* At some row, or at some time. `rows`: so many at the most. */
static void kill_sometime(struct world *w, pid_t pid, uint64_t rows)
{
	uint64_t until = w->board->given + roll(w, rows);

	if (roll(w, 3) == 0)
		usleep((useconds_t)roll(w, 30000));
	else
		while (w->board->given < until && !has_ended(pid))
			usleep(50);
	kill(pid, SIGKILL);
}

/* ---- what is looked at ----------------------------------------------------------------------- */

/* One run: each row exactly once. @return its peak memory */
static uint64_t run_once(struct world *w, int which, const char *name)
{
	double begun = now(), took;

	wipe_board(w);
	await(spawn(w, name, which, 0));
	took = now() - begun;
	for (uint32_t n = 0; n < w->rows[which]; n++)
		want(w->board->counts[n] == 1, "times that a row was given", w->board->counts[n],
		     1);
	printf("%9u rows, one run: each row once, %.1f s, %.0f rows/s\n", (unsigned)w->rows[which],
	       took, w->rows[which] / took);
	return w->board->peak_kib;
}

/* What a run gave, beside what those before it had given. @return how many rows came again */
static uint64_t look_at_run(const struct world *w, const uint8_t *before)
{
	static uint32_t again[RANGES];
	uint64_t sum = 0;

	memset(again, 0, sizeof again);
	for (uint32_t n = 0; n < w->rows[MANY]; n++) {
		unsigned times = w->board->counts[n] - (unsigned)before[n];

		want(times <= 1, "times that a run gave a row", times, 1);
		if (times && before[n])
			again[w->known[MANY][n].range]++;
	}
	for (uint32_t i = 0; i < RANGES; i++) {
		want(again[i] <= w->page_rows, "rows of a range that came again", again[i],
		     w->page_rows);
		sum += again[i];
	}
	want(sum <= (uint64_t)IN_FLIGHT * w->page_rows, "rows that came again", sum,
	     (uint64_t)IN_FLIGHT * w->page_rows);
	return sum;
}

static void run_with_kills(struct world *w, uint32_t kills)
{
	uint32_t rows = w->rows[MANY], killed = 0, missing = 0, given = 0;
	uint8_t *before = calloc(rows, 1);
	uint64_t again = 0;
	double begun = now();
	bool done;

	wipe_board(w);
	do {
		/* slowly enough to be killed in time */
		pid_t pid = spawn(w, "20261122_003_killed", MANY, rows * 4);

		if (killed < kills)
			kill_sometime(w, pid, 2 * (rows - given) / (kills - killed + 1));
		done = await(pid);
		killed += !done;
		again += look_at_run(w, before);
		memcpy(before, (const void *)w->board->counts, rows);
		given = 0;
		for (uint32_t n = 0; n < rows; n++)
			given += before[n] > 0;
	} while (!done);
	missing = rows - given;
	want(!missing, "rows that were left out", missing, 0);
	printf("%9u rows, %u kills: none left out, %" PRIu64
	       " came again (at most one page of %u rows of a range each time), %.1f s\n",
	       (unsigned)rows, (unsigned)killed, again, (unsigned)w->page_rows, now() - begun);
	free(before);
}

static void look_at_memory(const struct world *w, uint64_t few, uint64_t many)
{
	if (!w->is_instrumented)
		want(many <= few + ROOM_KIB, "KiB for ten times the rows", many, few + ROOM_KIB);
	printf("peak RSS of a run: %" PRIu64 " KiB for %u rows, %" PRIu64 " KiB for %u rows\n", few,
	       (unsigned)w->rows[FEW], many, (unsigned)w->rows[MANY]);
}

static void set_up(struct world *w)
{
	coodie_error err = { 0 };
	double begun = now();

	w->session = coodie_session_open(w->where, &err);
	ok(w->session, &err);
	make_schema(w);
	for (int which = FEW; which <= MANY; which++) {
		plan_rows(w, which);
		write_rows(w, which);
	}
	make_board(w);
	printf("%9u rows written, %.1f s\n", (unsigned)(w->rows[FEW] + w->rows[MANY]),
	       now() - begun);
}

static void tear_down(struct world *w)
{
	run_cql(w, "DROP KEYSPACE " KEYSPACE);
	coodie_session_free(w->session);
	coodie_node_stop(w->node);
	munmap(w->board, board_size(w->rows[MANY]));
	unlink(w->path);
	free(w->known[FEW]);
	free(w->known[MANY]);
}

/* How large, and where. */
struct trial {
	uint32_t rows, kills;
	uint64_t seed;
	const char *host; /* NULL: a node of its own */
};

static void try(const char *self, const struct trial *t)
{
	const char *instrumented = getenv("CD_INSTRUMENTED");
	struct world w = { .self = self, .rows = { t->rows / 10, t->rows }, .dice = t->seed };
	uint64_t few;

	w.page_rows = t->rows < 100000 ? 20 : 200;
	w.is_instrumented = (instrumented && !strcmp(instrumented, "yes")) ||
			    getenv("COODIE_VALGRIND");
	if (t->host)
		snprintf(w.where, sizeof w.where, "%s", t->host);
	else
		start_node(&w);
	printf("on %s:\n", t->host ? t->host : "a node in memory");
	set_up(&w);
	few = run_once(&w, FEW, "20261122_001_few");
	look_at_memory(&w, few, run_once(&w, MANY, "20261122_002_many"));
	run_with_kills(&w, t->kills);
	tear_down(&w);
}

int main(int argc, char **argv)
{
	struct trial t = { .rows = 20000, .kills = 12, .seed = 20261122 };
	const char *cassandra = getenv("COODIE_TEST_PLAIN");

	if (argc == 9 && !strcmp(argv[1], "--child"))
		return run_child(argv + 2);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 1 && cassandra) {
		try(argv[0], &(struct trial){ .rows = 1000000, .kills = 20, .seed = t.seed });
		try(argv[0], &(struct trial){ 200000, 12, t.seed, cassandra });
		return 0;
	}
	if (argc > 1)
		t.rows = (uint32_t)strtoul(argv[1], NULL, 10);
	if (argc > 2)
		t.kills = (uint32_t)strtoul(argv[2], NULL, 10);
	if (argc > 3)
		t.seed = strtoul(argv[3], NULL, 10);
	if (argc > 4)
		t.host = argv[4];
	try(argv[0], &t);
	return 0;
}
