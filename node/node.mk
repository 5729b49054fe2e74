# node/node.mk - the in-memory CQL node, a library of its own; included by the top Makefile.am
noinst_LTLIBRARIES += libcd_node.la
libcd_node_la_SOURCES = \
	node/ast.h \
	node/compare.h \
	node/parser.h \
	node/plan.h \
	node/problem.c node/problem.h \
	node/request.c node/request.h \
	node/schema.h \
	node/select.h \
	node/statement.def \
	node/store.h \
	node/term.h \
	node/where.h
