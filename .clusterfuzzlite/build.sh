#!/bin/bash -eu
# Builds each fuzz target into $OUT, with its options, its seeds, and its words if it reads text. It runs in the image of
# ClusterFuzzLite or OSS-Fuzz, which says by variables what is wanted: SRC, WORK, OUT, SANITIZER, RUSTFLAGS.

cd "$SRC/heapproof"
if [ "$FUZZING_ENGINE" != libfuzzer ]; then
    echo "error: the targets are for libFuzzer, not for $FUZZING_ENGINE" >&2
    exit 1
fi
targets=$(basename --suffix=.rs fuzz/fuzz_targets/*.rs)

# The seeds are made before, by a program that needs no sanitizer.
env --unset=RUSTFLAGS cargo run --locked --quiet --package xtask --target-dir "$WORK/seeds" -- seeds

if [ "$SANITIZER" = coverage ]; then
    # Without optimisations, which lead to malformed profiles, as the image's own `cargo fuzz build` does it.
    cd fuzz
    export RUSTFLAGS="$RUSTFLAGS --remap-path-prefix fuzz_targets=$PWD/fuzz_targets"
    cargo build --locked --bins --target-dir "$WORK/target"
    cd ..
    built=$WORK/target/debug
else
    cargo fuzz build -O --sanitizer "$SANITIZER" --target-dir "$WORK/target"
    built=$WORK/target/x86_64-unknown-linux-gnu/release
fi

for target in $targets; do
    cp "$built/$target" "$OUT/"
    cp .clusterfuzzlite/target.options "$OUT/$target.options"
    zip --junk-paths --quiet --recurse-paths "$OUT/${target}_seed_corpus.zip" "fuzz/corpus/$target"
done
# All other targets read programs in bytes, and change them as programs: words are of no use to them.
cp .clusterfuzzlite/text.dict "$OUT/"
printf 'dict = text.dict\n' >>"$OUT/text.options"
