# tests/examples.mk - README, docs and examples against the headers; included by tests/tests.mk
# The examples that need nothing designed-only are programs too: what compiles also links.
STYLE_CHECKS += tests/check-examples tests/check-guide
EXTRA_DIST += README.md CHANGELOG.md tests/guide.c tests/guide.h
check_examples = examples/blocking examples/attached examples/async examples/prepared examples/only \
	examples/dissect examples/embedded_node examples/tls examples/loop_epoll
noinst_PROGRAMS += $(check_examples)
examples_blocking_SOURCES = examples/blocking.c
examples_blocking_LDADD = libcoodie.la
examples_attached_SOURCES = examples/attached.c
examples_attached_LDADD = libcoodie.la $(EV_LIBS)
examples_loop_epoll_SOURCES = examples/loop_epoll.c
examples_loop_epoll_LDADD = libcoodie.la
examples_async_SOURCES = examples/async.c
examples_async_LDADD = libcoodie.la
examples_prepared_SOURCES = examples/prepared.c
examples_prepared_LDADD = libcoodie.la
examples_only_SOURCES = examples/only.c
examples_only_LDADD = libcoodie.la
examples_dissect_SOURCES = examples/dissect.c
examples_dissect_LDADD = libcoodie.la
examples_embedded_node_SOURCES = examples/embedded_node.c
examples_embedded_node_LDADD = libcoodie.la libcoodie-node.la
examples_tls_SOURCES = examples/tls.c
examples_tls_LDADD = libcoodie.la

# on libuv, where there is one
if HAVE_UV
noinst_PROGRAMS += examples/loop_uv
examples_loop_uv_SOURCES = examples/loop_uv.c
examples_loop_uv_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
examples_loop_uv_LDADD = libcoodie.la $(UV_LIBS)
check_PROGRAMS += tests/test_session_uv
endif
tests_test_session_uv_SOURCES = tests/test_session.c tests/stage.c tests/stage_uv.c tests/stage.h
tests_test_session_uv_CFLAGS = $(AM_CFLAGS) $(UV_CFLAGS)
tests_test_session_uv_LDADD = $(LDADD) $(UV_LIBS)
