#!/bin/sh
# For reducers: exits with 0 if standard input is a trace that fails with a signature, and with another code if not.
#
#     HEAPPROOF_EXPECT=counts-external shrinkray examples/still_fails.sh found.trace
#
# HEAPPROOF is the command, HEAPPROOF_OPTIONS are options of `replay`, such as `--subject canary`.
exec ${HEAPPROOF:-heapproof} replay ${HEAPPROOF_OPTIONS:-} --input trace \
    --expect "${HEAPPROOF_EXPECT:?is the signature}" - >/dev/null 2>&1
