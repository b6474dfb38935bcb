/* See pages.h. */
#include "base/pages.h"

#include <sys/mman.h>

#define PAGE ((size_t)4096)

void *pages_map(size_t n, size_t *ret_size)
{
	bool huge = n >= PAGES_HUGE;
	size_t unit = huge ? PAGES_HUGE : PAGE, size = (n + unit - 1) / unit * unit;
	size_t more = huge ? size + PAGES_HUGE : size;
	char *p = mmap(NULL, more, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	if (huge) {
		size_t skip = (PAGES_HUGE - (uintptr_t)p % PAGES_HUGE) % PAGES_HUGE;

		if (skip > 0)
			munmap(p, skip);
		if (skip < PAGES_HUGE)
			munmap(p + skip + size, PAGES_HUGE - skip);
		p += skip;
		(void)madvise(p, size, MADV_HUGEPAGE);
	}
	*ret_size = size;
	return p;
}

/* The pages move to where the new ones begin, so that huge ones stay whole. */
void *pages_grow(void *p, size_t size, size_t n, size_t *ret_size)
{
	size_t grown;
	void *to = pages_map(n, &grown);

	if (to == NULL)
		return NULL;
	if (mremap(p, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to) == MAP_FAILED) {
		munmap(to, grown);
		return NULL;
	}
	if (grown >= PAGES_HUGE)
		(void)madvise(to, grown, MADV_HUGEPAGE);
	*ret_size = grown;
	return to;
}

void pages_shrink(void *p, size_t n, size_t *size)
{
	size_t keep = (n + PAGES_HUGE - 1) / PAGES_HUGE * PAGES_HUGE;

	if (keep == 0 || keep >= *size)
		return;
	munmap((char *)p + keep, *size - keep);
	*size = keep;
}

void pages_unmap(void *p, size_t size)
{
	munmap(p, size);
}
