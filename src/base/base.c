/*
 * The CLEANUP functions that every folder uses.
 */
#include "base/base.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

void free_ptr(void *ptr_to_ptr)
{
	void **p = ptr_to_ptr;

	free(*p);
	*p = NULL;
}

void fd_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}
