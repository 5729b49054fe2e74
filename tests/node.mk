# tests/node.mk - one program per file of node/; included by tests/tests.mk
NODE_LIBS = tests/libcd_test.la libcd_node.la libcd_proto.la libcd_base.la $(EXTERNAL_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/test_node_compare
tests_test_node_compare_LDADD = $(NODE_LIBS)
