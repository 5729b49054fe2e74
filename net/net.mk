# net/net.mk - included by the top Makefile.am
noinst_LTLIBRARIES += libcd_net.la
libcd_net_la_SOURCES =
libcoodie_la_LIBADD += libcd_net.la
