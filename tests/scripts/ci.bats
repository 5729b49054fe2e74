#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The two lists of CI steps, and the runner of the real-Cassandra tests where it needs no Cassandra.
load helper

@test ".ci/run, the workflow and .github/scripts name the same steps" {
	local scripts run workflow
	scripts=$(cd "$TOP/.github/scripts" && printf '%s\n' *)
	run=$(sed -n 's/:[0-9]*//g; s/^readonly \(always\|while_time\)=(\(.*\))$/\2/p' "$TOP/.ci/run" | xargs)
	workflow=$(sed -n 's/^ *step: \[\(.*\)\]$/\1/p' "$TOP/.github/workflows/ci.yml")
	[ "$(tr ' ' '\n' <<<"$run" | sort)" = "$(sort <<<"$scripts")" ]
	[ "$(tr -d , <<<"$workflow" | tr ' ' '\n' | sort)" = "$(sort <<<"$scripts")" ]
}

@test "tests/cassandra/run says which program is not built, and starts nothing" {
	cd "$BATS_TEST_TMPDIR"
	run "$TOP/tests/cassandra/run"
	ended 1 "run: tests/integration is not built here"
	run "$TOP/tests/cassandra/run" tests/other
	ended 1 "run: tests/other is not built here"
	[ -z "$(ls)" ]
}
