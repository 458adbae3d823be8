#!/usr/bin/env bash
# Ruby 3.1 (Debian 12's ruby3.1, 3.1.2), weakref of its library, and ObjectSpace::WeakMap.
#
# Guess from the docs: a WeakRef is a delegator that refers weakly to an object. A copy of it (`dup`, `clone`, or a deep copy by Marshal of a
# graph in which a child refers weakly to its parent) refers weakly to that object or to the object's copy; it says that its target was
# recycled only when that is so. A `dup` of a WeakMap has the same entries, as one of a Hash has.
# What happens: the copy is dead from the start. `weakref_alive?` is not true, and each call raises RefError, "Invalid Reference - probably
# recycled", while the target lives and the original leads to it. So does the weak edge in a graph that went through Marshal, though the copy
# of the parent is there. A `dup` of a WeakMap is empty. Nothing is raised by the copying itself. The table from a WeakRef to its target goes
# by the identity of the WeakRef, and a copy has no entry there.
#
# For who writes a heap whose objects can be copied: a weak reference kept by identity in a side table must be entered there for its copy
# too. For who tests one: "dead" after a copy can mean a lost edge; look whether the target is alive before it counts as a death.
set -euo pipefail
have=$(ruby -e 'print RUBY_VERSION' 2>/dev/null || echo none)
[ "$have" = 3.1.2 ] || { echo "skipped: wants Ruby 3.1.2 as ruby, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.rb" <<'X'
require 'weakref'
Node = Struct.new(:name, :child, :parent)

parent = Node.new('parent', Node.new('child'))
weak = parent.child.parent = WeakRef.new(parent)

def leads(weak)
  "alive #{weak.weakref_alive?.inspect}, leads to #{weak.name}"
rescue WeakRef::RefError => error
  "alive #{weak.weakref_alive?.inspect}, raises #{error.message}"
end

puts "original: #{leads(weak)}"
puts "dup: #{leads(weak.dup)}"
puts "clone: #{leads(weak.clone)}"
copy = Marshal.load(Marshal.dump(parent))
puts "copy of the graph, its parent #{copy.name}, its weak edge: #{leads(copy.child.parent)}"
puts "original afterwards: #{leads(weak)}"

map = ObjectSpace::WeakMap.new
map[parent] = weak
puts "WeakMap: entries #{map.size}, of its dup #{map.dup.size}, of its clone #{map.clone.size}; of a Hash and its dup: #{{ parent => weak }.size} #{{ parent => weak }.dup.size}"
X
echo "ruby $have"
out=$(timeout 60 ruby "$tmp/p.rb"); echo "$out"
want='original: alive true, leads to parent
dup: alive nil, raises Invalid Reference - probably recycled
clone: alive nil, raises Invalid Reference - probably recycled
copy of the graph, its parent parent, its weak edge: alive nil, raises Invalid Reference - probably recycled
original afterwards: alive true, leads to parent
WeakMap: entries 1, of its dup 0, of its clone 0; of a Hash and its dup: 1 1'
[ "$out" = "$want" ] || { echo "changed: copies of weak references lead elsewhere now"; exit 1; }
