# The supervisor of ./dev's private instance; not installed.
noinst_PROGRAMS += %D%/supervise
%C%_supervise_SOURCES = %D%/supervise.c
%C%_supervise_LDADD =
