#!/bin/sh
# Stands for `cargo xtask` in tests: a soak that finds what is known, and a sample of the seeded bugs.
case $1 in
soak)
    for argument; do
        if [ "$previous" = --out ]; then out=$argument; fi
        previous=$argument
    done
    mkdir -p "$out"
    echo "# Soak: 5 programs" >"$out/summary.md"
    echo '{"programs": 5, "operations": 70, "states": 40, "new": 0, "known": 1}' >"$out/figures.json"
    echo '{"signature":"leaks-cycle","property":"cycles","report":"leaks-cycle","standing":"known until 2026-05-31","known":true}' \
        >"$out/failures.jsonl"
    ;;
bugs) printf 'bug class detected signature\nsure collection yes leaves\nhidden collection no -\n' ;;
zoo) sleep 600 ;;
esac
