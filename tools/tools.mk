# tools/tools.mk - the coodie command; public headers only; included by the top Makefile.am
# A library, so that a program with models of its own can be the command; the command itself is such a program.
noinst_LTLIBRARIES += libcd_main.la
libcd_main_la_SOURCES = \
	tools/arguments.c \
	tools/arguments.h \
	tools/connect.c \
	tools/connect.h \
	tools/commands.def \
	tools/exits.def \
	tools/failure.c \
	tools/gen/command.c \
	tools/gen/gen.h \
	tools/gen/header.c \
	tools/gen/index.c \
	tools/gen/library.def \
	tools/gen/member.c \
	tools/gen/names.c \
	tools/gen/names.h \
	tools/gen/option.c \
	tools/gen/option.def \
	tools/gen/origin.c \
	tools/gen/origin.h \
	tools/gen/plan.c \
	tools/gen/schema_file.c \
	tools/gen/schema_file.h \
	tools/gen/source.c \
	tools/gen/spelling.c \
	tools/gen/unseen.c \
	tools/gen/words.c \
	tools/gen/words.h \
	tools/gen/write.c \
	tools/json.c \
	tools/json.h \
	tools/json_parse.c \
	tools/jsonl.c \
	tools/jsonl.h \
	tools/load.c \
	tools/load.h \
	tools/load_histogram.c \
	tools/load_histogram.h \
	tools/load_report.c \
	tools/load_worker.c \
	tools/main.c \
	tools/migrate.c \
	tools/migrate.h \
	tools/migrate_report.c \
	tools/migrate_status.c \
	tools/nearest.c \
	tools/nearest.h \
	tools/pcap.c \
	tools/pcap.h \
	tools/migrate_progress.c \
	tools/migrate_progress.h \
	tools/node.c \
	tools/ping.c \
	tools/pool.c \
	tools/pool.h \
	tools/project.c \
	tools/project.h \
	tools/shell/candidates.c \
	tools/shell/cell.c \
	tools/shell/cell.h \
	tools/shell/cell_json.c \
	tools/shell/cell_literal.c \
	tools/shell/cluster.c \
	tools/shell/cluster.h \
	tools/shell/command.c \
	tools/shell/command.def \
	tools/shell/complete.c \
	tools/shell/complete.def \
	tools/shell/complete.h \
	tools/shell/converse.c \
	tools/shell/copy.c \
	tools/shell/copy.h \
	tools/shell/copy_from.c \
	tools/shell/copy_to.c \
	tools/shell/copy_value.c \
	tools/shell/csv.c \
	tools/shell/csv.h \
	tools/shell/describe.c \
	tools/shell/editor.c \
	tools/shell/editor.h \
	tools/shell/file.c \
	tools/shell/file.h \
	tools/shell/help.c \
	tools/shell/history.c \
	tools/shell/history.h \
	tools/shell/keys.c \
	tools/shell/keys.h \
	tools/shell/line.c \
	tools/shell/line.h \
	tools/shell/message.c \
	tools/shell/out.c \
	tools/shell/out.h \
	tools/shell/printer.c \
	tools/shell/printer.h \
	tools/shell/printer_rows.c \
	tools/shell/printer_table.c \
	tools/shell/run.c \
	tools/shell/screen.c \
	tools/shell/screen.h \
	tools/shell/shell.c \
	tools/shell/shell.h \
	tools/shell/splitter.c \
	tools/shell/splitter.h \
	tools/shell/terminal.c \
	tools/shell/terminal.h \
	tools/shell/text.c \
	tools/shell/text.h \
	tools/shell/token.c \
	tools/shell/token.h \
	tools/shell/trace.c \
	tools/shell/width.c \
	tools/shell/width.def \
	tools/shell/width.h \
	tools/tcp.c \
	tools/tool.h \
	tools/wire.c \
	tools/wire.h \
	tools/wire_cell.c \
	tools/wire_check.c \
	tools/wire_check.h \
	tools/wire_check_frame.c \
	tools/wire_check_segment.c \
	tools/wire_check_value.c \
	tools/wire_decode.c \
	tools/wire_field.c \
	tools/wire_field.h \
	tools/wire_follow.c \
	tools/wire_literal.c \
	tools/wire_memory.c \
	tools/wire_memory.h \
	tools/wire_message.c \
	tools/wire_message.h \
	tools/wire_print.c \
	tools/wire_print.h \
	tools/wire_result.c \
	tools/wire_ring.c \
	tools/wire_show.c \
	tools/wire_stream.c \
	tools/wire_stream.h \
	tools/wire_type.c \
	tools/wire_value.c
lib_LTLIBRARIES += libcoodie-main.la
libcoodie_main_la_SOURCES =
libcoodie_main_la_LIBADD = libcd_main.la libcoodie-node.la libcoodie.la $(EV_LIBS) $(ZLIB_LIBS) $(DL_LIBS)
libcoodie_main_la_LIBADD = libcd_main.la libcoodie-migrate.la libcoodie-node.la libcoodie.la $(EV_LIBS) $(DL_LIBS)
libcoodie_main_la_LDFLAGS = $(AM_LDFLAGS) -no-undefined -version-info $(COODIE_VERSION_INFO) \
	-export-symbols-regex '^coodie_main$$'
pkgconfig_DATA += coodie-main.pc

bin_PROGRAMS += tools/coodie
tools_coodie_SOURCES = tools/coodie.c
tools_coodie_LDADD = libcoodie-main.la
dist_bashcompletion_DATA += tools/completion/coodie
