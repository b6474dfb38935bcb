# sys: the machine; libseccomp and libsystemd.
noinst_LIBRARIES += libsys.a
libsys_a_CPPFLAGS = $(AM_CPPFLAGS) $(SECCOMP_CFLAGS) $(SYSTEMD_CFLAGS)
libsys_a_SOURCES = \
	%D%/clock.c %D%/clock.h \
	%D%/conf.c %D%/conf.def %D%/conf.h \
	%D%/fdpass.c %D%/fdpass.h \
	%D%/log.c %D%/log.h \
	%D%/loop.c %D%/loop.h \
	%D%/main.c %D%/main.h \
	%D%/metric.def %D%/metrics.c %D%/metrics.h \
	%D%/proc.c %D%/proc.h \
	%D%/sandbox.c %D%/sandbox.h
SYS_LIBS = libsys.a $(BASE_LIBS) $(SECCOMP_LIBS) $(SYSTEMD_LIBS)

