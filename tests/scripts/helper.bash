# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Shared by the .bats files: where the tree is, and machines that lack things.
TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
export TOP

# bare_machine COMMAND...: makes PATH a folder of what every Debian has, plus these commands.
bare_machine() {
	local command
	BIN=$BATS_TEST_TMPDIR/bin
	mkdir -p "$BIN"
	for command in bash sh env awk basename cat chmod cksum cut date dirname find grep head id kill mkdir mktemp \
		od paste realpath rm rmdir sed sleep tail tr "$@"; do
		ln -sf "$(command -v "$command")" "$BIN/$command"
	done
	PATH=$BIN
	unset JAVA_HOME
	export COODIE_JVM_DIR=$BATS_TEST_TMPDIR/no-jvms
}

# fake COMMAND [BODY]: a program of that name on the bare machine's PATH.
fake() {
	rm -f "$BIN/$1"
	printf '#!/usr/bin/env bash\n%s\n' "${2:-exit 0}" > "$BIN/$1"
	chmod +x "$BIN/$1"
}

# ended STATUS [TEXT]: what `run` ran exited so, and TEXT is in what it said.
ended() {
	# shellcheck disable=SC2154 # bats sets them
	echo "exit $status: $output"
	[ "$status" = "$1" ] && [[ $output == *"${2:-}"* ]]
}
