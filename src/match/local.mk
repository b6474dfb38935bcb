# match: the engine, pure.
noinst_LIBRARIES += libmatch.a
libmatch_a_SOURCES = \
	%D%/advice.c \
	%D%/assign.c %D%/assign.h %D%/assign_margin.c %D%/assign_work.h \
	%D%/bind.c %D%/bind.h \
	%D%/blind.c %D%/blind.h \
	%D%/block.c %D%/block.h \
	%D%/block_index.c \
	%D%/block_plan.c \
	%D%/block_probe.c \
	%D%/calibrate.c %D%/calibrate.h \
	%D%/candidate.c \
	%D%/bulk.c %D%/bulk.h \
	%D%/check.c \
	%D%/close.c %D%/close.h \
	%D%/close_choice.c \
	%D%/close_open.c \
	%D%/close_pattern.c \
	%D%/close_rank.c \
	%D%/close_reason.c \
	%D%/cluster.c %D%/cluster.h \
	%D%/cluster_run.c %D%/cluster_run.h \
	%D%/compete.c %D%/compete.h \
	%D%/choice.c \
	%D%/choose.c \
	%D%/component.c \
	%D%/engine.c %D%/engine.h \
	%D%/find.c %D%/find.h \
	%D%/forest.h \
	%D%/group.c \
	%D%/intern.c \
	%D%/learn.c %D%/learn.h %D%/learn_parts.h \
	%D%/learn_atom.c \
	%D%/learn_choose.c \
	%D%/learn_compare.c \
	%D%/learn_count.c \
	%D%/learn_file.c \
	%D%/learn_find.c %D%/learn_find.h \
	%D%/learn_fit.c \
	%D%/learn_joint.c \
	%D%/learn_index.c \
	%D%/learn_join.c \
	%D%/learn_key.c \
	%D%/learn_lift.c \
	%D%/learn_sample.c \
	%D%/learn_text.c \
	%D%/learn_weight.c \
	%D%/learn_window.c \
	%D%/many.c \
	%D%/marginal.c %D%/marginal.h \
	%D%/match.h \
	%D%/metric.c %D%/metric.h %D%/metric_impl.h \
	%D%/metric_token.c \
	%D%/net.c %D%/net_compete.c \
	%D%/num.c %D%/num.h \
	%D%/odds.c %D%/odds.h \
	%D%/partial.c \
	%D%/phase.def \
	%D%/propose.c %D%/propose_parts.h \
	%D%/propose_advice.c \
	%D%/propose_code.c \
	%D%/propose_lift.c \
	%D%/propose_pair.c \
	%D%/propose_profile.c \
	%D%/propose_write.c \
	%D%/radix.c %D%/radix.h \
	%D%/receipt.c %D%/receipt.h %D%/receipt_identity.c \
	%D%/repeats.c \
	%D%/run.c \
	%D%/sample.c %D%/sample.h \
	%D%/score.c \
	%D%/settle.c \
	%D%/small.c %D%/small.h \
	%D%/solve.c \
	%D%/stage.c %D%/stage.h \
	%D%/subset.c %D%/subset.h \
	%D%/test.c \
	%D%/transport.c %D%/transport.h \
	%D%/words.c
MATCH_LIBS = libmatch.a $(RULES_LIBS) $(COL_LIBS) $(WIRE_LIBS) $(BASE_LIBS) -lm

MATCH_TESTS = \
	tests/unit/match/test_assign \
	tests/unit/match/test_bind \
	tests/unit/match/test_blind \
	tests/unit/match/test_calibrate \
	tests/unit/match/test_choice \
	tests/unit/match/test_cluster \
	tests/unit/match/test_cluster_run \
	tests/unit/match/test_calibrated \
	tests/unit/match/test_compete \
	tests/unit/match/test_find \
	tests/unit/match/test_group \
	tests/unit/match/test_kinds \
	tests/unit/match/test_limits \
	tests/unit/match/test_marginal \
	tests/unit/match/test_match \
	tests/unit/match/test_metric \
	tests/unit/match/test_learn \
	tests/unit/match/test_learn_atom \
	tests/unit/match/test_learn_joint \
	tests/unit/match/test_learn_bounds \
	tests/unit/match/test_learn_model \
	tests/unit/match/test_propose \
	tests/unit/match/test_propose_advice \
	tests/unit/match/test_passes \
	tests/unit/match/test_property \
	tests/unit/match/test_num \
	tests/unit/match/test_radix \
	tests/unit/match/test_receipt \
	tests/unit/match/test_reference \
	tests/unit/match/test_sample \
	tests/unit/match/test_settle \
	tests/unit/match/test_small \
	tests/unit/match/test_subset \
	tests/unit/match/test_transport
