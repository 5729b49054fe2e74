#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What make-certs makes: each certificate is good, or bad in the one way that its name says.
load helper

setup_file() {
	certs=$BATS_FILE_TMPDIR/certs
	export certs
	"$BATS_TEST_DIRNAME/../cassandra/make-certs" "$certs"
}

# verifies OPTION... NAME: as a client with ca.pem would
verifies() {
	run openssl verify -CAfile "$certs/ca.pem" "${@:1:$#-1}" "$certs/${!#}.pem"
	ended 0
}

refuses() {
	! verifies "$@"
}

@test "each name has its certificate, its key and its bundle" {
	for name in ca otherca server expired future wronghost client expiredclient stranger; do
		[ "$(openssl x509 -in "$certs/$name.pem" -noout -pubkey)" = \
			"$(openssl pkey -in "$certs/$name.key" -pubout)" ]
		grep -q '^-----BEGIN PRIVATE KEY-----' "$certs/$name.key" # PKCS#8
		case $name in ca | otherca) continue ;; esac
		[ "$(grep -c '^-----BEGIN CERTIFICATE-----' "$certs/$name.bundle.pem")" = 2 ]
		[ "$(grep -c '^-----BEGIN PRIVATE KEY-----' "$certs/$name.bundle.pem")" = 1 ]
	done
}

@test "server is good for every default name" {
	for address in 127.0.0.1 127.0.77.1 127.0.78.2 127.0.79.9; do
		verifies -purpose sslserver -verify_ip "$address" server
	done
	verifies -verify_hostname localhost server
	verifies -verify_hostname node.test server
	refuses -verify_ip 127.0.76.1 server
	refuses -purpose sslclient server
}

@test "expired has expired, future has not begun" {
	refuses expired
	[[ $output == *"certificate has expired"* ]]
	refuses expiredclient
	[[ $output == *"certificate has expired"* ]]
	refuses future
	[[ $output == *"not yet valid"* ]]
}

@test "wronghost is good for another host only" {
	verifies wronghost
	verifies -verify_hostname elsewhere.test wronghost
	refuses -verify_ip 127.0.0.1 wronghost
}

@test "client is for clients" {
	verifies -purpose sslclient client
	refuses -purpose sslserver client
}

@test "stranger is trusted by otherca alone" {
	refuses stranger
	openssl verify -CAfile "$certs/otherca.pem" -verify_ip 127.0.0.1 "$certs/stranger.pem"
}

@test "names on the command line replace the default ones" {
	"$TOP/tests/cassandra/make-certs" "$BATS_TEST_TMPDIR/own" cql.test 127.0.9.9 fd00::1
	certs=$BATS_TEST_TMPDIR/own
	verifies -verify_hostname cql.test server
	verifies -verify_ip 127.0.9.9 server
	verifies -verify_ip fd00::1 server
	refuses -verify_hostname localhost server
}

@test "without a folder it shows its usage, without openssl it says what to install" {
	run "$TOP/tests/cassandra/make-certs"
	ended 2 "usage: make-certs DIR"
	bare_machine
	run "$TOP/tests/cassandra/make-certs" "$BATS_TEST_TMPDIR/none"
	ended 1 "make-certs: openssl is missing: install it (Debian: openssl)"
}
