# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the scripts share: sourced, after which the current folder is the top of the tree.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

heading() {
	printf '\n== %s\n' "$*"
}

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# configured DIR [configure's arguments...]: makes DIR a build folder unless it is one already.
configured() {
	local dir=$1
	shift
	[ ! -e config.status ] || die "this tree was configured in place: run 'make distclean' first"
	[ -x configure ] || autoreconf -i
	if [ ! -e "$dir/Makefile" ]; then
		mkdir -p "$dir"
		(cd "$dir" && "$OLDPWD/configure" --quiet "$@")
	fi
}

# build DIR [make's arguments...]
build() {
	local dir=$1
	shift
	make --no-print-directory -j"$(nproc)" -C "$dir" "$@"
}

# run_tests DIR TARGET WHERE...: makes a target that leaves the tests' verdicts in DIR/WHERE.  When it
# fails without a failed test (say, a test does not compile), it leaves a verdict on itself.
run_tests() {
	local dir=$1 target=$2
	shift 2
	local where=("${@/#/$dir/}")
	mkdir -p "${where[@]}"
	find "${where[@]}" -maxdepth 1 -name '*.trs' -delete # of tests that are no more
	if build "$dir" "$target" VERBOSE=1; then
		return 0
	fi
	if ! find "${where[@]}" -maxdepth 1 -name '*.trs' -exec cat {} + |
		grep -E '^:global-test-result: (FAIL|ERROR)' >/dev/null; then
		echo ':global-test-result: ERROR' > "${where[0]}/make-$target.trs"
		echo "make $target failed" > "${where[0]}/make-$target.log"
	fi
	return 1
}

# check DIR [TARGET]: runs `make check`, or one like it, and counts the cases.
check() {
	local result=0
	run_tests "$1" "${2:-check}" tests fuzz || result=1
	scripts/tally "$1"/tests/*.trs "$1"/tests/orm/*.trs "$1"/tests/migrate/*.trs "$1"/fuzz/*.trs || result=1
	return "$result"
}
