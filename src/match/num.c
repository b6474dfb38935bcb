/*
 * log2 by repeated squaring of the mantissa (one bit of the fraction a step), exp2 from a table
 * made of square roots: both are exact functions of their input, unlike libm's across versions.
 * Where the rounded logarithm steps up is known, so that it need not be squared for each number.
 */
#include "match/num.h"

#include <math.h>

int32_t num_log2_squared(uint64_t v)
{
	int shift = __builtin_clzll(v | 1);
	uint64_t m = v << shift;
	uint32_t fraction = 0;

	if (v == 0)
		return 0;
	for (int i = 0; i < 10; i++) {
		unsigned __int128 square = (unsigned __int128)m * m;
		fraction <<= 1;
		if ((square >> 127) != 0) {
			fraction |= 1;
			m = (uint64_t)(square >> 64);
		} else {
			m = (uint64_t)(square >> 63);
		}
	}
	return (int32_t)(((uint32_t)(63 - shift) << 10 | fraction) + 8) >> 4;
}

#define STEPS 64u
#define BIN_SHIFT 56 /* the seven bits of a mantissa behind its first */

/* The least mantissa whose logarithm is rounded to k / 64 and more, k from 1; test_num.c says that these are
 * the steps of num_log2_squared(). */
static const uint64_t step_at[STEPS] = {
	UINT64_C(0x80b1ed4fd999ab6d), UINT64_C(0x8218af4373fc25ed), UINT64_C(0x8383594eefb6ee38),
	UINT64_C(0x84f1f656379c1a2a), UINT64_C(0x8664915b923fba05), UINT64_C(0x87db357ff698d793),
	UINT64_C(0x8955ee03618e5fde), UINT64_C(0x8ad4c6452c728925), UINT64_C(0x8c57c9c4646f4ddf),
	UINT64_C(0x8ddf042022e69cd7), UINT64_C(0x8f6a8117e6c8e5c5), UINT64_C(0x90fa4c8beee4b12c),
	UINT64_C(0x928e727d9531f9ad), UINT64_C(0x9426ff0fab1c04b7), UINT64_C(0x95c3fe86d6cc7ff0),
	UINT64_C(0x97657d49f17ab08f), UINT64_C(0x990b87e266c189ab), UINT64_C(0x9ab62afc94ff864b),
	UINT64_C(0x9c6573682ec32c2e), UINT64_C(0x9e196e189d472421), UINT64_C(0x9fd228256400dd07),
	UINT64_C(0xa18faeca8544b6e4), UINT64_C(0xa3520f68e802bb93), UINT64_C(0xa5195786be9ef33b),
	UINT64_C(0xa6e594cfeee86b1e), UINT64_C(0xa8b6d5167b320e0a), UINT64_C(0xaa8d2652ec90762a),
	UINT64_C(0xac6896a4be3fe92a), UINT64_C(0xae493452ca35b80f), UINT64_C(0xb02f0dcbb6e04585),
	UINT64_C(0xb21a31a66618fe3c), UINT64_C(0xb40aaea2654b9842), UINT64_C(0xb60093a85ed5f76d),
	UINT64_C(0xb7fbefca8ca41e7d), UINT64_C(0xb9fcd2452c0b9dec), UINT64_C(0xbc034a7ef2e9fb0e),
	UINT64_C(0xbe0f6809860993e4), UINT64_C(0xc0213aa1f0d08db2), UINT64_C(0xc238d2311e3d6674),
	UINT64_C(0xc4563ecc5334cb34), UINT64_C(0xc67990b5aa245f7b), UINT64_C(0xc8a2d85c8ffe2c46),
	UINT64_C(0xcad2265e4290774f), UINT64_C(0xcd078b86503dcdd3), UINT64_C(0xcf4318cf191918c3),
	UINT64_C(0xd184df6251699ac7), UINT64_C(0xd3ccf099859ac37b), UINT64_C(0xd61b5dfe9f9bce08),
	UINT64_C(0xd870394c6db32c85), UINT64_C(0xdacb946f2ac9cc73), UINT64_C(0xdd2d818508324c22),
	UINT64_C(0xdf9612deb8f04421), UINT64_C(0xe2055afffe83d36a), UINT64_C(0xe47b6ca0373da88e),
	UINT64_C(0xe6f85aaaee1fce24), UINT64_C(0xe97c38406c4f8c58), UINT64_C(0xec0718b64c1cbddd),
	UINT64_C(0xee990f980da3025c), UINT64_C(0xf13230a7ad09450a), UINT64_C(0xf3d28fde3a641a5b),
	UINT64_C(0xf67a416c733f846f), UINT64_C(0xf92959bb5dd4ba75), UINT64_C(0xfbdfed6ce5f09c4a),
	UINT64_C(0xfe9e115c7b8f884d),
};

/* Steps at or below the first mantissa of each bin; no bin has two steps. */
static const uint8_t steps_before[128] = {
	0, 1, 1, 2, 3, 4, 4, 5, 6, 6, 7, 8, 8, 9, 10, 10,
	11, 12, 12, 13, 13, 14, 15, 15, 16, 16, 17, 18, 18, 19, 19, 20,
	21, 21, 22, 22, 23, 23, 24, 25, 25, 26, 26, 27, 27, 28, 28, 29,
	29, 30, 30, 31, 31, 32, 32, 33, 34, 34, 35, 35, 35, 36, 36, 37,
	37, 38, 38, 39, 39, 40, 40, 41, 41, 42, 42, 43, 43, 43, 44, 44,
	45, 45, 46, 46, 47, 47, 47, 48, 48, 49, 49, 50, 50, 50, 51, 51,
	52, 52, 52, 53, 53, 54, 54, 55, 55, 55, 56, 56, 56, 57, 57, 58,
	58, 58, 59, 59, 60, 60, 60, 61, 61, 61, 62, 62, 63, 63, 63, 64,
};

int32_t num_log2_of(uint64_t v)
{
	if (v == 0)
		return 0;
	int shift = __builtin_clzll(v);
	uint64_t m = v << shift;
	uint32_t k = steps_before[m >> BIN_SHIFT & 127];

	k += k < STEPS && m >= step_at[k];
	return (63 - shift) * 64 + (int32_t)k;
}

void num_init(struct num *n)
{
	n->log[0] = 0;
	/* Twice as much is one bit more, exactly: the mantissa is the same. */
	for (uint32_t i = 1; i < NUM_LOG_TABLE; i++)
		n->log[i] = (i & 1) != 0 ? num_log2_of(i) : n->log[i / 2] + 64;
	for (uint32_t i = 0; i < 64; i++) {
		double p = 1, root = 2;
		for (uint32_t bit = 32; bit > 0; bit >>= 1) {
			root = sqrt(root);
			if ((i & bit) != 0)
				p *= root;
		}
		n->pow[i] = p;
	}
}

uint32_t num_ppm(double p)
{
	if (!(p > 0))
		return 0;
	if (p >= 1)
		return 1000000;
	return (uint32_t)(p * 1000000 + 0.5);
}
