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

# check DIR [TARGET]: runs `make check`, or one like it, and counts the cases.
check() {
	local result=0
	rm -f "$1"/tests/*.trs # of tests that are no more
	build "$1" "${2:-check}" VERBOSE=1 || result=1
	scripts/tally "$1"/tests/*.trs || result=1
	return "$result"
}
