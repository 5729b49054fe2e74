# tools/tools.mk - the coodie command; public headers only; included by the top Makefile.am
bin_PROGRAMS += tools/coodie
tools_coodie_SOURCES = \
	tools/arguments.c \
	tools/arguments.h \
	tools/connect.c \
	tools/connect.h \
	tools/coodie.c \
	tools/ping.c \
	tools/tool.h
tools_coodie_LDADD = libcoodie.la
