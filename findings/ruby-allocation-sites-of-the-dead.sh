#!/usr/bin/env bash
# Ruby 3.1 (Debian 12's ruby3.1, 3.1.2), library objspace.
#
# Guess from the docs: `trace_object_allocations` records where objects are made while its block runs, `..._start` until `..._stop`. Of these
# `allocation_sourceline`, `allocation_generation` and `dump` tell it afterwards; of an object made later, when nothing was traced, they know
# nothing and say nil.
# What happens: from the stop on the dead are not forgotten any more: what was recorded stays, by address. When traced objects have died, the next
# objects at their addresses are said to be made where these were, in a generation before their own: most of five thousand objects, made
# by a method that was never traced, bear the line of another that made objects of another class. So they do in `dump` and `dump_all`, which are
# often written after the stop. `trace_object_allocations_clear` helps, and takes with it all that was to be read. And `GC.compact`, with the trace
# running, takes the record from each object that it moves.
#
# For who looks for a leak in Ruby: dump before the stop; what was dumped after it is to be trusted for objects that are known to be older.
# For who records by address: a record ends with its object and moves with it, so hear of deaths and moves for as long as there are records.
set -euo pipefail
have=$(ruby -e 'print RUBY_VERSION' 2>/dev/null || echo none)
[ "$have" = 3.1.2 ] || { echo "skipped: wants Ruby 3.1.2 as ruby, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.rb" <<'X'
require 'json'
require 'objspace'

class Early; end
class Late; end
class Between; end
def make_early = Array.new(20_000) { Early.new }
def make_late = Array.new(5000) { Late.new }

# On the stack of a thread that has ended nothing is found by chance.
def apart(&run) = Thread.new(&run).value

def part(objects, &telling)
  share = objects.count(&telling).fdiv(objects.size)
  share == 0 ? 'none' : share == 1 ? 'all' : share > 0.5 ? 'most' : "#{(share * 100).round} percent"
end

EARLY = method(:make_early).source_location[1]
LATE = method(:make_late).source_location[1]
def tell(what, objects)
  puts "#{what}: of make_early #{part(objects) { |o| ObjectSpace.allocation_sourceline(o) == EARLY }}, " \
       "of make_late #{part(objects) { |o| ObjectSpace.allocation_sourceline(o) == LATE }}"
end

def die
  apart { Array.new(1000) { |i| i.to_s } }
  3.times { GC.start }
end

early = ObjectSpace.trace_object_allocations { apart { make_early } }
tell 'traced, 20000 of make_early', early
between = apart { Array.new(5000) { Between.new } }
tell 'not traced, 5000 others, while these live', between
stopped = GC.count
early = nil
die
late = apart { make_late }
tell 'not traced, 5000 of make_late, when these are dead', late
dumped = late.each_slice(10).map { |(o)| JSON.parse(ObjectSpace.dump(o)) }
puts "their dumps: of make_early #{part(dumped) { |o| o['line'] == EARLY }}, " \
     "generation of before the end of the trace #{part(dumped) { |o| o['generation'].to_i.between?(1, stopped) }}"
name = JSON.parse(ObjectSpace.dump(Late))['address']
lines = File.foreach(ObjectSpace.dump_all(output: :file).path).grep(/"type":"OBJECT".*"class":"#{name}"/)
puts "their lines in dump_all: of make_early #{part(lines) { |line| line.include?(%("line":#{EARLY},)) }}"

late = nil
die
ObjectSpace.trace_object_allocations_clear
tell 'not traced, 5000 of make_late, after a clear', apart { make_late }

ObjectSpace.trace_object_allocations_start
early = apart { make_early }
early = nil
die
ObjectSpace.trace_object_allocations_stop
tell 'not traced, 5000 of make_late, where the traced ones died before the stop', apart { make_late }

ObjectSpace.trace_object_allocations_start
early = apart { make_early.each_slice(2).map(&:first) }
die
tell 'traced, every other of make_early, while it is traced', early
GC.compact
puts "the same after GC.compact: without any line #{early.any? { |o| ObjectSpace.allocation_sourceline(o).nil? } ? 'some' : 'none'}"
X
echo "ruby $have"
out=$(TMPDIR=$tmp timeout 240 ruby "$tmp/p.rb"); echo "$out"
want='traced, 20000 of make_early: of make_early all, of make_late none
not traced, 5000 others, while these live: of make_early none, of make_late none
not traced, 5000 of make_late, when these are dead: of make_early most, of make_late none
their dumps: of make_early most, generation of before the end of the trace most
their lines in dump_all: of make_early most
not traced, 5000 of make_late, after a clear: of make_early none, of make_late none
not traced, 5000 of make_late, where the traced ones died before the stop: of make_early none, of make_late none
traced, every other of make_early, while it is traced: of make_early all, of make_late none
the same after GC.compact: without any line some'
[ "$out" = "$want" ] || { echo "changed: other objects are said to be made where the dead were"; exit 1; }
