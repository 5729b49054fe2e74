#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# tally, on outputs as cmocka and automake write them.
load helper

# test_said VERDICT LINE...: adds a test with that verdict and output to the pile.
test_said() {
	local name=$BATS_TEST_TMPDIR/test$((++pile))
	printf ':test-result: %s\n:global-test-result: %s\n:recheck: no\n' "$1" "$1" > "$name.trs"
	shift
	printf '%s\n' "$@" > "$name.log"
}

tallies() { # tallies STATUS LINE: its last
	run "$TOP/scripts/tally" "$BATS_TEST_TMPDIR"/*.trs
	echo "$output"
	[ "$status" = "$1" ] && [ "${lines[-1]}" = "$2" ]
}

@test "cmocka's cases are summed over tests and groups" {
	test_said PASS '[==========] tests: Running 3 test(s).' '[       OK ] one' '[  PASSED  ] 3 test(s).'
	test_said PASS '[  PASSED  ] 10 test(s).' 'PASS test_x (exit status: 0)' '[  PASSED  ] 2 test(s).'
	tallies 0 "15 passed, 0 failed"
}

@test "failed cases count as such, in the old and the new wording" {
	test_said FAIL '[  FAILED  ] one' '[  PASSED  ] 3 test(s).' '[  FAILED  ] 2 test(s), listed below:' \
		'[  FAILED  ] one'
	test_said FAIL '[  PASSED  ] 1 test(s).' '[  FAILED  ] group: 1 test(s), listed below:'
	tallies 1 "4 passed, 3 failed"
}

@test "a crash is a failure, with or without passed cases" {
	test_said FAIL 'Segmentation fault'
	test_said FAIL '[  PASSED  ] 3 test(s).' 'ERROR: LeakSanitizer: detected memory leaks'
	tallies 1 "3 passed, 2 failed"
}

@test "what failed is named, with its words and its end" {
	test_said PASS '[  PASSED  ] 1 test(s).'
	test_said FAIL '[ RUN      ] one' '1 != 2' '[   LINE   ] --- one.c:3: error: Failure!' '[  FAILED  ] one' \
		"$(seq 1000 1099)" 'that is all'
	tallies 1 "1 passed, 1 failed"
	[ "${lines[0]}" = "failed: $BATS_TEST_TMPDIR/test2" ]
	[[ $output = *'1 != 2'*'one.c:3: error'*'and its end:'*1099$'\n''that is all'* ]]
	[[ $output != *1050* ]]
}

@test "a test that did not live to say anything is named" {
	printf ':global-test-result: ERROR\n' > "$BATS_TEST_TMPDIR/lost.trs"
	: > "$BATS_TEST_TMPDIR/lost.log"
	tallies 1 "0 passed, 1 failed"
	[ "${lines[0]}" = "failed: $BATS_TEST_TMPDIR/lost" ]
}

@test "a test without cmocka is one case" {
	test_said PASS 'all layers are fine'
	test_said SKIP 'no c++ here'
	tallies 0 "1 passed, 0 failed, 1 skipped"
}

@test "skipped cases are named" {
	test_said PASS '[  PASSED  ] 2 test(s).' '[  SKIPPED ] 1 test(s), listed below:' '[  SKIPPED ] it'
	tallies 0 "2 passed, 0 failed, 1 skipped"
}

@test "nothing ran: that is a failure" {
	tallies 1 "0 passed, 0 failed"
}
