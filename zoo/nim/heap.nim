## Nim's own memory management (ORC), held to the contract: `ref` objects are the heap, `=destroy` hooks are the user code, and
## `GC_fullCollect` is the collection.
##
##     heapproof check --subject 'exec:./heap DIALECT'
##
## Nodes are the objects under proof (objects.nim). The mutator's references are `ref`s in `held`; all else borrows by address, so that
## no count moves but where a program moves it. DIALECT is what this Nim answers otherwise than the contract.
##
## Plain values do not concern a heap. They are kept as the words that came.

import std/[os, strutils]
import lines, objects

type Answer = string # what stands in the line that ends a command

# Nothing is copied that needs not be: a count that goes up and down again is a hint for ORC where to look for cycles, and would hide
# that it has missed another. So values are judged before they are made, and loops count, as those over a `seq` may copy.

proc judge(word: string, why: var Answer) =
  ## A value that is to be stored.
  if why == "" and word[0] == '#' and places[number(word)] == nil: why = "refused stale-value"

proc parse(word: string): Slot =
  if word[0] == '#': Slot(node: cast[Node](places[number(word)])) else: Slot(plain: word)

proc show(slot: Slot): string =
  if slot.node == nil: (if slot.plain == "": "nil" else: slot.plain) else: "#" & $slot.node.number

# Commands.

proc enter(kind: Kind, words: openArray[string] = []): Answer =
  for word in words: judge(word, result)
  if result == "" and kind == Scalar and words[0][0] == '#': result = "refused not-plain"
  if result != "": return
  let number = places.len
  held.add @[Node(number: number, kind: kind)]
  places.add cast[ptr NodeObj](held[number][0])
  for word in words: places[number].slots.add parse(word)
  result = "done #" & $number

proc row(length: int, closed: bool): Answer =
  ## A chain or a ring of tables. The mutator holds the first only.
  if length == 0: return "done nil"
  let first = places.len
  for i in 0 ..< length:
    discard enter(Table)
    if i > 0:
      let last = places[first + i - 1]
      last.fields.add "next"
      last.slots.add Slot(node: move held[first + i][0])
      held[first + i].setLen 0
  if closed:
    let last = places[first + length - 1]
    last.fields.add "next"
    last.slots.add Slot(node: held[first][0])
  "done #" & $first

proc locate(access: Access, why: var Answer): (ptr NodeObj, int) =
  ## The object and the slot of `#1.x`, `#1[0]` or `*#1`; -1 for a field that is not there.
  result[0] = find(access.name, why, case access.sign
    of '.': {Table}
    of '[': {Array}
    else: {Box})
  if why != "": return
  case access.sign
  of '.': result[1] = result[0].fields.find(access.field)
  of '[':
    result[1] = access.index
    if access.index >= result[0].slots.len: why = "refused index"
  else: discard

proc read(access: Access): Answer =
  let (node, at) = locate(access, result)
  if result != "": return
  if at < 0: "refused field" else: "done " & show(node.slots[at])

proc write(access: Access, word: string): Answer =
  let (node, at) = locate(access, result)
  if result != "": return
  judge(word, result)
  if result != "": return
  if at < 0:
    node.fields.add access.field
    node.slots.add parse(word)
  else:
    var value = parse(word)
    # Not `=`, which assigns a slot's two fields one after the other, and the old value would die in between. Here it dies as this
    # proc returns.
    swap(node.slots[at], value)
  "done nil"

proc given(slot: var Slot): Answer =
  ## A reference that the mutator has from now on.
  result = "done " & show(slot)
  if slot.node != nil:
    let number = slot.node.number
    held[number].add move(slot.node)

proc remove(access: Access): Answer =
  let (node, at) = locate(access, result)
  if result != "": return
  if at < 0: return "refused field"
  result = given(node.slots[at])
  node.fields.delete at
  node.slots.delete at

proc push(name, word: string): Answer =
  let node = find(name, result, {Array})
  if result != "": return
  judge(word, result)
  if result != "": return
  node.slots.add parse(word)
  "done nil"

proc pop(name: string): Answer =
  let node = find(name, result, {Array})
  if result != "": return
  if node.slots.len == 0: return "refused index"
  result = given(node.slots[^1])
  node.slots.setLen node.slots.len - 1

proc clear(name: string): Answer =
  ## What goes is moved first, and dies as this proc returns.
  let node = find(name, result, {Table, Array})
  if result != "": return
  let old {.used.} = move node.slots
  node.fields.setLen 0
  "done nil"

const ranks = ["refused nil", "refused stale", "refused kind", "refused index"] # of two reasons the first counts

