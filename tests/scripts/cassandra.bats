#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The launcher's words and its care for processes, without Java and without Cassandra.
load helper

setup() {
	export COODIE_CASSANDRA_ROOT=$BATS_TEST_TMPDIR/root COODIE_CASSANDRA_CACHE=$BATS_TEST_TMPDIR/cache
	cassandra=$TOP/tests/cassandra/cassandra
}

teardown() {
	[ -z "${process:-}" ] || kill -KILL "$process" 2>/dev/null || :
}

# says STATUS TEXT ARGUMENT...: the launcher, called so, exits so and says so.
says() {
	local status_wanted=$1 text=$2
	shift 2
	run "$cassandra" "$@"
	echo "$*:"
	ended "$status_wanted" "$text"
}

# node_with_process NAME ARGUMENT: a node's folder whose pid file names a process of ours, which
# has ARGUMENT on its command line.
node_with_process() {
	local dir=$COODIE_CASSANDRA_ROOT/$1
	mkdir -p "$dir"
	echo 'address=127.0.79.99 port=9042' > "$dir/settings"
	# The process is its own parent's only child, so nobody has to wait for it.
	process=$(bash -c 'sleep 60 >/dev/null 2>&1 3>&- & wait' "$2" >/dev/null 2>&1 3>&- & echo $!)
	echo "$process" > "$dir/pid"
	until tr '\0' '\n' < "/proc/$process/cmdline" | grep -qxF "$2"; do sleep 0.01; done
}

@test "without a command, or with an unknown one, it shows its usage" {
	says 2 "no command"
	says 2 "usage: cassandra prepare"
	says 2 "unknown command 'strat'" strat n1
	says 0 "usage: cassandra prepare" --help
}

@test "commands on nodes need a name, and a harmless one" {
	for command in start stop kill pause resume restart status log remove ring nodetool; do
		says 2 "$command needs a node's name" "$command"
		says 2 "'../x' cannot be a node's name" "$command" ../x
	done
	says 2 "prepare takes no arguments" prepare n1
}

@test "start refuses options that it does not understand" {
	says 2 "start needs --address" start n1
	says 2 "--address needs a value" start n1 --address
	says 2 "start does not know --adress" start n1 --adress 127.0.79.1
	says 2 "start does not know n2" start n1 n2
	says 2 "--heap needs a number, not '1G'" start n1 --address 127.0.79.1 --heap 1G
	says 2 "--port needs a number, not '0'" start n1 --address 127.0.79.1 --port 0
	says 2 "--timeout needs a number, not ''" start n1 --address 127.0.79.1 --timeout ''
	says 2 "--yaml needs KEY=VALUE, not 'num_tokens: 1'" \
		start n1 --address 127.0.79.1 --yaml 'num_tokens: 1'
}

@test "start serves loopback addresses only" {
	for address in 10.0.0.1 0.0.0.0 localhost 127.0.1 127.0.0.1.5 ::1; do
		says 2 "$address is not a loopback address" start n1 --address "$address"
	done
}

@test "start names the certificate file that is missing" {
	mkdir "$BATS_TEST_TMPDIR/certs"
	says 1 "no server.bundle.pem in $BATS_TEST_TMPDIR/certs" \
		start n1 --address 127.0.79.1 --tls "$BATS_TEST_TMPDIR/certs"
	touch "$BATS_TEST_TMPDIR/certs/expired.bundle.pem"
	says 1 "no ca.pem in $BATS_TEST_TMPDIR/certs" \
		start n1 --address 127.0.79.1 --tls "$BATS_TEST_TMPDIR/certs" --cert expired
}

@test "without Java it says what to install" {
	bare_machine
	says 1 "no Java 17 found: no java at all; install it (Debian: openjdk-17-jre-headless)" prepare
	says 1 "no Java 17 found" start n1 --address 127.0.79.1
}

@test "with another Java it says which it found" {
	bare_machine
	fake java 'echo "openjdk version \"21.0.4\" 2024-07-16" >&2'
	says 1 "no Java 17 found: $BIN/java is Java 21; install it" prepare
}

@test "it prefers JAVA_HOME and finds a Java 17 that is not the default" {
	bare_machine
	fake java 'echo "openjdk version \"21.0.4\" 2024-07-16" >&2'
	for home in "$COODIE_JVM_DIR/java-17-openjdk-x" "$BATS_TEST_TMPDIR/home"; do
		mkdir -p "$home/bin"
		printf '#!/usr/bin/env bash\necho "openjdk version \\"17.0.1\\" x" >&2\n' > "$home/bin/java"
		chmod +x "$home/bin/java"
	done
	says 0 "$COODIE_JVM_DIR/java-17-openjdk-x/bin/java" java
	JAVA_HOME=$BATS_TEST_TMPDIR/home says 0 "$BATS_TEST_TMPDIR/home/bin/java" java
}

@test "without Maven it says what to install" {
	bare_machine flock
	fake java 'echo "openjdk version \"17.0.15\" 2025-04-15" >&2'
	says 1 "mvn is missing: install Maven (Debian: maven)" prepare
}

@test "a Maven that fails leaves no half set of jars" {
	bare_machine flock
	fake java 'echo "openjdk version \"17.0.15\" 2025-04-15" >&2'
	# shellcheck disable=SC2016 # for the fake to expand
	fake mvn 'for a; do case $a in -DoutputDirectory=*) mkdir -p "${a#*=}" ;; esac; done; exit 1'
	says 1 "Maven could not fetch Cassandra" prepare
	[ -z "$(find "$COODIE_CASSANDRA_CACHE" -name lib)" ]
}

@test "an unknown node is an error, except to remove" {
	for command in stop kill pause resume restart status log ring nodetool; do
		says 1 "no node named n1 in $COODIE_CASSANDRA_ROOT" "$command" n1
	done
	says 0 "" remove n1
}

@test "a node is paused, resumed and killed by its pid" {
	node_with_process n1 "@$COODIE_CASSANDRA_ROOT/n1/java.args"
	says 1 "n1 is already running, pid $process" start n1 --address 127.0.79.99
	says 0 "" pause n1
	says 0 "n1 127.0.79.99:9042 paused, pid $process" status n1
	says 0 "" resume n1
	says 0 "n1 127.0.79.99:9042 silent, pid $process" status n1
	says 0 "" kill n1
	says 1 "n1 127.0.79.99:9042 stopped" status n1
	says 1 "n1 is not running" pause n1
}

@test "stop ends a paused node too, remove forgets it" {
	node_with_process n1 "@$COODIE_CASSANDRA_ROOT/n1/java.args"
	says 0 "" pause n1
	says 0 "" stop n1
	says 1 "stopped" status n1
	says 0 "" remove n1
	[ ! -e "$COODIE_CASSANDRA_ROOT" ]
}

@test "a stranger who has the node's old pid is left alone" {
	node_with_process n1 "@$COODIE_CASSANDRA_ROOT/n10/java.args"
	says 1 "stopped" status n1
	says 1 "n1 is not running" pause n1
	says 0 "" kill n1
	says 0 "" remove n1
	kill -0 "$process"
}
