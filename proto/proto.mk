# proto/proto.mk - included by the top Makefile.am
noinst_LTLIBRARIES += libcd_proto.la
libcd_proto_la_SOURCES =
libcoodie_la_LIBADD += libcd_proto.la
