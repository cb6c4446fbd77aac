# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# TAP for shell tests. A test begins with
#     . "${SBS_SRCDIR:?}/tests/lib.sh"
# and ends with `done_testing`. $T is an empty folder of its own, removed at
# the end. SBS_WRAP (such as "valgrind -q") goes before every sbsim.

set -u
: "${SBS_SRCDIR:?}" "${SBS_BUILDDIR:?}" "${SBSIM:?}"
tap_n=0
tap_bad=0
T=$(mktemp -d "${TMPDIR:-/tmp}/sbsim-t.XXXXXX") || exit 99
trap 'chmod -R u+w "$T" 2>/dev/null; rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM
LC_ALL=C
export LC_ALL

sbsim()
{
    # shellcheck disable=SC2086 # a command with arguments
    ${SBS_WRAP:-} "$SBSIM" "$@"
}

# report STATUS NAME: one TAP line; status 0 = ok.
report()
{
    tap_n=$((tap_n + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $tap_n - $2"
    else
        echo "not ok $tap_n - $2"
        tap_bad=$((tap_bad + 1))
    fi
    return "$1"
}

# A file's first lines as TAP comments.
show() { sed -e 's/^/#   /' -e 20q "$1"; }

# ok NAME COMMAND...: the command succeeds.
ok()
{
    ok_name=$1
    shift
    "$@" >"$T/.ok" 2>&1
    report $? "$ok_name" || { show "$T/.ok"; return 1; }
}

# is_exit WANT NAME COMMAND...: exit status (or a pattern such as "[12]");
# what it printed is then in $T/out and $T/err.
is_exit()
{
    want=$1
    exit_name=$2
    shift 2
    "$@" >"$T/out" 2>"$T/err" </dev/null
    got=$?
    # shellcheck disable=SC2254 # a pattern
    case $got in
    $want) report 0 "$exit_name"; return ;;
    esac
    report 1 "$exit_name"
    echo "#   exit status $got, want $want; stderr:"
    show "$T/err"
    return 1
}

# like FILE REGEX NAME, unlike FILE REGEX NAME: extended, line by line.
like()
{
    grep -Eq -e "$2" "$1"
    report $? "$3" || { echo "#   no /$2/ in:"; show "$1"; return 1; }
}

unlike()
{
    ! grep -Eq -e "$2" "$1"
    report $? "$3" || { echo "#   /$2/ in:"; show "$1"; return 1; }
}

# is STRING WANT NAME
is()
{
    [ "$1" = "$2" ]
    report $? "$3" || { echo "#   got \"$1\", want \"$2\""; return 1; }
}

# same FILE FILE NAME: equal byte for byte.
same()
{
    cmp -s "$1" "$2"
    report $? "$3" && return 0
    diff "$1" "$2" >"$T/.diff" 2>&1
    show "$T/.diff"
    return 1
}

# golden FILE NAME: equal to tests/golden/NAME. SBS_GOLDEN=update writes
# that file instead; look at the difference before you commit it.
golden()
{
    if [ "${SBS_GOLDEN:-}" = update ]; then
        cp "$1" "$SBS_SRCDIR/tests/golden/$2"
    fi
    same "$SBS_SRCDIR/tests/golden/$2" "$1" "as in tests/golden/$2"
}

skip()
{
    tap_n=$((tap_n + 1))
    echo "ok $tap_n # SKIP $1"
}

skip_all()
{
    echo "1..0 # SKIP $1"
    exit 0
}

done_testing()
{
    echo "1..$tap_n"
    exit $((tap_bad > 0))
}
