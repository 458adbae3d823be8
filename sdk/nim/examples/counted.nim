## A heap that counts references and collects cycles, as the contract has it.
##
## An object dies when its counts fall to 0. It joins a queue then, so that nothing recurses, and the queue is worked off
## before the outermost call returns. What only cycles hold is found by `collect`, which marks from the roots.
##
## `counted --bug`: marking does not follow the captures of closures, so that a collection frees what only they hold.
##
##     nim c -d:release counted.nim
##     heapproof check --subject 'exec:./counted'

import std/[deques, os]
import ../heapproof

const capacity = 1_000_000

type
  Cell = ref object of HeapObject
    external, internal, weak: int
    isClosure, isWeak: bool
    function: int          # of a closure
    names: seq[string]     # of a table's fields
    slots: seq[Value]
    target: Cell           # of a weak object, until it dies
    place: int             # in `all`
    mark: int              # the last marking that came here
    member: bool           # of the set that a pass has taken
    queued: bool           # waits for its turn, or has it
    coded, begun, dead: bool # has code, which has begun

  Counted = ref object
    bug: bool
    all: seq[Cell]         # what lives
    queue: Deque[Cell]
    busy: bool             # a call is under way that will work off the queue
    inSet: bool            # code of a set's member runs
    marking: int

proc begin(heap: Counted) =
  # One by one, or Nim would free long chains recursively.
  for cell in heap.all:
    cell.slots.setLen 0
    cell.target = nil
  heap.all.setLen 0
  heap.queue.clear()
  heap.busy = false
  heap.inSet = false

proc lost(cell: Cell): bool = cell.external + cell.internal == 0

proc referred(value: Value): Cell =
  if value.kind == Reference: Cell(value.reference) else: nil

# Deaths.

proc enqueueIfLost(heap: Counted, cell: Cell) =
  if cell.lost and not cell.queued and not cell.dead:
    cell.queued = true
    heap.queue.addLast cell

proc count(value: Value) =
  let cell = value.referred
  if cell != nil: inc cell.internal

proc release(heap: Counted, value: Value) =
  let cell = value.referred
  if cell != nil:
    dec cell.internal
    heap.enqueueIfLost cell

proc die(heap: Counted, cell: Cell) =
  ## From here on nobody sees the object as living.
  cell.dead = true
  heap.all[^1].place = cell.place
  heap.all.del cell.place
  died cell
  if cell.weak > 0:
    for other in heap.all:
      if other.target == cell: other.target = nil
  if cell.target != nil:
    dec cell.target.weak
    cell.target = nil

proc giveUpContents(heap: Counted, cell: Cell) =
  for value in cell.slots: heap.release value
  cell.slots.setLen 0
  cell.names.setLen 0

proc turn(heap: Counted, cell: Cell) =
  ## The first of the queue has its turn, and stays queued during it. Its code may save it.
  if cell.lost and cell.coded and not cell.begun:
    cell.begun = true
    runCode cell
  cell.queued = false
  if cell.lost:
    heap.die cell
    heap.giveUpContents cell

proc settle(heap: Counted) =
  ## The end of each call. What code drops waits until the code has returned.
  if heap.busy: return
  heap.busy = true
  while heap.queue.len > 0:
    heap.turn heap.queue.peekFirst
    # A collection in the code may have taken others out, but never the one whose turn it is.
    heap.queue.popFirst()
  heap.busy = false

# Collection.

proc reach(heap: Counted, start: seq[Cell]): int =
  ## Marks what these objects reach, themselves too, and gives the mark.
  inc heap.marking
  var todo = start
  while todo.len > 0:
    let cell = todo.pop()
    if cell.mark == heap.marking: continue
    cell.mark = heap.marking
    if heap.bug and cell.isClosure: continue
    for value in cell.slots:
      if value.kind == Reference: todo.add value.referred
  heap.marking

