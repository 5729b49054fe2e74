# tests/examples.mk - the examples of README and docs, compiled and run; included by tests/tests.mk
