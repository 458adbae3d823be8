#!/bin/sh
# Stands for `cargo xtask` in tests: a soak that finds nothing, and a sample of the seeded bugs.
case $1 in
soak)
    for argument; do
        if [ "$previous" = --out ]; then out=$argument; fi
        previous=$argument
    done
    mkdir -p "$out"
    echo "# Soak: 5 programs" >"$out/summary.md"
    echo '{"programs": 5, "operations": 70, "states": 40, "new": 0, "known": 0}' >"$out/figures.json"
    ;;
bugs) printf 'bug class detected signature\nsure collection yes leaves\nhidden collection no -\n' ;;
zoo) sleep 600 ;;
esac
