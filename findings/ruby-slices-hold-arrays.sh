#!/usr/bin/env bash
# Ruby 3.1 (Debian 12's ruby3.1, 3.1.2).
#
# Guess from the docs: `last(n)`, `drop`, `a[i, n]` give a new array with these elements; `clear` removes all, `pop` and `shift` take
# elements away. Inside, copies may share memory until one is written to; that is seen in speed and memory for the array, not in what lives.
# What happens: the part shares the whole of the old array, and that is marked. `last(4)` of a thousand objects holds the thousand, as long as
# the four are kept and not written to (`last(3)` is copied, since it fits in the header); so do `drop`, `take_while`, `rotate.first(20)`, and
# `shift(20)` and `pop(20)`, which look like taking twenty away. To make an array shorter counts as no write: once there was a `dup`, dead and
# collected, `pop` and `shift` let go of nothing, and a queue that was emptied holds all that ever were in it, until something is pushed. No
# collection helps. `select`, `each_slice`, `slice!` and `clear` let go, and `pop` and `shift` of an array that was never shared.
#
# For who writes a heap with copies on write: what is shared is an owner of all it holds, and the mutator sees no edge to it; count a removal
# as a write. For who tests one, or extensions with finalizers from Ruby: an empty queue is no proof that its elements may die; that depends on
# a copy or a slice taken long ago, and on more than three elements. A minimised program may be too short to show it.
set -euo pipefail
have=$(ruby -e 'print RUBY_VERSION' 2>/dev/null || echo none)
[ "$have" = 3.1.2 ] || { echo "skipped: wants Ruby 3.1.2 as ruby, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.rb" <<'X'
class Node; end

def alive
  4.times { GC.start }
  ObjectSpace.each_object(Node).count
end

# What was used in between lies on the stack of a thread that has ended, so that nobody looks at it.
def round(what)
  before = alive
  kept = Thread.new { yield Array.new(1000) { Node.new } }.value
  Thread.new { Array.new(1000) { |i| i.to_s } }.join
  length, held = kept.length, alive - before
  puts "#{what}: length #{length}, holds #{(held - length).abs < 10 ? 'these' : held > 990 ? 'all or nearly all' : held}"
end

puts 'parts of an array of 1000 that is dropped'
round('last(3)') { |a| a.last(3) }
round('last(4)') { |a| a.last(4) }
round('drop(980)') { |a| a.drop(980) }
round('a[500, 20]') { |a| a[500, 20] }
round('take_while, 20 taken') { |a| n = 0; a.take_while { (n += 1) <= 20 } }
round('rotate.first(20)') { |a| a.rotate.first(20) }
round('shift(20)') { |a| a.shift(20) }
round('pop(20)') { |a| a.pop(20) }
round('select, 20 taken') { |a| n = 0; a.select { (n += 1) <= 20 } }
round('each_slice(20).first') { |a| a.each_slice(20).first }
round('slice!(0, 20)') { |a| a.slice!(0, 20) }
puts 'the array itself, made shorter'
round('pop, 980 times') { |a| 980.times { a.pop }; a }
round('shift, 980 times') { |a| 980.times { a.shift }; a }
round('dup dropped; pop, 980 times') { |a| a.dup; 980.times { a.pop }; a }
round('dup dropped; shift, 980 times') { |a| a.dup; 980.times { a.shift }; a }
round('pop(980)') { |a| a.pop(980); a }
round('shift(980)') { |a| a.shift(980); a }
round('dup dropped; pop, 1000 times') { |a| a.dup; 1000.times { a.pop }; a }
round('dup dropped; shift, 1000 times') { |a| a.dup; 1000.times { a.shift }; a }
round('dup collected; pop, 1000 times') { |a| Thread.new { a.dup; nil }.join; GC.start; 1000.times { a.pop }; a }
round('dup collected; shift, 1000 times') { |a| Thread.new { a.dup; nil }.join; GC.start; 1000.times { a.shift }; a }
round('dup dropped; shift, 1000 times; push') { |a| a.dup; 1000.times { a.shift }; a.push(nil) }
round('dup dropped; clear') { |a| a.dup; a.clear }
X
echo "ruby $have"
out=$(timeout 60 ruby "$tmp/p.rb"); echo "$out"
want='parts of an array of 1000 that is dropped
last(3): length 3, holds these
last(4): length 4, holds all or nearly all
drop(980): length 20, holds all or nearly all
a[500, 20]: length 20, holds all or nearly all
take_while, 20 taken: length 20, holds all or nearly all
rotate.first(20): length 20, holds all or nearly all
shift(20): length 20, holds all or nearly all
pop(20): length 20, holds all or nearly all
select, 20 taken: length 20, holds these
each_slice(20).first: length 20, holds these
slice!(0, 20): length 20, holds these
the array itself, made shorter
pop, 980 times: length 20, holds these
shift, 980 times: length 20, holds these
dup dropped; pop, 980 times: length 20, holds all or nearly all
dup dropped; shift, 980 times: length 20, holds all or nearly all
pop(980): length 20, holds all or nearly all
shift(980): length 20, holds all or nearly all
dup dropped; pop, 1000 times: length 0, holds all or nearly all
dup dropped; shift, 1000 times: length 0, holds all or nearly all
dup collected; pop, 1000 times: length 0, holds all or nearly all
dup collected; shift, 1000 times: length 0, holds all or nearly all
dup dropped; shift, 1000 times; push: length 1, holds these
dup dropped; clear: length 0, holds these'
[ "$out" = "$want" ] || { echo "changed: arrays share other elements now"; exit 1; }
