# tests/net.mk - one program per file of net/; included by tests/tests.mk
