#!/usr/bin/env bash
# QuickJS-ng 0.17.0 and QuickJS 2025-09-13 (as PyPI's quickjs-ng 0.17.0.2 and quickjs-bindings 0.1.1 ship them).
#
# Guess from the standard: ECMA-262 keeps the target of a WeakRef alive until the end of the job that made the WeakRef or called `deref`
# (ClearKeptObjects, 9.9 and 26.1), so that within a job two calls of `deref` give the same answer, in every engine.
# What happens: these engines count, and keep no such list. The target dies with its last reference, in the middle of the job: `deref`
# gives the object, and in the next line undefined. The WeakRef that was made in the same line can be empty already.
#
# For who writes a heap with weak references: `upgrade` that worked is no promise for the next one; here only the handle that it gave is. For
# who tests one by a script: a test "the target is there until the job ends" holds in node and fails here, and one that a count makes pass
# here, "undefined at once", fails in node.
set -euo pipefail
command -v python3 >/dev/null || { echo "skipped: wants python3"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.py" <<'X'
import quickjs
script = """
(() => {
  const seen = [];
  let a = {}; const made = new WeakRef(a);
  a = null;
  seen.push('made: ' + typeof made.deref());
  let b = {}; const asked = new WeakRef(b);
  let again = asked.deref();
  b = again = null;
  seen.push('asked: ' + typeof asked.deref());
  let c = {}; const held = new WeakRef(c);
  seen.push('held: ' + typeof held.deref() + typeof c);
  return seen.join(', ');
})()
"""
print(quickjs.Context().eval(script))
X
failed=0
for package in quickjs-ng==0.17.0.2 quickjs-bindings==0.1.1; do
  python3 -m venv "$tmp/$package"
  timeout 300 "$tmp/$package/bin/pip" -q install --disable-pip-version-check --no-deps "$package"
  out=$(timeout 60 "$tmp/$package/bin/python" "$tmp/p.py"); echo "$package: $out"
  [ "$out" = 'made: undefined, asked: undefined, held: objectobject' ] || failed=1
done
[ $failed = 0 ] || { echo "changed: the target of a WeakRef outlives its last reference now"; exit 1; }
