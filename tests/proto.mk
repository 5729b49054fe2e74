# tests/proto.mk - one program per file of proto/; included by tests/tests.mk
tests_libcd_test_la_SOURCES += tests/hex.c tests/hex.h tests/message.c tests/message.h tests/golden.c tests/golden.h
check_PROGRAMS += \
	tests/test_batch \
	tests/test_bind \
	tests/test_crc \
	tests/test_error_details \
	tests/test_execute \
	tests/test_framing \
	tests/test_hostile \
	tests/test_inbox \
	tests/test_literal \
	tests/test_lz4 \
	tests/test_message \
	tests/test_notation \
	tests/test_outbox \
	tests/test_request \
	tests/test_response \
	tests/test_result \
	tests/test_row_reader \
	tests/test_segment \
	tests/test_text \
	tests/test_tablet \
	tests/test_timeuuid \
	tests/test_token \
	tests/test_snappy \
	tests/test_type \
	tests/test_uuid_inet \
	tests/test_value \
	tests/test_value_composite \
	tests/test_value_mutations \
	tests/test_wire
EXTRA_DIST += \
	tests/vectors \
	tests/data/frames_batches.inc \
	tests/data/frames_lz4.inc \
	tests/data/frames_malformed.inc \
	tests/data/frames_requests.inc \
	tests/data/frames_responses.inc \
	tests/data/frames_results.inc \
	tests/data/frames_scylla.inc \
	tests/data/frames_snappy.inc \
	tests/data/frames_tolerated.inc \
	tests/data/notations.inc \
	tests/data/segment_streams.inc \
	tests/data/segments.inc \
	tests/data/segments_corrupt.inc \
	tests/data/segments_large.inc \
	tests/data/shard_ports.inc \
	tests/data/shards.inc \
	tests/data/tokens.inc \
	tests/data/tablets.inc \
	tests/data/type_options.inc \
	tests/data/values.inc \
	tests/data/values_decode.inc \
	tests/data/values_lax.inc \
	tests/data/values_reject.inc
