#ifndef READ_PLANT_H
#define READ_PLANT_H
/*
 * Faults that fuzz targets must find (./dev fuzz planted): where PLANTED stands, a reader has a
 * check too few, or one that is off by one, once the tree is built with -DFUZZ_PLANT.
 */
#ifdef FUZZ_PLANT
#define PLANTED 1
#else
#define PLANTED 0
#endif

#endif
