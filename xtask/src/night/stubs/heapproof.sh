#!/bin/sh
# Stands for `heapproof` in tests: an input that says FAIL fails, and is minimised to the trace behind that word.
command=$1 output=
for argument; do
    shift
    if [ "$previous" = --output ]; then output=$argument; fi
    previous=$argument
    file=$argument
done
if ! grep -q FAIL "$file"; then exit 0; fi
if [ "$command" = replay ]; then
    echo '{"type":"replay","passed":false,"signature":"not-freed"}'
    exit 1
fi
{
    printf 'heapproof trace 1\n# signature not-freed, property lockstep, subject heap\n'
    sed -n 's/^FAIL //p' "$file" | tr ';' '\n'
} >"$output"
