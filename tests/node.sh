# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# For scripts of bash that talk to a node.

# start_node LOG OPTION...: starts `coodie node`, the command $coodie, on a port of its own on 127.0.0.1, and waits until
# it is ready. Leaves its process in $node and its port in $port. What it prints is in LOG.
start_node() {
	local log=$1 end=$((SECONDS + 60))
	shift
	: > "$log" # which is read before the node may have opened it
	"${coodie:?}" node --listen 127.0.0.1:0 "$@" > "$log" 2>&1 &
	node=$!
	until port=$(sed -n 's/^ready on 127\.0\.0\.1:\([0-9]*\)$/\1/p' "$log") && [ -n "$port" ]; do
		if [ "$SECONDS" -ge "$end" ] || ! kill -0 "$node" 2> /dev/null; then
			echo "${0##*/}: coodie node $* is not ready" >&2
			cat "$log" >&2
			exit 1
		fi
		sleep 0.05
	done
}
