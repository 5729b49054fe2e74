# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# What the scripts that try a command have in common. They run in the build folder, begin by reading this, and end with
# finish; each wish that is met is a case.
#
#   run CODE COMMAND...   runs it in $place, wants this exit code; what it prints is in $dir/out and $dir/err
#   says FILE PATTERN     a line of $dir/FILE (out, err or another) matches
#   lacks FILE PATTERN    none does
#   silent FILE           it is empty
#   prints LINE           standard output is this line and nothing more
#   shows <<END           it is what stands here; from a pipe, where it would be in a subshell, no failure would count
#   is_json [KEY]         each line of standard output is an object of JSON, with a text of that name
#   ok, fail WHY          for what these cannot say; $ran is the command that ran last
#   finish                prints the sum in cmocka's form, for scripts/tally, and exits
#
#   start OPTION...       starts `coodie node`: $node is its process, $address where it listens
#   start_peer OPTION...  the same with the tests' own peer, which is no server but acts like one
#   reach                 starts a node unless COODIE_TEST_PLAIN names a server: $address is that or this
#   on_server             is it a server's?
#   stop SIGNAL           ends $node, wants that it ends well
#   cql STATEMENT...      what $address answers is in $dir/rows; without an answer the script has no sense
#
# $dir is a folder of the script's own, $top the source's, $coodie the command. At the end the folder is gone, and so are
# the nodes and, where a server was named, the $keyspaces on it.
set -u
top=$(cd "${srcdir:-.}" && pwd)
coodie=$PWD/tools/coodie
run_cql=$PWD/tests/run_cql
place=$PWD
keyspaces=
dir=$(mktemp -d) || exit 1
started=
node=
address=
ran=nothing
passed=0
failed=0
unset COODIE_ALLOW_SCHEMA_MANAGEMENT COODIE_HOSTS COODIE_PORT COODIE_URI COODIE_USER COODIE_PASSWORD COODIE_KEYSPACE COODIE_MODELS COODIE_SCHEMA

on_server() {
	[ -n "${COODIE_TEST_PLAIN:-}" ]
}

# shellcheck disable=SC2317 # the trap calls it
clean_up() {
	if on_server; then
		for keyspace in $keyspaces; do
			"$run_cql" "$COODIE_TEST_PLAIN" "DROP KEYSPACE IF EXISTS $keyspace"
		done
	fi
	# shellcheck disable=SC2086 # pids are words
	[ -z "$started" ] || kill $started 2>/dev/null
	rm -rf "$dir"
}
trap clean_up EXIT

ok() {
	passed=$((passed + 1))
}

fail() {
	echo "${0##*/}: $*" >&2
	cat "$dir/out" "$dir/err" 2>/dev/null | head -n 80 | sed 's/^/  /' >&2
	failed=$((failed + 1))
}

finish() {
	echo "[  PASSED  ] $passed test(s)."
	[ "$failed" = 0 ] || echo "[  FAILED  ] $failed test(s)."
	exit $((failed > 0))
}

run() {
	want=$1
	shift
	ran=$*
	ran=${ran#"${coodie%/*}/"}
	(cd "$place" && "$@") >"$dir/out" 2>"$dir/err"
	got=$?
	if [ "$got" = "$want" ]; then ok; else fail "$ran: exit code $got, not $want"; fi
}

says() {
	if grep -q -e "$2" "$dir/$1"; then ok; else fail "$ran: $1 does not say '$2'"; fi
}

lacks() {
	if grep -q -e "$2" "$dir/$1"; then fail "$ran: $1 says '$2'"; else ok; fi
}

silent() {
	if [ -s "$dir/$1" ]; then fail "$ran: $1 should be empty"; else ok; fi
}

prints() {
	echo "$1" >"$dir/line"
	shows <"$dir/line"
}

shows() {
	cat >"$dir/wanted"
	if diff -u "$dir/wanted" "$dir/out" >"$dir/diff"; then ok; else fail "$ran: it prints something else: $(cat "$dir/diff")"; fi
}

# by a parser that is not ours, where there is one
is_json() {
	command -v python3 >/dev/null || return 0
	if python3 -c '
import json, sys
for line in open(sys.argv[1]):
    one = json.loads(line)
    assert isinstance(one, dict) and all(isinstance(one[key], str) for key in sys.argv[2:])
' "$dir/out" "$@" 2>"$dir/diff"; then ok; else fail "$ran: a line is no JSON: $(cat "$dir/diff")"; fi
}

# launch COMMAND...: in the background, until its first line is there, which ends with its address
launch() {
	: >"$dir/ready"
	"$@" >"$dir/ready" 2>"$dir/node-err" &
	node=$!
	started="$started $node"
	until grep -q . "$dir/ready"; do
		kill -0 "$node" 2>/dev/null || {
			echo "${0##*/}: $* has ended" >&2
			cat "$dir/node-err" >&2
			exit 1
		}
		sleep 0.02
	done
	address=$(sed -n '1s/^ready on //; 1p' "$dir/ready")
}

start() {
	launch "$coodie" node --listen 127.0.0.1:0 "$@"
}

start_peer() {
	launch tests/peer_main "$@"
}

reach() {
	if on_server; then address=$COODIE_TEST_PLAIN; else start; fi
}

stop() {
	kill -s "$1" "$node"
	wait "$node"
	got=$?
	if [ "$got" = 0 ]; then ok; else fail "SIG$1: the node's exit code is $got"; fi
	others=
	for pid in $started; do
		[ "$pid" = "$node" ] || others="$others $pid"
	done
	started=$others
	node=
}

cql() {
	"$run_cql" "$address" "$@" >"$dir/rows" 2>&1 || {
		cat "$dir/rows" >&2
		fail "$*"
		exit 1
	}
}
