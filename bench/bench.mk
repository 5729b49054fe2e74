# bench/bench.mk - what things cost; not built by default; included by the top Makefile.am
EXTRA_PROGRAMS += bench/codec
bench_codec_SOURCES = \
	bench/bench.c bench/bench.h \
	bench/codec.c \
	bench/codec_floor.c bench/codec_floor.h \
	bench/codec_setup.c bench/codec_setup.h
bench_codec_LDADD = libcoodie.la $(EXTERNAL_LIBS)
bench_codec_LDFLAGS = $(AM_LDFLAGS) -static
EXTRA_PROGRAMS += bench/node
bench_node_SOURCES = bench/bench.c bench/bench.h bench/node.c tests/simulation.c tests/simulation.h
bench_node_LDADD = libcd_node.la libcd_proto.la libcd_base.la $(EXTERNAL_LIBS)
bench_node_LDFLAGS = $(AM_LDFLAGS) -static
EXTRA_PROGRAMS += bench/orm
bench_orm_SOURCES = bench/bench.c bench/bench.h bench/item.h bench/orm.c
bench_orm_LDADD = libcoodie.la $(EXTERNAL_LIBS)
bench_orm_LDFLAGS = $(AM_LDFLAGS) -static
EXTRA_PROGRAMS += bench/client
bench_client_SOURCES = bench/client.c bench/workload.c bench/workload.h
bench_client_LDADD = libcoodie.la $(EXTERNAL_LIBS)
bench_client_LDFLAGS = $(AM_LDFLAGS) -static
EXTRA_PROGRAMS += bench/floor
bench_floor_SOURCES = \
	bench/floor.c \
	bench/codec_floor.c bench/codec_floor.h \
	bench/workload.c bench/workload.h
bench_floor_LDADD = $(ZLIB_LIBS)
EXTRA_PROGRAMS += bench/stub
bench_stub_SOURCES = \
	bench/data.c bench/data.h \
	bench/stub.c \
	bench/stub_answers.c bench/stub_answers.h \
	tests/simulation.c tests/simulation.h
bench_stub_LDADD = libcd_node.la libcd_proto.la libcd_base.la $(EXTERNAL_LIBS)
bench_stub_LDFLAGS = $(AM_LDFLAGS) -static
EXTRA_PROGRAMS += bench/save
bench_save_SOURCES = bench/save.c bench/item.h
bench_save_LDADD = libcoodie.la $(EXTERNAL_LIBS)
bench_save_LDFLAGS = $(AM_LDFLAGS) -static
# The matrix is run by make check too, for tests/check-matrix; it is no test by itself.
EXTRA_PROGRAMS += bench/matrix/player
check_DATA += bench/matrix/player$(EXEEXT)
CLEANFILES += bench/matrix/player$(EXEEXT)
bench_matrix_player_SOURCES = \
	bench/matrix/argus.c bench/matrix/argus.h \
	bench/matrix/argus_model.c bench/matrix/argus_model.h \
	bench/matrix/argus_raw.c \
	bench/matrix/batches.c \
	bench/matrix/collections.c \
	bench/matrix/matrix.c bench/matrix/matrix.h \
	bench/matrix/objects.c \
	bench/matrix/player.c \
	bench/matrix/reads.c \
	bench/matrix/schema.c \
	bench/matrix/shop.c bench/matrix/shop.h \
	bench/matrix/types.c \
	bench/matrix/vectors.c \
	bench/matrix/writes.c
bench_matrix_player_LDADD = libcoodie.la
# Preloaded, not linked.
EXTRA_LTLIBRARIES = bench/heap.la
bench_heap_la_SOURCES = bench/heap.c
bench_heap_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere
EXTRA_DIST += bench/README.md bench/run bench/beside bench/compare bench/measure.sh bench/saves
EXTRA_DIST += \
	bench/matrix/data.py bench/matrix/peer.py bench/matrix/rows_coodie.py bench/matrix/rows_cqlengine.py \
	bench/matrix/run bench/matrix/table.awk
CLEANFILES += bench/matrix.jsonl

# The table of bench/README.md, measured now.
.PHONY: bench
bench: bench/codec$(EXEEXT) bench/node$(EXEEXT)
	$(srcdir)/bench/run bench/codec$(EXEEXT)
	$(srcdir)/bench/run bench/node$(EXEEXT)

# The client beside the floor: the second table.
.PHONY: bench-client
bench-client: bench/client$(EXEEXT) bench/floor$(EXEEXT) bench/stub$(EXEEXT) bench/heap.la
	$(srcdir)/bench/compare

# The client against the node, beside the same against the stub.
.PHONY: bench-node-client
bench-node-client: bench/client$(EXEEXT) bench/stub$(EXEEXT) bench/heap.la tools/coodie$(EXEEXT)
	$(srcdir)/bench/beside

# The mapper: the third table, a save beside its EXECUTE over a connection, and the matrix, beside cqlengine and Python
# coodie.
.PHONY: bench-orm bench-matrix
bench-orm: bench/orm$(EXEEXT) bench/save$(EXEEXT) bench/stub$(EXEEXT) bench/heap.la \
	   bench/matrix/player$(EXEEXT) tools/coodie$(EXEEXT)
	$(srcdir)/bench/run bench/orm$(EXEEXT)
	$(srcdir)/bench/saves
	$(srcdir)/bench/matrix/run $(MATRIX)

# The matrix alone: make bench-matrix MATRIX='--rounds 3 --only BE-04,BE-13'
bench-matrix: bench/matrix/player$(EXEEXT) tools/coodie$(EXEEXT)
	$(srcdir)/bench/matrix/run $(MATRIX)
