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

check_PROGRAMS += \
	tests/unit/sys/test_clock \
	tests/unit/sys/test_conf \
	tests/unit/sys/test_fdpass \
	tests/unit/sys/test_log \
	tests/unit/sys/test_loop \
	tests/unit/sys/test_main \
	tests/unit/sys/test_metrics \
	tests/unit/sys/test_proc \
	tests/unit/sys/test_sandbox
tests_unit_sys_test_clock_SOURCES = tests/unit/sys/test_clock.c
tests_unit_sys_test_clock_LDADD = $(SYS_LIBS) $(CMOCKA_LIBS)
tests_unit_sys_test_conf_SOURCES = tests/unit/sys/test_conf.c
tests_unit_sys_test_conf_LDADD = $(SYS_LIBS) $(CMOCKA_LIBS)
tests_unit_sys_test_fdpass_SOURCES = tests/unit/sys/test_fdpass.c
tests_unit_sys_test_fdpass_LDADD = $(SYS_LIBS) $(CMOCKA_LIBS)
tests_unit_sys_test_log_SOURCES = tests/unit/sys/test_log.c
tests_unit_sys_test_log_LDADD = $(SYS_LIBS) $(CMOCKA_LIBS)
tests_unit_sys_test_loop_SOURCES = tests/unit/sys/test_loop.c
tests_unit_sys_test_loop_LDADD = $(SYS_LIBS) $(CMOCKA_LIBS)
tests_unit_sys_test_main_SOURCES = tests/unit/sys/test_main.c
tests_unit_sys_test_main_LDADD = $(SYS_LIBS) $(CMOCKA_LIBS)
tests_unit_sys_test_metrics_SOURCES = tests/unit/sys/test_metrics.c
tests_unit_sys_test_metrics_LDADD = $(SYS_LIBS) $(CMOCKA_LIBS)
tests_unit_sys_test_proc_SOURCES = tests/unit/sys/test_proc.c
tests_unit_sys_test_proc_LDADD = $(SYS_LIBS) $(CMOCKA_LIBS)
tests_unit_sys_test_sandbox_SOURCES = tests/unit/sys/test_sandbox.c
tests_unit_sys_test_sandbox_LDADD = $(SYS_LIBS) $(CMOCKA_LIBS)
