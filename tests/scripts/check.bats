#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# tests/check.sh: a wish that is not met is counted and said, however it is made.
load helper

# counts STATUS PASSED FAILED: runs what stands here as a script of tests/
counts() {
	printf '#!/bin/sh\n. "%s/tests/check.sh"\n' "$TOP" > "$BATS_TEST_TMPDIR/check-it"
	cat >> "$BATS_TEST_TMPDIR/check-it"
	run env -u COODIE_TEST_PLAIN srcdir="$TOP" sh "$BATS_TEST_TMPDIR/check-it"
	ended "$1" "[  PASSED  ] $2 test(s)."
	[ "$3" = 0 ] || ended "$1" "[  FAILED  ] $3 test(s)."
}

@test "what is as it should be" {
	counts 0 6 0 <<'END'
run 3 sh -c 'echo one; exit 3'
says out '^one$'
lacks out two
silent err
prints one
shows <"$dir/out"
finish
END
}

@test "each wish that is not met" {
	counts 1 1 7 <<'END'
run 3 sh -c 'echo one; echo two >&2'
says out two
lacks out one
silent err
prints two
shows </dev/null
run 0 true
fail 'just so'
finish
END
	ended 1 'check-it: sh -c echo one; echo two >&2: exit code 0, not 3'
	ended 1 'check-it: just so'
}

@test "text, a list and another key are not the objects wanted" {
	command -v python3 || skip 'no python3'
	counts 1 5 3 <<'END'
run 0 echo '{"event": "one"}'
is_json event
run 0 echo text
is_json
run 0 echo '[]'
is_json
run 0 echo '{"event": 1}'
is_json event
finish
END
}

@test "a script's own variables are as they were" {
	counts 1 1 1 <<'END'
for file in a; do
	fail 'just so'
	[ "$file" = a ] && ok
done
finish
END
}
