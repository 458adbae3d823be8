#!/bin/sh
# Stands for the binary of a fuzz target in tests. An input reaches what its first line says, and fails as its words ask: FAIL, SLOW, LARGE;
# FLAKY fails the first time only. Fork mode saves an input that holds the file `found` beside this script, if there is one.
merge= fork= max=4096 prefix=./ count=0
here=$(dirname "$0")
for argument; do
    shift
    case $argument in
    -merge=1) merge=yes ;;
    -fork=1) fork=yes ;;
    -max_len=*) max=${argument#*=} ;;
    -artifact_prefix=*) prefix=${argument#*=} ;;
    -*) ;;
    *) set -- "$@" "$argument" ;;
    esac
done

# How an input ends.
ending() {
    if grep -q FAIL "$1"; then return 77; fi
    if grep -q SLOW "$1"; then return 70; fi
    if grep -q LARGE "$1"; then return 71; fi
    if grep -q FLAKY "$1" && mkdir "$here/flaky" 2>/dev/null; then return 77; fi
    return 0
}

if [ -n "$merge" ]; then
    out=$1
    attempt=1
    for input in "$2"/*; do
        ending "$input" || { attempt=$((attempt + 1)) && continue; }
        head -c "$max" "$input" >"$out/.cut"
        if grep -qxF "$(head -n 1 "$out/.cut")" "$here/reached" 2>/dev/null; then continue; fi
        head -n 1 "$out/.cut" >>"$here/reached"
        mv "$out/.cut" "$out/$(cksum <"$out/.cut" | tr -d ' ')"
    done
    rm -f "$out/.cut" "$here/reached"
    for kept in "$out"/*; do head -n 1 "$kept" >>"$here/reached"; done
    echo "MERGE-OUTER: successful in $attempt attempt(s)" >&2
    exit 0
fi
if [ -n "$fork" ]; then
    if [ -f "$here/found" ]; then cp "$here/found" "${prefix}crash-1" && count=1; fi
    echo "#1000: cov: 50 ft: 60 corp: 20 exec/s: 120 oom/timeout/crash: 0/0/$count time: 1s job: 8 dft_time: 0" >&2
    exit 0
fi
for input; do
    echo "Running: $input" >&2
    ending "$input" || exit
done
