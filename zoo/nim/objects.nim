## The objects of Nim that are under proof, and how they are found.
##
## Here is no weak reference to them, since Nim has none: whoever has an address has to know that the object lives. `places` knows,
## as the hook of each object tells of its death.

import std/strutils
import lines

type
  Kind* = enum
    Table = "table", Array = "array", Box = "box", Scalar = "scalar"

  Slot* = object
    node*: Node
    plain*: string # what stands there if it is no reference

  NodeObj* = object
    number*: int
    kind*: Kind
    coded*: bool
    fields*: seq[string] # of a table, for each of the slots
    slots*: seq[Slot]
  Node* = ref NodeObj

var
  places*: seq[ptr NodeObj] # by number, where the object is; nil if it is dead
  emptying*: bool           # between programs nobody listens
  running*: seq[int]        # objects whose code runs, the innermost last
  serve*: proc () {.nimcall, gcsafe, raises: [].} # answers commands up to the end of the code that runs

template dying(node: untyped) =
  ## What ORC calls as an object dies. Then the contents are given up, in the order in which ORC does it for a `seq`.
  {.cast(gcsafe).}:
    # A number that is not in `places` is of a temporary that Nim has moved from.
    if not emptying and node.number < places.len:
      if node.coded:
        say "began " & $node.number
        running.add node.number
        serve()
        running.setLen running.len - 1
      say "died " & $node.number
      places[node.number] = nil
  `=destroy`(node.fields)
  `=destroy`(node.slots)

when (NimMajor, NimMinor) >= (2, 0):
  proc `=destroy`*(node: NodeObj) = dying(node)
else:
  proc `=destroy`*(node: var NodeObj) = dying(node)

var held*: seq[seq[Node]] # by number, the references of the mutator

proc strong*(node: ptr NodeObj): int =
  ## The count of references that ORC keeps in front of the object, where 0 stands for one reference. Its lower 4 bits are colours.
  cast[ptr int](cast[uint](node) - 16)[] shr 4 + 1

proc find*(word: string, why: var string, kinds: set[Kind] = {Table .. Scalar}): ptr NodeObj =
  ## Borrows. Says in `why` if there is no such object.
  if word == "nil": why = "refused nil"
  else:
    result = places[number(word)]
    if result == nil: why = "refused stale"
    elif result.kind notin kinds: why = "refused kind"

# What a line of code can say.

proc reached(): seq[bool] =
  ## What the mutator's references reach, and the object whose code runs.
  result = newSeq[bool](places.len)
  var todo = @[running[^1]]
  for number in 0 ..< held.len:
    if held[number].len > 0: todo.add number
  while todo.len > 0:
    let number = todo.pop
    if result[number]: continue
    result[number] = true
    for at in 0 ..< places[number].slots.len:
      if places[number].slots[at].node != nil: todo.add places[number].slots[at].node.number

proc sayable*(words: seq[string]): bool =
  ## In code, whose object is about to be freed whatever happens: references to that could not be kept. And only what is reached can
  ## be named: what else there is may belong to the same garbage, and be freed next.
  let marks = reached()
  let contents = words[0][0] in {'#', '*'} or words[0] in ["push", "pop", "remove"]
  for at, word in words:
    if word[0] notin {'#', '*'}: continue
    let number = number(access(word).name)
    let first = at == (if words[0][0] in {'#', '*'}: 0 else: 1)
    if not marks[number] or number in running and not (first and contents): return false
  case words[0]
  of "drop": words[1] != "nil" and held[number(words[1])].len > 0
  of "take", "on", "push", "pop": words[1] != "nil"
  of "remove": not words[1].startsWith("nil")
  else: not words[0].startsWith("nil") and words[0] != "*nil"
