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

@test "tests/node.sh says why a node is not ready, and leaves none" {
	cd "$BATS_TEST_TMPDIR"
	printf '#!/bin/sh\necho "there is no such port" >&2\nexit 1\n' > coodie
	chmod +x coodie
	run bash -euc 'coodie=./coodie; . "$1"; start_node log --shards 2' run "$TOP/tests/node.sh"
	ended 1 "coodie node --shards 2 is not ready"
	[[ $output = *"there is no such port"* ]]
}
