#!/usr/bin/env bash
# Ruby 3.1 (Debian 12's ruby, 3.1.2), ObjectSpace.define_finalizer.
#
# Guess from the docs: `define_finalizer(object, callable)` adds a finalizer to those that the object has; each is called once after its death.
# Two calls of it, two finalizers.
# What happens: a callable that is equal (`==`) to one that the object has already is not added, silently: the call returns as always. A
# Struct with a method `call`, the natural shape of "give back n bytes" or "unlock this", compares by its fields, so of two that are owed
# one runs. Two Method objects of one method and receiver are equal as well, and a proc is to itself: what one proc is to give back twice is
# given back once. Procs that are made anew each time differ. The comparison is asked of what is there: a callable whose `==` says yes to
# all keeps out every later finalizer.
#
# For who writes a heap with finalizers: a list of them is a list; if it is a set, say so, and compare by identity. For who tests one:
# give an object the same finalizer twice, and two that are equal, and count calls. In Ruby make a proc for each resource.
set -euo pipefail
rb=/usr/bin/ruby
have=$("$rb" -e 'print RUBY_ENGINE, " ", RUBY_VERSION' 2>/dev/null || echo none)
[ "$have" = "ruby 3.1.2" ] || { echo "skipped: wants Ruby 3.1.2 as $rb, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.rb" <<'X'
GiveBack = Struct.new(:bytes) do
  def call(_id) = puts("structs of equal fields")
end

Other = Struct.new(:bytes) do
  def call(_id) = puts("structs of other fields")
end

class Pool
  def give_back(_id) = puts("method objects")
end

class AnyEqual
  def ==(_other) = true
  def call(_id) = puts("any, then equal to all")
end

class EqualFirst < AnyEqual
  def call(_id) = puts("equal to all, then any")
end

def finalized(*callables)
  object = Object.new
  callables.each { |callable| ObjectSpace.define_finalizer(object, callable) }
end

finalized(GiveBack.new(64), GiveBack.new(64))
finalized(Other.new(64), Other.new(32))
pool = Pool.new
finalized(pool.method(:give_back), pool.method(:give_back))
same = proc { puts "one proc" }
finalized(same, same)
finalized(*2.times.map { proc { puts "procs made anew" } })
finalized(EqualFirst.new, proc { puts "equal to all, then any" })
finalized(proc { puts "any, then equal to all" }, AnyEqual.new)
X
echo "$have"
# Finalizers that have not run yet run at the end of the process.
out=$(timeout 60 "$rb" "$tmp/p.rb" | LC_ALL=C sort | uniq -c | awk '{ many = $1; $1 = ""; print substr($0, 2) ": " many " of 2 called" }'); echo "$out"
want='any, then equal to all: 2 of 2 called
equal to all, then any: 1 of 2 called
method objects: 1 of 2 called
one proc: 1 of 2 called
procs made anew: 2 of 2 called
structs of equal fields: 1 of 2 called
structs of other fields: 2 of 2 called'
[ "$out" = "$want" ] || { echo "changed: Ruby compares finalizers in another way now"; exit 1; }
