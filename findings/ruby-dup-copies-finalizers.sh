#!/usr/bin/env bash
# Ruby 3.1 (Debian 12's ruby3.1, 3.1.2).
#
# Guess from the docs: `ObjectSpace.define_finalizer(x, code)` has the code called once x was destroyed. A copy of x is another object, for
# which nobody asked; it has no finalizer until its class gives it one.
# What happens: `dup` and `clone` copy the finalizers too (a copy by Marshal, or a slice of a String, has none). Each copy calls the same
# code at its own death, with its own id. The usual form, a proc made by a class method that captures what is to be given back, gives it back
# when the first copy dies, while the original is alive and in use: here 1000 handles in use, a short-lived copy by `dup` of each, a
# collection, and all are closed. The finalizer runs twice for one `define_finalizer`. `undefine_finalizer` of the copy helps; the docs of
# `dup`, `clone` and `define_finalizer` are silent.
#
# For who writes a heap with finalizers and copies: say which of weak references, identity and finalizers a copy takes along. For who tests
# one: copy an object, let the copy die, and look whether the original still has its resource; a count of finalizers run must be compared
# with the objects that were given one and their copies.
set -euo pipefail
have=$(ruby -e 'print RUBY_VERSION' 2>/dev/null || echo none)
[ "$have" = 3.1.2 ] || { echo "skipped: wants Ruby 3.1.2 as ruby, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.rb" <<'X'
OPEN, RUNS = {}, Hash.new(0)

class Handle
  def self.closer(number) = proc { OPEN.delete(number); RUNS[number] += 1 }

  def initialize(number)
    @number = number
    OPEN[number] = true
    ObjectSpace.define_finalizer(self, self.class.closer(number))
  end

  def open? = OPEN.key?(@number)
end

# A stack that is looked at cautiously may hold one object more: what is dropped lies deep in it, and is written over.
def deep(levels, &code) = levels.zero? ? (code.call; nil) : deep(levels - 1, &code)

def collect
  deep(100) { Array.new(100) { |i| i.to_s } }
  4.times { GC.start }
end

def round(what)
  OPEN.clear
  handles = Array.new(1000) { |number| Handle.new(number) }
  deep(60) { handles.each { |handle| yield handle } }
  collect
  alive = handles.count(&:open?)
  RUNS.clear
  handles.each { |handle| ObjectSpace.undefine_finalizer(handle) }
  share = alive > 990 ? 'all or nearly all' : alive < 10 ? 'none or nearly none' : alive
  puts "#{what}: of 1000 handles in use still open: #{share}"
end

round('no copy') { |handle| handle.hash }
round('dup') { |handle| handle.dup }
round('clone') { |handle| handle.clone }
round('copy by Marshal') { |handle| Marshal.load(Marshal.dump(handle)) }
round('dup without its finalizer') { |handle| ObjectSpace.undefine_finalizer(handle.dup) }

OPEN.clear
RUNS.clear
deep(60) { 1000.times { |number| Handle.new(number).clone } }
collect
twice = RUNS.values.count(2)
puts "1000 handles and a copy of each, all dropped: finalizer ran twice: #{twice > 990 ? 'for all or nearly all' : twice}"
X
echo "ruby $have"
out=$(timeout 60 ruby "$tmp/p.rb"); echo "$out"
want='no copy: of 1000 handles in use still open: all or nearly all
dup: of 1000 handles in use still open: none or nearly none
clone: of 1000 handles in use still open: none or nearly none
copy by Marshal: of 1000 handles in use still open: all or nearly all
dup without its finalizer: of 1000 handles in use still open: all or nearly all
1000 handles and a copy of each, all dropped: finalizer ran twice: for all or nearly all'
[ "$out" = "$want" ] || { echo "changed: copies have other finalizers now"; exit 1; }
