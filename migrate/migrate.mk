# migrate/migrate.mk - migrations, a library of its own over libcoodie; included by the top Makefile.am
noinst_LTLIBRARIES += libcd_migrate.la
libcd_migrate_la_CFLAGS = $(SMALL_CFLAGS)
libcd_migrate_la_SOURCES = \
	migrate/ask.c migrate/ask.h \
	migrate/context.c migrate/context.h \
	migrate/cql.def \
	migrate/ddl.c migrate/ddl.h \
	migrate/files.c migrate/files.h \
	migrate/gauge.c migrate/gauge.h \
	migrate/history.c migrate/history.h \
	migrate/item.c migrate/item.h \
	migrate/lexer.c migrate/lexer.h \
	migrate/live.c migrate/live.h \
	migrate/lock.c migrate/lock.h \
	migrate/migrator.c migrate/migrator.h \
	migrate/pace.c migrate/pace.h \
	migrate/places.c migrate/places.h \
	migrate/plugin.c migrate/plugin.h \
	migrate/put.c migrate/put.h \
	migrate/ring.c migrate/ring.h \
	migrate/run.c \
	migrate/scan.c migrate/scan.h \
	migrate/scan_table.c \
	migrate/script.c migrate/script.h \
	migrate/status.c \
	migrate/work.c \
	migrate/write.c migrate/write.h
# Beside libcoodie, which it calls, with a copy of base/ of its own that nobody sees.
lib_LTLIBRARIES += libcoodie-migrate.la
libcoodie_migrate_la_SOURCES =
libcoodie_migrate_la_LIBADD = libcd_migrate.la libcd_base.la libcoodie.la $(EXTERNAL_LIBS)
libcoodie_migrate_la_LDFLAGS = $(AM_LDFLAGS) -no-undefined -version-info $(COODIE_VERSION_INFO) \
	-export-symbols-regex '^coodie_migrat'
pkgconfig_DATA += coodie-migrate.pc
EXTRA_DIST += include/coodie-migrate.sym
