#!/usr/bin/env bash
# deepdiff 9.1.0 (PyPI).
#
# Guess from the docs: a DeepDiff of two graphs is empty if there is no difference. It knows rings, and goes on where it can: what was
# compared before is not compared again. If something differs, DeepDiff(a, b) and DeepDiff(b, a) both say so.
# What happens: where the first graph comes back to an object that it is in, the second one is not looked at, whatever is there: another
# node, a list that goes on with other values, 7 or None. The other way round it is reported, if the second graph is no ring there as well.
# So a model that is a ring equals all that begins like it, and a doubly linked list any one whose `prev` differ. Two graphs that are rings in
# different places are equal both ways.
#
# For who tests a heap or its snapshots: an empty diff says nothing of edges that lead back. Ask in both directions, and compare such edges
# by numbers of nodes. For who writes a comparison: what is skipped has to be known as compared with its partner, not with anything.
set -euo pipefail
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v" 2>/dev/null || { echo "skipped: python3 has no venv"; exit 0; }
timeout 280 "$tmp/v/bin/pip" -q install --disable-pip-version-check deepdiff==9.1.0 orderly-set==5.5.0 cachebox==5.2.3
cat > "$tmp/p.py" <<'X'
from deepdiff import DeepDiff


class Node:
    def __init__(self, value):
        self.value, self.next, self.prev = value, None, None


def linked(**last):
    nodes = [Node(value) for value in (1, 2, 3)]
    for left, right in zip(nodes, nodes[1:]):
        left.next, right.prev = right, left
    for name, node in last.items():
        nodes[2].prev = nodes[node] if name == 'node' else node
    return nodes[0]


def chain(values, back=None):
    nodes = [{'value': value} for value in values]
    for node, following in zip(nodes, nodes[1:]):
        node['next'] = following
    nodes[-1]['next'] = None if back is None else nodes[back]
    return nodes[0]


pairs = {
    'same lists': (linked(), linked()),
    'lists, prev of the last is the first': (linked(), linked(node=0)),
    'lists, prev of the last is itself': (linked(), linked(node=2)),
    'lists, prev of the last is 7': (linked(), linked(other=7)),
    'lists, prev of the last is None': (linked(), linked(other=None)),
    'ring of 1, ring of 1, 2, 3': (chain([1], 0), chain([1, 2, 3], 0)),
    'ring of 1, list of 1, 2, 3': (chain([1], 0), chain([1, 2, 3])),
    'ring of 1, 2, ring of 2 behind 1': (chain([1, 2], 0), chain([1, 2], 1)),
    'list of 1, 2, list of 1, 3': (chain([1, 2]), chain([1, 3])),
}
for name, (first, second) in pairs.items():
    print(f'{name}:', *(', '.join(sorted(DeepDiff(*pair))) or 'no difference' for pair in ((first, second), (second, first))), sep=' | ')
X
"$tmp/v/bin/pip" list --disable-pip-version-check 2>/dev/null | grep -i '^deepdiff'
out=$(timeout 60 "$tmp/v/bin/python" "$tmp/p.py"); echo "$out"
want='same lists: | no difference | no difference
lists, prev of the last is the first: | no difference | no difference
lists, prev of the last is itself: | no difference | no difference
lists, prev of the last is 7: | no difference | type_changes
lists, prev of the last is None: | no difference | type_changes
ring of 1, ring of 1, 2, 3: | no difference | values_changed
ring of 1, list of 1, 2, 3: | no difference | type_changes, values_changed
ring of 1, 2, ring of 2 behind 1: | no difference | no difference
list of 1, 2, list of 1, 3: | values_changed | values_changed'
[ "$out" = "$want" ] || { echo "changed: DeepDiff says other things of rings"; exit 1; }
