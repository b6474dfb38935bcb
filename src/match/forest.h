#ifndef MATCH_FOREST_H
#define MATCH_FOREST_H
/* Union-find over numbers: parent[x] == x is a root; the root of a set is its least number, so which
 * one it is does not depend on the order of unions (Tarjan 1975, with path halving). */
#include <assert.h>

#include "base/base.h"

static inline uint32_t forest_root(uint32_t *parent, uint32_t x)
{
	assert(parent != NULL);
	while (parent[x] != x) {
		parent[x] = parent[parent[x]];
		x = parent[x];
	}
	return x;
}

static inline void forest_unite(uint32_t *parent, uint32_t a, uint32_t b)
{
	uint32_t x = forest_root(parent, a), y = forest_root(parent, b);

	parent[MAX(x, y)] = MIN(x, y);
}

#endif
