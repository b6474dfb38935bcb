#ifndef MATCH_METRIC_IMPL_H
#define MATCH_METRIC_IMPL_H
/* What metric.c and metric_token.c share. */
#include "match/metric.h"

#define WORDS_MAX (METRIC_MAX / 64)
#define SYMBOLS_MAX (METRIC_MAX + 1) /* distinct code points of a pattern, and "none of them" */
#define HASH_SIZE 8192u		     /* 2 x METRIC_MAX, a power of two */

/* A text as code points. */
struct points {
	uint32_t *p;
	uint32_t n;
};

struct metric {
	struct sv pattern;
	struct sv kept; /* the pattern as it came, where it may be kept; p NULL: not */
	uint32_t n;	/* code points of the pattern */
	uint32_t words; /* ceil(n / 64) */
	bool small;	/* ASCII and n <= 64: peq holds everything */
	char copy[64];	/* of a small pattern, to forget it by */
	bool prepared;	/* the tables below are filled for this pattern */
	uint64_t peq[128];
	/* Any other pattern: positions of each symbol, words of 64 bits. */
	struct points a, b;
	uint16_t ascii_symbol[128];
	uint32_t *hash_point;	/* HASH_SIZE, UINT32_MAX empty */
	uint16_t *hash_symbol;
	uint64_t *bits; /* SYMBOLS_MAX x WORDS_MAX, grown as needed */
	size_t bits_cap;
	uint32_t symbols;
	uint64_t *vec;	/* 6 x WORDS_MAX */
	uint32_t *rows; /* dynamic programming, grown as needed */
	size_t rows_cap;
	struct metric *inner; /* for the token metrics, made at first use */
	char *text[2];	      /* joined words */
	struct sv *tokens[2];
	uint64_t *grams[2];
};

/* Decodes at most METRIC_MAX code points. */
void metric_decode(struct sv text, struct points *out);
/* Up to METRIC_MAX code points of text, in bytes. */
struct sv metric_cut(struct sv text);
/* num / den in millionths, to nearest; den > 0. */
int32_t metric_fraction(uint64_t num, uint64_t den);

#endif
