# Ruby's own heap, held to the contract: hashes, arrays, procs and plain objects, found garbage by marking.
#
#     heapproof check --subject 'exec:ruby heap.rb WAY DIALECT'
#
# WAY is `full`, whole collections when asked, or `compact`, where each collection also moves objects.
#
# Each object under proof is one object of Ruby. Nothing here keeps it alive but HELD, which has the references of the mutator. PLACES is
# a weak map: Ruby takes an entry out when its object dies, so that is the census. Plain values do not concern a heap, and stay the words
# that came.
#
# Ruby also marks what looks like a reference on the machine's stack. So each command runs in a fiber, whose stack is gone when it ends,
# and the code that collects has never had an object in its hands.

require "weakref"

module Numbered
  attr_accessor :number
end

class Table < Hash; include Numbered; end
class List < Array; include Numbered; end
class Closure < Proc
  include Numbered
  attr_accessor :function, :length
end
class Cell
  include Numbered
  attr_accessor :value
end
class Box < Cell; end
class Scalar < Cell; end
class Weak < WeakRef; end # its number stands in WEAKS, as it passes calls on

KINDS = { Table => "table", List => "array", Closure => "closure", Box => "box", Scalar => "scalar" }.freeze
Refused = Class.new(StandardError)

# What belongs to a program.
class Heap
  def initialize
    @places = ObjectSpace::WeakMap.new # by number
    @weaks = ObjectSpace::WeakMap.new  # numbers of weak objects
    @held = {}                         # by number, the object and how many references
    @kinds = []                        # by number; nil when the death is told
  end

  # Finding objects.

  def find(word, kind = nil)
    raise Refused, "nil" if word == "nil"
    number = word[1..].to_i
    raise Refused, "stale" unless @kinds[number]
    raise Refused, "kind" if kind && @kinds[number] != kind
    @places[number]
  end

  def parse(word)
    return word unless word.start_with?("#")
    raise Refused, "stale-value" unless @kinds[word[1..].to_i]
    @places[word[1..].to_i]
  end

  def number_of(object) = @weaks.key?(object) ? @weaks[object] : object.number

  def show(value) = String === value ? value : "##{number_of(value)}"

  def take(object)
    (@held[number_of(object)] ||= [object, 0])[1] += 1
  end

  # Commands.

  def enter(kind, object)
    number = @kinds.size
    kind == "weak" ? @weaks[object] = number : object.number = number
    @kinds << kind
    @places[number] = object
    take(object)
    show(object)
  end

  def closure(captures) = Closure.new { |index, value| value ? captures[index] = value : captures[index] }

  def make(kind, words)
    case kind
    when "table" then return enter(kind, Table.new)
    when "weak" then return enter(kind, Weak.new(find(words[0])))
    when "array" then return enter(kind, List.new(words.map { |word| parse(word) }))
    when "closure"
      object = closure(words[1..].map { |word| parse(word) })
      object.function, object.length = words[0], words.size - 1
      return enter(kind, object)
    end
    value = parse(words[0])
    raise Refused, "not-plain" if kind == "scalar" && !(String === value)
    object = (kind == "box" ? Box : Scalar).new
    object.value = value
    enter(kind, object)
  end

  # A chain or a ring of tables. The mutator holds the first only.
  def row(length, closed)
    return "nil" if length == 0
    first = last = nil
    length.times do
      enter("table", Table.new)
      object = @places[@kinds.size - 1]
      if last
        last["next"] = object
        @held.delete(object.number)
      end
      first ||= object
      last = object
    end
    last["next"] = first if closed
    show(first)
  end

  # The object and the key of `#1.x`, `#1[0]`, `#1{0}` or `*#1`.
  def place(word)
    return find(word[1..], "box"), nil if word.start_with?("*")
    name, sign, key = word.match(/\A(#\d+|nil)([.\[{])(\w+)/).captures
    return find(name, "table"), key if sign == "."
    object = find(name, sign == "[" ? "array" : "closure")
    raise Refused, "index" if key.to_i >= object.length
    return object, key.to_i
  end

  def read(word)
    object, key = place(word)
    case object
    when Box then show(object.value)
    when Closure then show(object.call(key))
    when Table then show(object.fetch(key) { raise Refused, "field" })
    else show(object[key])
    end
  end

  def write(word, value)
    object, key = place(word)
    value = parse(value)
    case object
    when Box then object.value = value
    when Closure then object.call(key, value)
    else object[key] = value
    end
    "nil"
  end

  def given(value)
    take(value) unless String === value
    show(value)
  end

  def pop(word)
    array = find(word, "array")
    raise Refused, "index" if array.empty?
    given(array.pop)
  end

  def remove(word)
    table, key = place(word)
    raise Refused, "field" unless table.key?(key)
    given(table.delete(key))
  end

  def clear(word)
    object = find(word)
    raise Refused, "kind" unless Table === object || List === object
    object.clear
  end

  # Of two places that are refused, the reason counts that stands first here.
  RANK = %w[nil stale kind index].freeze

  def swap(words)
    refused = []
    (one, i), (other, j) = words.map do |word|
      place(word)
    rescue Refused => why
      refused << why.message
      nil
    end
    raise Refused, refused.min_by { |why| RANK.index(why) } unless refused.empty?
    one[i], other[j] = other[j], one[i]
  end

  def drop(word)
    number = number_of(find(word))
    one = @held[number] or raise Refused, "not-held"
    one[1] -= 1
    @held.delete(number) if one[1] == 0
  end

  def upgrade(word)
    weak = find(word, "weak")
    weak.weakref_alive? ? given(weak.__getobj__) : "nil"
  end

  def carry_out(words)
    word, *rest = words
    case word
    when "table", "array", "closure", "box", "scalar", "weak" then make(word, rest)
    when "chain", "ring" then row(rest[0].to_i, word == "ring")
    when "push" then find(rest[0], "array").push(parse(rest[1])) && "nil"
    when "pop" then pop(rest[0])
    when "remove" then remove(rest[0])
    when "clear" then clear(rest[0]) && "nil"
    when "swap" then swap(rest) && "nil"
    when "take" then rest[0] != "nil" && take(find(rest[0])); "nil"
    when "drop" then rest[0] != "nil" && drop(rest[0]); "nil"
    when "upgrade" then upgrade(rest[0])
    else rest.empty? ? read(word) : write(word, rest[1])
    end
  end

  def answer(words)
    "done #{carry_out(words)}"
  rescue Refused => why
    "refused #{why.message}"
  end

  def deaths
    @kinds.each_index do |number|
      next if !@kinds[number] || @places.key?(number)
      @kinds[number] = nil
      say "died #{number}"
    end
  end

  # The conversation.

  def shown(number)
    object = @places[number]
    case @kinds[number]
    when "table" then object.map { |field, value| "#{field}=#{show(value)}" }
    when "weak" then [object.weakref_alive? ? show(object.__getobj__) : "nil"]
    when "array" then object.map { |value| show(value) }
    when "closure" then [object.function, *(0...object.length).map { |index| show(object.call(index)) }]
    else [show(object.value)]
    end
  end

  def look
    living = @kinds.each_index.select { |number| @kinds[number] }
    living.each { |number| say [number, @kinds[number], *shown(number)].join(" ") }
    say "end #{living.size}"
  end
end

ANSWERS = []
WORD = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^ ]+/

def say(line) = ANSWERS << line << "\n"

def hear
  unless ANSWERS.empty?
    $stdout.write(ANSWERS.join)
    $stdout.flush
    ANSWERS.clear
  end
  line = $stdin.gets or exit!(0)
  line.chomp.scan(WORD)
end

def collect
  GC.start
  GC.compact if ARGV[0] == "compact"
end

def converse
  heap = Heap.new
  loop do
    words = hear
    result = "done"
    case words[0]
    when "look" then next Fiber.new { heap.look }.resume
    when "begin" then heap = Heap.new
    when "collect" then collect
    else Fiber.new { result = heap.answer(words) }.resume
    end
    heap.deaths
    say result
  end
end

$stdin.binmode.set_encoding("UTF-8")
GC.disable
say "heapproof 1\nname ruby-#{ARGV[0]} #{RUBY_VERSION}"
say "operations Table Box Array Closure Scalar Weak Chain Ring ReadField ReadElement ReadCapture ReadBox WriteField WriteElement " \
    "WriteCapture WriteBox Push Pop Remove Clear Swap Take Drop Upgrade Collect"
say "observations refusals contents\ndialect #{ARGV[1]}\nbegin anew\nlook harmless\nready"
converse