proc swap(one, other: Access): Answer =
  ## By copies: Nim's own `swap` changes no count, so ORC never looks at a ring that it has made.
  var refused = ["", ""]
  let (a, i) = locate(one, refused[0])
  let (b, j) = locate(other, refused[1])
  for rank in ranks:
    if rank in refused: return rank
  let (value, brought) = (a.slots[i], b.slots[j])
  a.slots[i] = brought
  b.slots[j] = value
  "done nil"

proc take(name: string): Answer =
  if name == "nil": return "done nil"
  let node = find(name, result)
  if result != "": return
  held[node.number].add cast[Node](node)
  "done nil"

proc drop(name: string): Answer =
  ## The object may die as this proc returns.
  if name == "nil": return "done nil"
  let node = find(name, result)
  if result != "": return
  if held[node.number].len == 0: return "refused not-held"
  let one {.used.} = held[node.number].pop
  "done nil"

proc on(name: string): Answer =
  let node = find(name, result)
  if result != "": return
  node.coded = true
  "done nil"

var
  collecting = false
  counted = 0 # what finished collections have freed, by the statistics of ORC

proc collect(): Answer =
  when (NimMajor, NimMinor) < (2, 0):
    # Its collections can't be nested, and it does not look.
    if collecting: return "refused reentrant"
    collecting = true
  when defined(nimOrcStats):
    let (before, inner) = (GC_orcStats().freedCyclicObjects, counted)
  GC_fullCollect()
  collecting = false
  # Each collection may lower the threshold at which ORC collects by itself, even after this has set it beyond reach.
  GC_disableOrc()
  when defined(nimOrcStats):
    # Without what collections have freed that code called meanwhile.
    let own = GC_orcStats().freedCyclicObjects - before - (counted - inner)
    counted += own
    "done " & $own
  else: "done nil"

proc begin(): Answer =
  ## Empties the heap.
  emptying = true
  held.setLen 0
  discard collect()
  emptying = false
  places.setLen 0
  "done"

# The conversation.

proc look() =
  var shown = 0
  for number, node in places:
    if node == nil: continue
    var text = $number & " " & $node.kind
    for at in 0 ..< node.slots.len:
      text.add ' '
      if node.kind == Table: text.add node.fields[at] & "="
      text.add show(node.slots[at])
    say text & " | " & $strong(node)
    inc shown
  say "end " & $shown

proc carryOut(words: seq[string]): Answer =
  if running.len > 0 and not sayable(words): return "skipped"
  case words[0]
  of "table": enter(Table)
  of "array": enter(Array, words[1 .. ^1])
  of "box": enter(Box, words[1 .. ^1])
  of "scalar": enter(Scalar, words[1 .. ^1])
  of "chain", "ring": row(number(words[1]), words[0] == "ring")
  of "push": push(words[1], words[2])
  of "pop": pop(words[1])
  of "remove": remove(access(words[1]))
  of "clear": clear(words[1])
  of "swap": swap(access(words[1]), access(words[2]))
  of "take": take(words[1])
  of "drop": drop(words[1])
  of "on": on(words[1])
  of "collect": collect()
  of "begin": begin()
  elif words.len > 1: write(access(words[0]), words[2])
  else: read(access(words[0]))

proc converse() {.nimcall, gcsafe, raises: [].} =
  ## Answers commands up to the end of the code that runs.
  {.cast(gcsafe), cast(raises: []).}:
    while true:
      let line = hear()
      if line == "return": return
      if line == "look": look()
      else: say carryOut(cut(line))

GC_disableOrc()
serve = converse
# Of what code can do, two things have an answer in no clause. An object that it makes has code that collects while a set dies: ORC leaves the
# other members to the collection that is under way. And it lets go what its own object contained, when ORC has given that up already.
const notInCode = " not-in-code:On not-in-code:Drop not-in-code:Remove not-in-code:Pop not-in-code:WriteField" &
  " not-in-code:WriteElement not-in-code:WriteBox not-in-code:Clear not-in-code:Swap"
let code = if paramStr(1).contains("names held"): " On" & notInCode else: ""
say "heapproof 1\nname nim-orc " & NimVersion
say "operations Table Box Array Scalar Chain Ring ReadField ReadElement ReadBox WriteField WriteElement WriteBox " &
  "Push Pop Remove Clear Swap Take Drop Collect" & code
say "observations refusals contents strong journal"
say "dialect " & paramStr(1)
say (if paramCount() > 1: "begin fresh" else: "begin anew") & "\nlook harmless\nready"
converse()
