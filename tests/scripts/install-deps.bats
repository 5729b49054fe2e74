#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# install-deps on machines that lack things; nothing is ever installed here.
load helper

setup() {
	bare_machine
	fake apt-get "echo \"\$*\" >> '$BATS_TEST_TMPDIR/apt'"
	fake id 'echo 0'
}

@test "without a group, or with an unknown one, it shows its usage" {
	run "$TOP/scripts/install-deps"
	ended 2 "usage: install-deps GROUP..."
	run "$TOP/scripts/install-deps" build buidl
	ended 2 "unknown group 'buidl'"
}

@test "it installs what is missing, and only that" {
	fake bats
	run "$TOP/scripts/install-deps" lint
	ended 0
	grep -qE '^install .*--no-install-recommends shellcheck$' "$BATS_TEST_TMPDIR/apt"
}

@test "it leaves apt alone when nothing is missing" {
	fake bats
	fake shellcheck
	run "$TOP/scripts/install-deps" lint
	ended 0
	[ -z "$output" ]
	[ ! -e "$BATS_TEST_TMPDIR/apt" ]
}

@test "a header is looked for by the compiler" {
	fake make && fake autoreconf && fake automake && fake libtoolize && fake pkg-config
	# shellcheck disable=SC2016 # for the fake to expand
	fake gcc 'read -r line; case $line in *lz4.h*) exit 1 ;; esac'
	run "$TOP/scripts/install-deps" build
	ended 0
	[ "$output" = "install-deps: apt-get install liblz4-dev" ]
}

@test "a machine with nothing gets all of a group" {
	run "$TOP/scripts/install-deps" build cassandra
	ended 0
	for package in gcc libc6-dev libtool libev-dev libssl-dev liblz4-dev zlib1g-dev \
		openjdk-17-jre-headless maven; do
		[[ " $output " == *" $package "* ]]
	done
}

@test "who is not root is told what to run" {
	fake id 'echo 1000'
	run "$TOP/scripts/install-deps" lint
	ended 1 "only root can install; please run: sudo apt-get install shellcheck bats"
	[ ! -e "$BATS_TEST_TMPDIR/apt" ]
}

@test "without apt it names the packages" {
	rm "$BIN/apt-get"
	run "$TOP/scripts/install-deps" lint
	ended 1 "no apt-get; please install what Debian calls: shellcheck bats"
}

@test "a failing apt fails it" {
	fake apt-get 'exit 100'
	run "$TOP/scripts/install-deps" lint
	ended 100
}
