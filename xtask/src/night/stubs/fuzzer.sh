#!/bin/sh
# Stands for the binary of a fuzz target in tests. An input reaches what its first line says, and fails as its words ask: FAIL, SLOW, LARGE;
# FLAKY fails the first time only. Fork mode saves the inputs that lie in the folder `found` beside this script, if there is one.
export LC_ALL=C
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

if [ -n "$merge" ]; then
    attempt=1
    if grep -qE 'FAIL|SLOW|LARGE' "$2"/*; then attempt=2; fi
    kept=$(ls -d "$1"/* 2>/dev/null)
    for input in $(awk -v new="$2/" 'FNR == 1 && !reached[$0]++ && index(FILENAME, new) == 1 { print FILENAME }' $kept "$2"/*); do
        head -c "$max" "$input" >"$1/${input##*/}"
    done
    echo "MERGE-OUTER: successful in $attempt attempt(s)" >&2
    exit 0
fi
if [ -n "$fork" ]; then
    for input in "$here"/found/*; do
        if [ -f "$input" ]; then cp "$input" "${prefix}crash-${input##*/}" && count=$((count + 1)); fi
    done
    echo "#1000: cov: 50 ft: 60 corp: 20 exec/s: 120 oom/timeout/crash: 0/0/$count time: 1s job: 8 dft_time: 0" >&2
    exit 0
fi
bad=$(grep -lE 'FAIL|SLOW|LARGE|FLAKY' "$@")
for input; do
    echo "Running: $input" >&2
    case $bad in *"$input"*) ;; *) continue ;; esac
    if grep -q FAIL "$input"; then exit 77; fi
    if grep -q SLOW "$input"; then exit 70; fi
    if grep -q LARGE "$input"; then exit 71; fi
    if grep -q FLAKY "$input" && mkdir "$here/was-flaky" 2>/dev/null; then exit 77; fi
done
