# tools/tools.mk - the coodie command; public headers only; included by the top Makefile.am
bin_PROGRAMS += tools/coodie
tools_coodie_SOURCES = \
	tools/arguments.c \
	tools/arguments.h \
	tools/connect.c \
	tools/connect.h \
	tools/coodie.c \
	tools/json.c \
	tools/json.h \
	tools/json_parse.c \
	tools/load.c \
	tools/load.h \
	tools/load_histogram.c \
	tools/load_histogram.h \
	tools/load_report.c \
	tools/load_worker.c \
	tools/pcap.c \
	tools/pcap.h \
	tools/node.c \
	tools/ping.c \
	tools/pool.c \
	tools/pool.h \
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
tools_coodie_LDADD = libcoodie.la libcoodie-node.la $(EV_LIBS)
