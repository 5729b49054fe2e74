# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # address and port are the caller's
# What the scripts that run the bench's client programs share: the figures of one run, and what a request is of them.
# Sourced, from a script with `set -euo pipefail` that runs in the build directory and sets `address` and `port`.

in_flight=64

needs() {
	local tool
	for tool; do
		command -v "$tool" >/dev/null && continue
		echo "${0##*/}: needs $tool: scripts/install-deps $tool" >&2
		exit 1
	done
}

wait_for() { # ADDRESS PORT
	local i
	for ((i = 0; i < 600; i++)); do
		(: </dev/tcp/"$1"/"$2") 2>/dev/null && return
		sleep 0.1
	done
	echo "${0##*/}: nobody listens at $1:$2" >&2
	return 1
}

# run PROGRAM WORKLOAD REQUESTS [COMMAND...]: its line
run() {
	local program=$1 workload=$2 requests=$3
	shift 3
	"$@" "$program" "$address" "$port" "$workload" "$requests" $in_flight
}

# field NAME: of the line
field() { sed -n "s/.*\"$1\":\([0-9.]*\).*/\1/p"; }

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# counts WORKLOAD: a short run and a longer one, and the one whose time is taken
counts() {
	case $1 in
	w3) echo 100 300 300 ;;
	w4) echo 1000 2000 5000 ;;
	w5) echo 1000 3000 10000 ;;
	*) echo 4000 12000 200000 ;;
	esac
}

# per_request FUNCTION PROGRAM WORKLOAD [TIMES]: the difference that a request makes to what FUNCTION counts, in runs
# that are so many times longer
per_request() {
	local few many a b
	read -r few many _ < <(counts "$3")
	few=$((few * ${4:-1})) many=$((many * ${4:-1}))
	a=$($1 "$2" "$3" "$few")
	b=$($1 "$2" "$3" "$many")
	awk -v d=$((b - a)) -v n=$((many - few)) 'BEGIN { v = d / n; printf (v < 10 ? "%.2f" : "%.0f"), v }'
}

# callgrind counts `rep movsb` once per byte; a real copy does not cost that.
export GLIBC_TUNABLES=glibc.cpu.x86_rep_movsb_threshold=1000000000:glibc.cpu.x86_rep_stosb_threshold=1000000000

instructions() {
	run "$@" valgrind --tool=callgrind --callgrind-out-file=/dev/null 2>&1 >/dev/null | awk '/Collected/ { print $NF }'
}

allocations() {
	LD_PRELOAD=$PWD/bench/.libs/heap.so run "$@" 2>&1 >/dev/null | sed -n 's/^heap: \([0-9]*\).*/\1/p'
}

system_calls() {
	local counted
	counted=$(mktemp)
	run "$@" strace -f -c -o "$counted" >/dev/null
	awk '$NF == "total" { print $4 }' "$counted"
	rm "$counted"
}
