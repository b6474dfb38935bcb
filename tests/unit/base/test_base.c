/*
 * The CLEANUP helpers and ownership macros.
 */
#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "unit/unit.h"

static void free_ptr_clears_and_takes_null(void **state UNUSED)
{
	char *p = malloc(3);

	free_ptr(&p);
	assert_null(p);
	free_ptr(&p);
	assert_null(p);
}

static void fd_close_closes_and_keeps_errno(void **state UNUSED)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int copy = fd;

	assert_true(fd >= 0);
	errno = EXDEV;
	fd_close(&fd);
	assert_int_equal(fd, -1);
	assert_int_equal(errno, EXDEV);
	assert_int_equal(fcntl(copy, F_GETFD), -1);
	errno = EXDEV;
	fd_close(&fd);
	assert_int_equal(errno, EXDEV);
}

static char *owned(bool give)
{
	char *p CLEANUP(free_ptr) = malloc(2);

	assert_non_null(p);
	p[0] = 'x';
	p[1] = '\0';
	return give ? TAKE(p) : NULL;
}

static void take_moves_ownership(void **state UNUSED)
{
	char *p = owned(true);

	assert_string_equal(p, "x");
	free(p);
	assert_null(owned(false));
}

static void take_fd_moves_ownership(void **state UNUSED)
{
	int fd = 7;

	assert_int_equal(TAKE_FD(fd), 7);
	assert_int_equal(fd, -1);
}

static void min_max_evaluate_once(void **state UNUSED)
{
	int i = 1, j = 5;

	assert_int_equal(MIN(i++, j++), 1);
	assert_int_equal(MAX(i++, j++), 6);
	assert_int_equal(i, 3);
	assert_int_equal(j, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(free_ptr_clears_and_takes_null),
		cmocka_unit_test(fd_close_closes_and_keeps_errno),
		cmocka_unit_test(take_moves_ownership),
		cmocka_unit_test(take_fd_moves_ownership),
		cmocka_unit_test(min_max_evaluate_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
