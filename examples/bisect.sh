#!/bin/sh
# For `git bisect run`: a commit is good if a trace passes and bad if it fails. It is skipped if it can't be built, or if the
# trace can't be read.
#
#     git bisect start BAD GOOD
#     git bisect run /elsewhere/bisect.sh /elsewhere/found.trace
#
# Keep script and trace outside of the sources, which change during the search. BUILD and HEAPPROOF are the two commands,
# HEAPPROOF_OPTIONS are options of `replay`.
${BUILD:-cargo build --release --quiet} || exit 125
${HEAPPROOF:-target/release/heapproof} replay ${HEAPPROOF_OPTIONS:-} "$1"
case $? in
    0) exit 0 ;;
    1) exit 1 ;;
    *) exit 125 ;;
esac
