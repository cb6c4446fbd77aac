#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# ./bootstrap on a machine without anything, played with a PATH of our own
# and an apt-get that writes down what it is asked for.

# shellcheck disable=SC2016 # the programs written here have their own $
. "${SBS_SRCDIR:?}/tests/lib.sh"

mkdir "$T/clone" "$T/bin" "$T/installed"
cp "$SBS_SRCDIR/bootstrap" "$T/clone"
for tool in sh mktemp rm dirname cat env nproc ln; do
    ln -s "$(command -v $tool)" "$T/bin"
done

# fake NAME TEXT: a program for that PATH.
fake()
{
    printf '#!/bin/sh\n%s\n' "$2" >"$T/bin/$1"
    chmod +x "$T/bin/$1"
}
fake id 'echo "${FAKE_UID:-0}"'
fake apt-cache 'case $2 in libomp-dev) exit 100 ;; esac'
fake apt-get "echo \"apt-get \$*\" >>'$T/log'
case \$1 in
update) exit \${FAKE_UPDATE:-0} ;;
esac
echo Unpacking
[ -z \"\${FAKE_BROKEN:-}\" ] || exit 100
for f in '$T'/installed/*; do ln -sf \"\$f\" '$T/bin'; done"
printf '#!/bin/sh\necho "configure $*" >>"%s/log"\n' "$T" \
    >"$T/clone/configure"
chmod +x "$T/clone/configure"
for tool in autoreconf automake libtoolize make; do
    printf '#!/bin/sh\necho "%s $*" >>"%s/log"\n' $tool "$T" \
        >"$T/installed/$tool"
done
chmod +x "$T/installed/"*

bootstrap() { PATH=$T/bin "$T/clone/bootstrap" "$@"; }
all='autoconf automake libtool pkg-config make gcc libc6-dev libgsl-dev'
all="$all libhdf5-dev libcjson-dev libmd-dev librandom123-dev"

is_exit 0 "--help" bootstrap --help
like "$T/out" '^usage: ./bootstrap' "says how"

is_exit 1 "--no-install with things missing" bootstrap --no-install
is "$(cat "$T/err")" "bootstrap: missing: $all" "lists them"
ok "and installs nothing" test ! -e "$T/log"

is_exit 1 "neither root nor sudo" env FAKE_UID=1000 \
    PATH="$T/bin" "$T/clone/bootstrap"
like "$T/err" "not root and no sudo" "is said"
ok "nothing was installed" test ! -e "$T/log"

is_exit 1 "apt that fails" env FAKE_BROKEN=1 PATH="$T/bin" \
    "$T/clone/bootstrap" --no-build
like "$T/err" "could not install: $all" "is said"
like "$T/err" "^Unpacking" "with what apt said"
rm -f "$T/log"

is_exit 0 "as root" bootstrap --prefix=/opt/x
like "$T/out" "^bootstrap: installing through apt: $all$" "says what"
unlike "$T/out" "Unpacking" "and leaves out apt's own words"
jobs=$(nproc)
cat >"$T/want" <<END
apt-get update -qq
apt-get install -y -q --no-install-recommends $all
autoreconf -fi
configure --quiet --prefix=/opt/x
make --no-print-directory -j$jobs
END
same "$T/want" "$T/log" "installs, then builds with the options given"
rm -f "$T/bin/autoreconf" "$T/bin/automake" "$T/log"

fake sudo "echo sudo >>'$T/log'; exec \"\$@\""
is_exit 0 "through sudo, with old package lists" env FAKE_UID=1000 \
    FAKE_UPDATE=100 PATH="$T/bin" "$T/clone/bootstrap" --no-build
is "$(grep -c sudo "$T/log")" 2 "both calls of apt-get"
like "$T/err" "update failed" "the failed update is said"
rm -f "$T/log"

is_exit 0 "--tests" bootstrap --tests --no-build
like "$T/log" "install .* clang .*valgrind .*libsimgrid-dev .*libopenmpi-dev" \
    "more is needed"
unlike "$T/log" "libomp-dev" "a package this release does not know is left out"

# With everything there (this machine built the program), apt is not asked.
rm -f "$T/log"
(cd "$T/clone" && PATH=$PATH:$T/none ./bootstrap --no-install --no-build) \
    >"$T/out" 2>&1
if grep -q 'nothing to install' "$T/out"; then
    ok "nothing missing, nothing done" test ! -e "$T/log"
else
    skip "this machine does not have all packages"
fi
done_testing
