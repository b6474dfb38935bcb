#ifndef MATCH_BULK_H
#define MATCH_BULK_H
/*
 * When is a component one match of all its records? When all of them are used and nothing ties a
 * record to the partner that it got: from any way to pair them one can get to any other. Pairs that
 * are the same in every such way are matches of their own.
 */
#include "base/base.h"
#include "match/assign.h"

/* a: solved. True when every node is used to its capacity and the edges with and without flow make
 * one strongly connected graph (the elementary components of Dulmage and Mendelsohn 1958). False
 * without memory. */
bool bulk_closed(const struct assign *a);

#endif
