#!/usr/bin/env bash
# WeakMap in QuickJS 2025-09-13 and QuickJS-ng 0.17.0 (as PyPI's quickjs-bindings 0.1.1 and quickjs-ng 0.17.0.2 ship them), beside Node 20.
#
# Guess from the standard: a WeakMap is an ephemeron table. A value lives only while both its key and the map do (ECMA-262, 24.3), so an entry
# whose value refers to its own key keeps nothing, and neither does one whose value refers to the map.
# What happens: each engine has one half. In QuickJS a value that refers to its key keeps it for as long as the map lives. In QuickJS-ng that ring is
# freed, but a value that refers to its map keeps the map, and all that is in it, for as long as the key lives. Node frees both.
#
# For who writes a heap: an ephemeron has two owners, its key and its table, so there are two rings to free, and a test of one says nothing of the other. For
# who caches by WeakMap in a program that is embedded: such a cache leaks in one engine if values know their keys, in the other if they know the cache.
set -euo pipefail
command -v python3 >/dev/null || { echo "skipped: wants python3"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.js" <<'X'
const living = refs => refs.filter(ref => ref.deref()).length;
globalThis.map = new WeakMap();
globalThis.held = {};
const keys = Array.from({ length: 100 }, () => {
  const key = {};
  map.set(key, { key });
  return new WeakRef(key);
});
const maps = Array.from({ length: 100 }, () => {
  const other = new WeakMap();
  other.set(held, { other });
  return new WeakRef(other);
});
globalThis.report = () => `of 100 keys that their values refer to live ${living(keys)}, of 100 maps ${living(maps)}`;
X
cat > "$tmp/p.py" <<'X'
import quickjs, sys
context = quickjs.Context()
context.eval('(() => {' + open(sys.argv[1]).read() + '})()')
collect = context.gc if hasattr(context, 'gc') else context.runtime.run_gc
for _ in range(5):
    collect()
print(context.eval('report()'))
X
# In Node the targets of weak references live to the end of the job.
(cat "$tmp/p.js"; echo 'setTimeout(() => { for (let i = 0; i < 5; i++) gc(); setTimeout(() => { gc(); console.log(report()); }); });') > "$tmp/node.js"
failed=0
check() { echo "$1: $2"; [ "$2" = "of 100 keys that their values refer to live $3, of 100 maps $4" ] || failed=1; }
for run in "quickjs-bindings==0.1.1 100 0" "quickjs-ng==0.17.0.2 0 100"; do
  read -r package keys maps <<< "$run"
  python3 -m venv "$tmp/$package"
  timeout 300 "$tmp/$package/bin/pip" -q install --disable-pip-version-check --no-deps "$package"
  check "$package" "$(timeout 60 "$tmp/$package/bin/python" "$tmp/p.py" "$tmp/p.js")" "$keys" "$maps"
done
if [ "$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null)" = 20 ]; then
  check "node 20" "$(timeout 60 node --expose-gc "$tmp/node.js")" 0 0
fi
[ $failed = 0 ] || { echo "changed: other rings through a WeakMap are freed now"; exit 1; }
