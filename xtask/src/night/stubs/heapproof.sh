#!/bin/sh
# Stands for `heapproof` in tests: an input that says FAIL fails, and is minimised to the trace behind that word, of which the same is said
# whatever it is. A page is what it is made of.
command=$1 output=
for argument; do
    shift
    if [ "$previous" = --output ]; then output=$argument; fi
    previous=$argument
    file=$argument
done
case "$command $file" in
"report "*)
    cp "$file" "$output"
    exit
    ;;
*.trace)
    if [ "$command" = replay ] && ! grep -q FAIL "$file"; then
        cat <<'END'
{"type":"replay","signature":"not-freed","report":"not-freed: `heap` does not hold `lockstep`\n\n>   2  drop a\n","explanation":{"graph":[{"object":"a","before":"table 1+0","model":"-","subject":"table 1+0"}]},"picture":"<svg xmlns=\"http://www.w3.org/2000/svg\"><title>line 2: drop a</title></svg>"}
END
        exit 1
    fi
    ;;
esac
if ! grep -q FAIL "$file"; then exit 0; fi
if [ "$command" = replay ]; then
    echo '{"type":"replay","passed":false,"signature":"not-freed"}'
    exit 1
fi
{
    printf 'heapproof trace 1\n# signature not-freed, property lockstep, subject heap\n'
    sed -n 's/^FAIL //p' "$file" | tr ';' '\n'
} >"$output"
