# node/node.mk - the in-memory CQL node, a library of its own; included by the top Makefile.am
noinst_LTLIBRARIES += libcd_node.la
libcd_node_la_SOURCES = \
	node/ast.h \
	node/compare.c node/compare.h \
	node/compare_decimal.c node/compare_decimal.h \
	node/conn.c node/conn.h \
	node/conn_handshake.c node/conn_handshake.h \
	node/expr_text.c \
	node/items.c \
	node/native_duration.c \
	node/native_text.c node/native_text.h \
	node/native_time.c \
	node/parser.h \
	node/plan.h \
	node/problem.c node/problem.h \
	node/request.c node/request.h \
	node/schema.h \
	node/select.h \
	node/statement.def \
	node/store.h \
	node/term.c node/term.h \
	node/term_collection.c \
	node/term_literal.c \
	node/term_parts.h \
	node/term_tuple.c \
	node/type_fit.c \
	node/where.h
