# perf: the generator of files with a known truth, the scorer that compares results with it, and the
# engine's parts timed by themselves.
noinst_PROGRAMS += tests/perf/recon-assign tests/perf/recon-explain tests/perf/recon-gen tests/perf/recon-score tests/perf/recon-micro
EXTRA_DIST += %D%/accuracy.ts %D%/bad.ts %D%/bench.ts %D%/csv.ts %D%/duckdb.ts %D%/intake.ts %D%/job.ts %D%/ledger.ts %D%/sets.ts %D%/truth.ts %D%/upload.ts %D%/workbook.ts \
	%D%/package.json \
	%D%/rules/exact.json %D%/rules/window.json %D%/rules/fuzzy.json %D%/rules/groups.json
tests_perf_recon_assign_SOURCES = %D%/assign.c
tests_perf_recon_assign_LDADD = $(MATCH_LIBS)
tests_perf_recon_explain_SOURCES = %D%/explain.c %D%/pairs.c %D%/pairs.h src/cli/load.c src/cli/load.h
tests_perf_recon_explain_LDADD = $(MATCH_LIBS) $(READ_LIBS) $(SEAL_LIBS) $(PTHREAD_LIBS)
tests_perf_recon_gen_SOURCES = %D%/gen.c %D%/gen.h %D%/gen_noise.c %D%/gen_scenarios.c %D%/gen_words.c
tests_perf_recon_gen_LDADD = $(BASE_LIBS) -lm
tests_perf_recon_score_SOURCES = %D%/baseline.c %D%/classes.c %D%/pairs.c %D%/pairs.h %D%/score.c
tests_perf_recon_score_LDADD = $(BASE_LIBS) -lm
tests_perf_recon_micro_SOURCES = %D%/micro.c
tests_perf_recon_micro_LDADD = $(MATCH_LIBS) $(READ_LIBS) $(PTHREAD_LIBS)