check_PROGRAMS += $(MATCH_TESTS) $(MATCH_PLANTS)
tests_unit_match_test_assign_SOURCES = tests/unit/match/test_assign.c
tests_unit_match_test_assign_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_bind_SOURCES = tests/unit/match/test_bind.c tests/unit/match/scene.h
tests_unit_match_test_bind_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_blind_SOURCES = tests/unit/match/test_blind.c
tests_unit_match_test_blind_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_calibrate_SOURCES = tests/unit/match/test_calibrate.c
tests_unit_match_test_calibrate_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_choice_SOURCES = tests/unit/match/test_choice.c tests/unit/match/scene.h
tests_unit_match_test_choice_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_cluster_SOURCES = tests/unit/match/test_cluster.c
tests_unit_match_test_cluster_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_cluster_run_SOURCES = tests/unit/match/test_cluster_run.c
tests_unit_match_test_cluster_run_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_compete_SOURCES = tests/unit/match/test_compete.c
tests_unit_match_test_compete_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_find_SOURCES = tests/unit/match/test_find.c
tests_unit_match_test_find_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_group_SOURCES = tests/unit/match/test_group.c tests/unit/match/scene.h
tests_unit_match_test_group_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_calibrated_SOURCES = tests/unit/match/test_calibrated.c tests/unit/match/scene.h
tests_unit_match_test_calibrated_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_limits_SOURCES = tests/unit/match/test_limits.c tests/unit/match/scene.h
tests_unit_match_test_limits_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_marginal_SOURCES = tests/unit/match/test_marginal.c
tests_unit_match_test_marginal_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_kinds_SOURCES = tests/unit/match/test_kinds.c tests/unit/match/scene.h
tests_unit_match_test_kinds_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_match_SOURCES = tests/unit/match/test_match.c tests/unit/match/scene.h
tests_unit_match_test_match_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_metric_SOURCES = tests/unit/match/test_metric.c tests/unit/corpus.h
tests_unit_match_test_metric_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_learn_SOURCES = tests/unit/match/test_learn.c tests/unit/match/scene.h
tests_unit_match_test_learn_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_learn_atom_SOURCES = tests/unit/match/test_learn_atom.c tests/unit/match/scene.h
tests_unit_match_test_learn_atom_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_learn_joint_SOURCES = tests/unit/match/test_learn_joint.c tests/unit/match/scene.h
tests_unit_match_test_learn_joint_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_learn_bounds_SOURCES = tests/unit/match/test_learn_bounds.c tests/unit/match/scene.h
tests_unit_match_test_learn_bounds_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_learn_model_SOURCES = tests/unit/match/test_learn_model.c tests/unit/match/scene.h
tests_unit_match_test_learn_model_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_propose_SOURCES = tests/unit/match/test_propose.c
tests_unit_match_test_propose_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_propose_advice_SOURCES = tests/unit/match/test_propose_advice.c
tests_unit_match_test_propose_advice_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_passes_SOURCES = tests/unit/match/test_passes.c tests/unit/match/scene.h
tests_unit_match_test_passes_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_property_SOURCES = tests/unit/match/test_property.c tests/unit/match/scene.h
tests_unit_match_test_property_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_receipt_SOURCES = tests/unit/match/test_receipt.c tests/unit/match/scene.h
tests_unit_match_test_receipt_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_reference_SOURCES = tests/unit/match/test_reference.c \
	tests/unit/match/reference.c tests/unit/match/reference.h
tests_unit_match_test_reference_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_sample_SOURCES = tests/unit/match/test_sample.c
tests_unit_match_test_sample_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_num_SOURCES = tests/unit/match/test_num.c tests/unit/match/scene.h
tests_unit_match_test_num_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_radix_SOURCES = tests/unit/match/test_radix.c tests/unit/match/scene.h
tests_unit_match_test_radix_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_settle_SOURCES = tests/unit/match/test_settle.c tests/unit/match/scene.h
tests_unit_match_test_settle_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_small_SOURCES = tests/unit/match/test_small.c
tests_unit_match_test_small_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_subset_SOURCES = tests/unit/match/test_subset.c
tests_unit_match_test_subset_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_test_transport_SOURCES = tests/unit/match/test_transport.c
tests_unit_match_test_transport_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)

# The property tests once more, against objects with a planted fault that they must find.
MATCH_PLANTS = \
	tests/unit/match/plant_greedy \
	tests/unit/match/plant_twice \
	tests/unit/match/plant_loose \
	tests/unit/match/plant_tight \
	tests/unit/match/plant_transport
MATCH_PLANT_SOURCES = tests/unit/match/test_property.c tests/unit/match/scene.h
tests_unit_match_plant_greedy_SOURCES = $(MATCH_PLANT_SOURCES) %D%/assign.c %D%/small.c
tests_unit_match_plant_greedy_CPPFLAGS = $(AM_CPPFLAGS) -DMATCH_PLANT_GREEDY -DMATCH_PLANT_ASSIGN \
	-DMATCH_PLANT_WANT='"optimal weight"'
tests_unit_match_plant_greedy_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_plant_twice_SOURCES = $(MATCH_PLANT_SOURCES) %D%/assign.c %D%/small.c
tests_unit_match_plant_twice_CPPFLAGS = $(AM_CPPFLAGS) -DMATCH_PLANT_TWICE -DMATCH_PLANT_ASSIGN \
	-DMATCH_PLANT_WANT='"a row used twice"'
tests_unit_match_plant_twice_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_plant_loose_SOURCES = $(MATCH_PLANT_SOURCES) %D%/group.c %D%/test.c
tests_unit_match_plant_loose_CPPFLAGS = $(AM_CPPFLAGS) -DMATCH_PLANT_TOLERANCE=1 \
	-DMATCH_PLANT_WANT='"sums within tolerance"'
tests_unit_match_plant_loose_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_plant_tight_SOURCES = $(MATCH_PLANT_SOURCES) %D%/group.c
tests_unit_match_plant_tight_CPPFLAGS = $(AM_CPPFLAGS) -DMATCH_PLANT_TOLERANCE=-1 \
	-DMATCH_PLANT_WANT='"groups: a set is missing"'
tests_unit_match_plant_tight_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
tests_unit_match_plant_transport_SOURCES = tests/unit/match/test_transport.c %D%/transport.c
tests_unit_match_plant_transport_CPPFLAGS = $(AM_CPPFLAGS) -DMATCH_PLANT_GREEDY \
	-DTRANSPORT_WANT_FAULT='"the best way"'
tests_unit_match_plant_transport_LDADD = $(MATCH_LIBS) $(CMOCKA_LIBS)
