# demos/demos.mk - small programs to look at; public headers only; included by the top Makefile.am