proc onePass(heap: Counted): bool =
  ## The whole garbage is one set. Says whether there was any.
  var start, members, dead: seq[Cell]
  for cell in heap.all:
    if cell.external > 0 or cell.queued: start.add cell
  let reached = heap.reach(start)
  for cell in heap.all:
    if cell.mark != reached:
      cell.member = true
      members.add cell
  if members.len == 0: return false
  # The code of all members, also what other code adds meanwhile. Nobody dies, since the queue waits.
  var again = true
  while again:
    again = false
    for cell in members:
      if cell.coded and not cell.begun:
        again = true
        cell.begun = true
        heap.inSet = true
        runCode cell
        heap.inSet = false
  # Members live on if the mutator holds them, or if anything outside the set or another survivor reaches them.
  start.setLen 0
  for cell in heap.all:
    if cell.external > 0 or not cell.member: start.add cell
  let saved = heap.reach(start)
  for cell in members:
    cell.member = false
    if cell.mark != saved: dead.add cell
  for cell in dead: heap.die cell
  # Being queued saves no member. The one whose turn it is, at the front, is never among them.
  var queue: Deque[Cell]
  for cell in heap.queue:
    if not cell.dead: queue.addLast cell
  heap.queue = queue
  for cell in dead: heap.giveUpContents cell
  true

proc collect(heap: Counted) =
  if heap.inSet: refuse Reentrant
  let outermost = not heap.busy
  var more = true
  while more:
    heap.busy = true
    more = heap.onePass()
    if outermost:
      heap.busy = false
      heap.settle()

# Calls.

proc room(heap: Counted): int = capacity - heap.all.len

proc make(heap: Counted, slots: seq[Value] = @[]): Cell =
  if heap.room == 0: refuse Capacity
  result = Cell(external: 1, slots: slots, place: heap.all.len)
  heap.all.add result
  for value in slots: count value

proc newTable(heap: Counted): Cell = heap.make()
proc newArray(heap: Counted, values: seq[Value]): Cell = heap.make(values)
proc newBox(heap: Counted, value: Value): Cell = heap.make(@[value])
proc newScalar(heap: Counted, value: Value): Cell = heap.make(@[value])

proc newClosure(heap: Counted, function: int, values: seq[Value]): Cell =
  result = heap.make(values)
  result.isClosure = true
  result.function = function

proc newWeak(heap: Counted, target: Cell): Cell =
  result = heap.make()
  result.isWeak = true
  result.target = target
  inc target.weak

proc upgrade(heap: Counted, weak: Cell): Cell =
  result = weak.target
  if result != nil: inc result.external

proc length(heap: Counted, cell: Cell): int = cell.slots.len

proc readIndex(heap: Counted, cell: Cell, index: int): Value = cell.slots[index]

proc writeIndex(heap: Counted, cell: Cell, index: int, value: Value) =
  ## The new value is counted and in place before the old one is given up.
  count value
  let old = cell.slots[index]
  cell.slots[index] = value
  heap.release old
  heap.settle()

proc readField(heap: Counted, table: Cell, field: string): Value =
  let index = table.names.find(field)
  if index >= 0: result = table.slots[index]

proc writeField(heap: Counted, table: Cell, field: string, value: Value) =
  var index = table.names.find(field)
  if index < 0:
    index = table.names.len
    table.names.add field
    table.slots.add Value()
  heap.writeIndex(table, index, value)

proc push(heap: Counted, list: Cell, value: Value) =
  count value
  list.slots.add value

proc given(value: Value): Value =
  ## A reference that is taken out belongs to the mutator.
  let cell = value.referred
  if cell != nil:
    dec cell.internal
    inc cell.external
  value

proc pop(heap: Counted, list: Cell): Value = given list.slots.pop()

proc remove(heap: Counted, table: Cell, field: string): Value =
  let index = table.names.find(field)
  if index < 0: refuse Field
  result = given table.slots[index]
  table.names.delete index
  table.slots.delete index

proc take(heap: Counted, cell: Cell) = inc cell.external

proc drop(heap: Counted, cell: Cell) =
  if cell.external == 0: refuse NotHeld
  dec cell.external
  heap.enqueueIfLost cell
  heap.settle()

proc arm(heap: Counted, cell: Cell) = cell.coded = true

proc look(heap: Counted, cell: Cell): Contents =
  if cell.isClosure: result.add toValue(cell.function)
  if cell.isWeak: result.add toValue(cell.target)
  for i, value in cell.slots:
    if i < cell.names.len: result.add(cell.names[i], value)
    else: result.add value

proc close(heap: Counted) =
  ## What lives is finalized, and nothing of it dies.
  heap.busy = true
  var living = heap.all # a `let` would follow what code adds
  for cell in living:
    if cell.coded and not cell.begun and not cell.dead:
      cell.begun = true
      runCode cell

proc counts(heap: Counted, cell: Cell): Counts = (cell.external, cell.internal, cell.weak)

let heap = Counted(bug: "--bug" in commandLineParams())
run(heap, Cell, "counted-nim", "1.0", observations = "refusals journal", dialect = "at-end finalized", panics = true)
