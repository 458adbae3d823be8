#!/bin/sh
# For `git bisect run`: good where a trace passes, bad where it fails, and not to be judged where nothing can be built or
# the trace can't be read.
#
#     git bisect start BAD GOOD
#     git bisect run /elsewhere/bisect.sh /elsewhere/found.trace
#
# Script and trace lie outside of the sources, which change under them. BUILD and HEAPPROOF are the two commands,
# HEAPPROOF_OPTIONS are options of `replay`.
${BUILD:-cargo build --release --quiet} || exit 125
${HEAPPROOF:-target/release/heapproof} replay ${HEAPPROOF_OPTIONS:-} "$1"
case $? in
    0) exit 0 ;;
    1) exit 1 ;;
    *) exit 125 ;;
esac
