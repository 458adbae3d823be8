#!/usr/bin/env bash
# mutmut 3.8.1 from PyPI (mutation testing), with pytest 8.4.2, on CPython 3.11 (any).
#
# Guess from the docs: mutmut changes every function of the sources in turn, and says of each change whether a test noticed; what it leaves
# out is code outside functions, and what a comment, a pattern or a setting names. If all its mutants are killed, no function can be wrong
# in such a way unnoticed.
# What happens: a function with a decorator gets no mutant, unless the decorator is `staticmethod` or `classmethod` alone: no property, no
# context manager, nothing that is cached, overloaded or registered, or wrapped by a lock or a check of invariants. They are not counted
# as skipped or as without tests, and the list of all results has no line for them. Here the tests call not one of the decorated methods,
# and 7 of 7 mutants are killed; the same class without its decorators has 18, of which 11 are without tests.
#
# For who judges the tests of a heap in Python by mutants: look for functions without any mutant first; a heap that checks itself by a
# decorator on each operation has none at all. Move the body into a plain function which the decorated one calls. For who writes a
# tool that counts detected faults: what can't be tried belongs into the count.
set -euo pipefail
python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) or sys.implementation.name != "cpython")' 2>/dev/null ||
    { echo "skipped: wants CPython 3.11 as python3"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v" 2>/dev/null || { echo "skipped: python3 has no venv"; exit 0; }
timeout 400 "$tmp/v/bin/pip" -q --disable-pip-version-check install mutmut==3.8.1 pytest==8.4.2
for form in decorated plain; do
    mkdir -p "$tmp/$form/src/heap" "$tmp/$form/tests"
    printf '%s\n' '[project]' 'name = "heap"' 'version = "0"' '[tool.mutmut]' 'source_paths = ["src/"]' > "$tmp/$form/pyproject.toml"
    cat > "$tmp/$form/tests/test_heap.py" <<'X'
from heap import Heap

def test_live_objects_are_counted():
    heap = Heap()
    assert heap.live == 0
    assert heap.allocate() == 1
    assert heap.allocate() == 2
    assert heap.words(3) == 4
X
done
cat > "$tmp/decorated/src/heap/__init__.py" <<'X'
import contextlib
import functools

def checked(method):
    @functools.wraps(method)
    def call(self, *arguments):
        result = method(self, *arguments)
        self.verify()
        return result
    return call

class Heap:
    def __init__(self):
        self.live = 0

    def allocate(self):
        self.live += 1
        return self.live

    @staticmethod
    def words(fields):
        return fields + 1

    @property
    def free(self):
        return 16 - self.live

    @checked
    def drop(self, number):
        self.live -= number

    @contextlib.contextmanager
    def frame(self):
        before = self.live + 1
        yield before

    @functools.lru_cache
    def size(self, fields):
        return fields * 8 + 4

    def verify(self):
        pass
X
grep -v -E '^ *@(property|checked|contextlib|functools.lru_cache)' "$tmp/decorated/src/heap/__init__.py" > "$tmp/plain/src/heap/__init__.py"
"$tmp/v/bin/pip" --disable-pip-version-check list 2>/dev/null | grep -E '^(mutmut|pytest) ' | tr -s ' ' | paste -sd,
out=$(for form in decorated plain; do
    cd "$tmp/$form"
    timeout 200 "$tmp/v/bin/mutmut" run > log 2>&1 || { cat log; exit 1; }
    echo "$form:"
    timeout 60 "$tmp/v/bin/mutmut" results --all true 2>/dev/null | sed -E 's/^ *heap\.x.?//; s/Heap.?//; s/ǁ//g; s/__mutmut_[0-9]+//' | LC_ALL=C sort | uniq -c | sed -E 's/^ *//'
done); echo "$out"
want='decorated:
2 __init__: killed
3 allocate: killed
2 words: killed
plain:
2 __init__: killed
3 allocate: killed
2 drop: no tests
3 frame: no tests
2 free: no tests
4 size: no tests
2 words: killed'
[ "$out" = "$want" ] || { echo "changed: mutmut makes other mutants of decorated functions now"; exit 1; }
