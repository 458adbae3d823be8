## Puts a heap in Nim under proof: `heapproof check --subject 'exec:./my_heap'`.
##
## Write a type with a proc for each operation that the heap has, and call `run`, which finds at compile time which
## there are. The library speaks the protocol of docs/protocol.md. It numbers the objects, knows which live, parses
## commands and values, and refuses what needs no look into the heap: nil, dead objects, wrong kinds, indices out of range.
## The heap says what happens to its objects: `died` where one dies, and `runCode` where it would call a finalizer.
##
## Nim 1.6, POSIX, the standard library only. License: MIT OR Apache-2.0.

import std/[exitprocs, macros, posix, strutils, unicode]

type
  ObjectKind* = enum
    Table = "table", Array = "array", Closure = "closure", Box = "box", Scalar = "scalar", Weak = "weak"

  HeapObject* = ref object of RootObj
    ## The author's objects inherit from it. The long names keep theirs free.
    heapproofNumber, heapproofProgram: int
    heapproofKind: ObjectKind
    heapproofLives, heapproofEarly, heapproofCoded: bool

  ValueKind* = enum
    Nil, Bool, Int, Float, Character, Text, Reference

  Value* = object
    case kind*: ValueKind
    of Nil: discard
    of Bool: bool*: bool
    of Int: int*: int64
    of Float: float*: float
    of Character: rune*: Rune
    of Text: text*: string
    of Reference: reference*: HeapObject

  Contents* = object
    ## What `look` gives.
    names: seq[string]
    values: seq[Value]
    unknown*: bool ## Nothing can be said of the object.

  Counts* = tuple[external, internal, weak: int]

  Reason* = enum
    WithoutReason = "", Reentrant = "reentrant", Frame = "frame", NilObject = "nil", Stale = "stale", WrongKind = "kind",
    Index = "index", Field = "field", StaleValue = "stale-value", NotPlain = "not-plain", Overflow = "overflow",
    NotHeld = "not-held", Capacity = "capacity", Setting = "setting", Inapplicable = "inapplicable", Panicked = "panicked"

  Refused* = object of CatchableError
    reason*: Reason

  Panic* = object of CatchableError
    ## May be raised when user code has panicked: the outermost operation is then refused as panicked.

  Heap* = object
    ## What the heap can do; nil where it can't. `run` fills it in from the author's procs. None has a
    ## large result: when such a closure raises, Nim 1.6 with `--gc:orc` carries on with the next statement.
    newTable*: proc (): HeapObject
    newArray*: proc (values: seq[Value]): HeapObject
    newBox*, newScalar*: proc (value: Value): HeapObject
    newClosure*: proc (function: int, values: seq[Value]): HeapObject
    newWeak*: proc (target: HeapObject): HeapObject
    readField*, remove*: proc (table: HeapObject, field: string, into: var Value)
    writeField*: proc (table: HeapObject, field: string, value: Value)
    length*, strong*: proc (thing: HeapObject): int
    readIndex*: proc (thing: HeapObject, index: int, into: var Value)
    writeIndex*: proc (thing: HeapObject, index: int, value: Value)
    push*: proc (thing: HeapObject, value: Value)
    pop*: proc (thing: HeapObject, into: var Value)
    take*, drop*, arm*: proc (thing: HeapObject)
    upgrade*: proc (weak: HeapObject): HeapObject
    collect*: proc (into: var Value)
    look*: proc (thing: HeapObject, into: var Contents)
    counts*: proc (thing: HeapObject, into: var Counts)
    begin*, close*: proc ()
    room*: proc (): int
    other*: proc (line: string, into: var Value)

const chunk = 1 shl 16

# The conversation; a process has one.
var
  heap: Heap
  input, output: cint
  buffer: string           # what has arrived
  first, beyond: int       # of it what has not been read
  answers: string          # what has not been sent
  line: string             # carried out now
  at: int                  # where in it the parser is
  depth: int               # of user code
  program: int             # how many have begun
  things: seq[HeapObject]  # by number, nil if dead

# Values.

func toValue*(value: Value): Value = value
func toValue*(value: bool): Value = Value(kind: Bool, bool: value)
func toValue*(value: SomeInteger): Value = Value(kind: Int, int: int64(value))
func toValue*(value: float): Value = Value(kind: Float, float: value)
func toValue*(value: Rune): Value = Value(kind: Character, rune: value)
func toValue*(value: string): Value = Value(kind: Text, text: value)
func toValue*(value: HeapObject): Value =
  ## Of nil too.
  if value == nil: Value(kind: Nil) else: Value(kind: Reference, reference: value)

func add*(contents: var Contents, value: Value) =
  contents.values.add value

func add*(contents: var Contents, field: string, value: Value) =
  contents.names.add field
  contents.values.add value

proc refuse*(reason: Reason) {.noreturn.} =
  ## For a proc that refuses, and has changed nothing.
  raise (ref Refused)(reason: reason, msg: $reason)

# Lines.

proc flush() =
  var sent = 0
  while sent < answers.len:
    let count = write(output, addr answers[sent], answers.len - sent)
    if count > 0: sent += count
    elif errno != EINTR: exitnow(1) # nobody listens any more
  answers.setLen 0

proc fail(message: string) {.noreturn.} =
  flush() # what was answered before says where it broke
  stderr.writeLine "heapproof.nim: " & message.replace('\n', ' ')
  stderr.flushFile
  exitnow(2)

proc readLine(): bool =
  ## The next line, false at the end of the input.
  var searched = first
  while true:
    let found = if searched < beyond: buffer.find('\n', searched, beyond - 1) else: -1
    if found >= 0:
      line.setLen found - first
      if found > first: copyMem(addr line[0], addr buffer[first], found - first)
      first = found + 1
      return true
    flush() # no further command is here, so the answers must go out
    if first > 0:
      if beyond > first: moveMem(addr buffer[0], addr buffer[first], beyond - first)
      beyond -= first
      first = 0
    searched = beyond
    if buffer.len < beyond + chunk: buffer.setLen 2 * buffer.len + chunk
    var count = -1
    while count < 0:
      count = read(input, addr buffer[beyond], chunk)
      if count < 0 and errno != EINTR: return false
    if count == 0: return false
    beyond += count

proc crashed(signal: cint) {.noconv.} =
  ## Nil was followed, or the stack is full. What was answered before has to go out.
  flush()
  stderr.writeLine "heapproof.nim: signal " & $signal &
    (if signal == SIGSEGV: " (nil was followed, or the stack is full)" else: "") & ", at `" & line & "`"
  when compileOption("stackTrace"): writeStackTrace()
  exitnow(2)

# A handler needs a stack of its own when the stack is full. The module `posix` has none of this.
type SignalStack {.importc: "stack_t", header: "<signal.h>".} = object
  ss_sp: pointer
  ss_flags: cint
  ss_size: csize_t

proc sigaltstack(stack, old: ptr SignalStack): cint {.importc, header: "<signal.h>".}

var onStack {.importc: "SA_ONSTACK", header: "<signal.h>".}: cint

proc handleCrashes() =
  const size = 1 shl 18
  var stack = SignalStack(ss_sp: allocShared0(size), ss_size: csize_t(size))
  discard sigaltstack(addr stack, nil)
  var action: Sigaction
  action.sa_handler = crashed
  action.sa_flags = onStack
  for signal in [SIGSEGV, SIGBUS, SIGFPE, SIGABRT]:
    discard sigaction(signal, action)

proc moveDescriptors() =
  ## The protocol takes descriptors of its own, which no child process inherits. What else is printed goes to standard
  ## error, and what else reads finds nothing.
  input = dup(0)
  output = dup(1)
  for descriptor in [input, output]: discard fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  let nothing = open("/dev/null", O_RDONLY)
  discard dup2(nothing, 0)
  if nothing > 2: discard close(nothing)
  discard dup2(2, 1)

# Objects and events.

proc enter(thing: HeapObject, kind: ObjectKind, early: bool) =
  if thing == nil: raise newException(ValueError, "a new object is nil")
  let known = thing.heapproofProgram == program
  if known and thing.heapproofEarly:
    thing.heapproofEarly = early
  elif known and thing.heapproofLives:
    raise newException(ValueError, "#" & $thing.heapproofNumber & " lives, and is allocated again")
  else:
    thing.heapproofNumber = things.len
    thing.heapproofProgram = program
    thing.heapproofKind = kind
    thing.heapproofLives = true
    thing.heapproofEarly = early
    thing.heapproofCoded = false
    things.add thing

proc number(thing: HeapObject): int =
  if thing == nil: raise newException(ValueError, "nil stands where an object is needed")
  if thing.heapproofProgram != program:
    raise newException(ValueError, "an object was not allocated, or before the program began")
  thing.heapproofNumber

proc allocated*(thing: HeapObject, kind: ObjectKind) =
  ## Numbers a new object before its proc returns: if user code may run in the meantime, and in `other`.
  enter(thing, kind, early = true)

proc living*(number: int): HeapObject =
  ## The object of a number, nil if it is dead: for `other`.
  if number in 0 ..< things.len: things[number] else: nil

proc died*(thing: HeapObject) =
  ## An object dies, at this moment.
  let number = thing.number
  answers.add "died "
  answers.addInt number
  answers.add '\n'
  if not thing.heapproofLives: # told as well, since the parent shall see it
    stderr.writeLine "heapproof.nim: object #", number, " dies a second time"
  thing.heapproofLives = false
  things[number] = nil

proc event(word: string, objects: openArray[HeapObject] = []) =
  answers.add word
  for thing in objects: answers.add ' ' & $thing.number
  answers.add '\n'

proc took*[T: HeapObject](objects: openArray[T]) =
  ## A collection has found these objects as one set.
  var plain: seq[HeapObject]
  for thing in objects: plain.add thing
  event("took", plain)

proc paused*() =
  ## A slice or a check ends with more to do.
  event("paused")

proc commands(): bool

proc runCode*(thing: HeapObject): bool {.discardable.} =
  ## Runs an object's code; the heap's procs are called meanwhile. True: it has panicked.
  let number = thing.number
  if not thing.heapproofCoded: return false # its code is empty
  answers.add "began " & $number & "\n"
  inc depth
  result = commands()
  dec depth

# Values as text.

proc show(text: string, quote: char) =
  answers.add quote
  for c in text:
    case c
    of '\n': answers.add "\\n"
    of '\r': answers.add "\\r"
    of '\t': answers.add "\\t"
    of '\0': answers.add "\\0"
    of '\\', '"', '\'':
      answers.add '\\'
      answers.add c
    else: answers.add c
  answers.add quote

proc show(value: Value) =
  case value.kind
  of Nil: answers.add "nil"
  of Bool: answers.add(if value.bool: "true" else: "false")
  of Int: answers.addInt value.int
  of Float:
    # Not `$`: Nim 1.6 makes 2.225073858507201e-308, another number, of 2.2250738585072014e-308.
    answers.add(if value.float != value.float: "nan" else: formatFloat(value.float, ffDefault, 17))
  of Character: show($value.rune, '\'')
  of Text: show(value.text, '"')
  of Reference:
    answers.add '#'
    answers.addInt value.reference.number

proc done(value: Value) =
  answers.add "done "
  show(value)
  answers.add '\n'

proc done() =
  answers.add "done\n"

# Parsing. Whatever a command needs is parsed before the heap is called, since user code overwrites the line.

proc unread() {.noreturn.} =
  raise newException(ValueError, "there is no such command, or the heap has no proc for it")

proc here(): char =
  if at < line.len: line[at] else: '\0'

proc more(): bool = at < line.len

proc expect(text: string) =
  if not line.continuesWith(text, at): unread()
  at += text.len

proc word(ends: set[char]): string =
  let start = at
  while at < line.len and line[at] notin ends: inc at
  line[start ..< at]

proc digits(): int =
  if here() notin Digits: unread()
  while here() in Digits:
    result = result * 10 + (ord(line[at]) - ord('0'))
    inc at

proc quoted(): string =
  let quote = line[at]
  inc at
  while here() != quote:
    if not more(): unread()
    var c = line[at]
    inc at
    if c == '\\':
      c = here()
      inc at
      case c
      of 'n': c = '\n'
      of 'r': c = '\r'
      of 't': c = '\t'
      of '0': c = '\0'
      of 'u':
        expect "{"
        result.add Rune(parseHexInt(word({'}'}))).toUTF8
        expect "}"
        continue
      else: discard
    result.add c
  inc at

proc parseValue(): Value =
  case here()
  of '#':
    inc at
    let thing = living(digits())
    if thing == nil: refuse StaleValue
    Value(kind: Reference, reference: thing)
  of '"': Value(kind: Text, text: quoted())
  of '\'': Value(kind: Character, rune: quoted().runeAt(0))
  else:
    let word = word({' '})
    case word
    of "nil": Value(kind: Nil)
    of "true": toValue(true)
    of "false": toValue(false)
    of "inf": toValue(Inf)
    of "-inf": toValue(NegInf)
    of "nan": toValue(NaN)
    elif '.' in word or 'e' in word or 'E' in word: toValue(parseFloat(word))
    else: toValue(parseBiggestInt(word))

proc parseValues(): seq[Value] =
  while more():
    expect " "
    result.add parseValue()

proc parseObject(): HeapObject =
  ## Nil of `nil`.
  if here() == 'n':
    expect "nil"
    return nil
  expect "#"
  result = living(digits())
  if result == nil: refuse Stale

proc need(thing: HeapObject): HeapObject =
  if thing == nil: refuse NilObject
  thing

proc need(thing: HeapObject, kind: ObjectKind): HeapObject =
  if need(thing).heapproofKind != kind: refuse WrongKind
  thing

# Commands. Reasons are looked for in the contract's order, from `nil` to `not-plain`; the rest is the heap's.

proc access() =
  ## `#1.x`, `#1[0]`, `#1{0}`, `*#1`, also with ` = VALUE` behind.
  var kind = Box
  if here() == '*': inc at
  else: kind = Table
  var thing = parseObject()
  if kind == Table:
    case here()
    of '.': discard
    of '[': kind = Array
    of '{': kind = Closure
    else: unread()
    inc at
  thing = need(thing, kind)
  if kind == Table:
    let field = word({' '})
    if more():
      expect " = "
      heap.writeField(thing, field, parseValue())
      done()
    else:
      var value: Value
      heap.readField(thing, field, value)
      done value
    return
  var index = 0
  if kind != Box:
    index = digits()
    inc at
    if index >= heap.length(thing): refuse Index
  if more():
    expect " = "
    heap.writeIndex(thing, index, parseValue())
    done()
  else:
    var value: Value
    heap.readIndex(thing, index, value)
    done value

proc make(kind: ObjectKind) =
  var made: HeapObject
  case kind
  of Table: made = heap.newTable()
  of Array: made = heap.newArray(parseValues())
  of Closure:
    expect " "
    let function = digits()
    made = heap.newClosure(function, parseValues())
  of Box:
    expect " "
    made = heap.newBox(parseValue())
  of Scalar:
    expect " "
    let value = parseValue()
    if value.kind == Reference: refuse NotPlain
    made = heap.newScalar(value)
  of Weak:
    expect " "
    made = heap.newWeak(need(parseObject()))
  enter(made, kind, early = false)
  done Value(kind: Reference, reference: made)

proc chain(length: int, ring: bool): HeapObject =
  ## As the single calls: each table is stored in the one before it, and dropped.
  if heap.room != nil and length > heap.room(): refuse Capacity
  var last: HeapObject
  for i in 0 ..< length:
    var made: HeapObject
    try: made = heap.newTable()
    except Refused:
      if i == 0: raise
      raise newException(ValueError, "`newTable` refused within a chain; `room` should have said how much room there is")
    enter(made, Table, early = false)
    if last == nil: result = made
    else:
      heap.writeField(last, "next", toValue(made))
      heap.drop(made)
    last = made
  if ring and result != nil: heap.writeField(last, "next", toValue(result))

proc begin() =
  inc program
  if heap.begin != nil: heap.begin()
  things.setLen 0

proc look() =
  var shown = 0
  for number, thing in things:
    if thing == nil: continue
    var seen: Contents
    if heap.look != nil:
      heap.look(thing, seen)
      if seen.unknown: continue
    answers.addInt number
    if heap.look != nil:
      answers.add ' '
      answers.add $thing.heapproofKind
      for i, value in seen.values:
        answers.add ' '
        if i < seen.names.len:
          answers.add seen.names[i]
          answers.add '='
        show(value)
    if heap.counts != nil:
      var counts: Counts
      heap.counts(thing, counts)
      answers.add " | " & $counts.external & ' ' & $counts.internal & ' ' & $counts.weak
    elif heap.strong != nil: answers.add " | " & $heap.strong(thing)
    answers.add '\n'
    inc shown
  answers.add "end " & $shown & "\n"

proc other() =
  if heap.other == nil: unread()
  let whole = line
  var value: Value
  heap.other(whole, value)
  done value

proc carryOut() =
  at = 0
  if here() in {'#', '*'} or line.startsWith("nil"):
    access()
    return
  let command = word({' '})
  case command
  of "table": make(Table)
  of "array": make(Array)
  of "closure": make(Closure)
  of "box": make(Box)
  of "scalar": make(Scalar)
  of "weak": make(Weak)
  of "take", "drop":
    expect " "
    let thing = parseObject()
    if thing != nil:
      if command == "take": heap.take(thing) else: heap.drop(thing)
    done()
  of "on":
    expect " "
    let thing = need(parseObject())
    heap.arm(thing)
    thing.heapproofCoded = true
    done()
  of "push":
    expect " "
    let thing = need(parseObject(), Array)
    expect " "
    heap.push(thing, parseValue())
    done()
  of "pop":
    expect " "
    let thing = need(parseObject(), Array)
    if heap.length(thing) == 0: refuse Index
    var value: Value
    heap.pop(thing, value)
    done value
  of "remove":
    expect " "
    let thing = need(parseObject(), Table)
    expect "."
    var value: Value
    heap.remove(thing, word({' '}), value)
    done value
  of "upgrade":
    expect " "
    done toValue(heap.upgrade(need(parseObject(), Weak)))
  of "chain", "ring":
    expect " "
    done toValue(chain(digits(), command == "ring"))
  of "look": look()
  of "collect":
    if more(): other()
    else:
      var value: Value
      heap.collect(value)
      done value
  of "close":
    if heap.close == nil: other()
    else:
      heap.close()
      done()
  of "begin":
    if more(): other()
    else:
      begin()
      done()
  else: other()

proc commands(): bool =
  ## Reads and carries out commands, within user code until that ends. True after `panic`.
  while true:
    if not readLine():
      if depth > 0: exitnow(0)
      return false
    if line == "return" or line == "panic":
      if depth == 0: fail("`" & line & "`, but no user code is running")
      return line == "panic"
    try: carryOut()
    except Refused as refused:
      answers.add(if refused.reason == WithoutReason: "refused\n" else: "refused " & $refused.reason & "\n")
    except Panic:
      # In user code that other code called, a panic is contained.
      answers.add(if depth > 0: "done\n" else: "refused panicked\n")

proc converse*(theHeap: Heap, name, version, observations, dialect: string, panics, lookDisturbs: bool,
    operations: string, runsDiffer: bool) =
  ## What `run` calls. Speaks until the input ends.
  heap = theHeap
  template has(member: untyped): bool = heap.member != nil
  let arrays = has(newArray) and has(length)
  let closures = has(newClosure) and has(length)
  let links = has(newTable) and has(writeField) and has(drop)
  answers = "heapproof 1\nname " & name & ' ' & version & "\noperations"
  for (operation, there) in {"Table": has newTable, "Box": has newBox, "Array": arrays, "Closure": closures,
      "Scalar": has newScalar, "Weak": has newWeak, "Chain": links, "Ring": links,
      "ReadField": has(newTable) and has(readField), "WriteField": has(newTable) and has(writeField),
      "Remove": has(newTable) and has(remove), "ReadElement": arrays and has(readIndex),
      "WriteElement": arrays and has(writeIndex), "Push": arrays and has(push), "Pop": arrays and has(pop),
      "ReadCapture": closures and has(readIndex), "WriteCapture": closures and has(writeIndex),
      "ReadBox": has(newBox) and has(readIndex), "WriteBox": has(newBox) and has(writeIndex), "Take": has take,
      "Drop": has drop, "Upgrade": has(newWeak) and has(upgrade), "Collect": has collect, "On": has arm,
      "Panic": panics and has(arm)}:
    if there: answers.add ' ' & operation
  if operations != "": answers.add ' ' & operations
  answers.add "\nobservations"
  if has look: answers.add " contents"
  if has counts: answers.add " counts"
  elif has strong: answers.add " strong"
  if has close: answers.add " closing"
  if observations != "": answers.add ' ' & observations
  if dialect != "": answers.add "\ndialect " & dialect
  answers.add(if has begin: "\nbegin anew" else: "\nbegin fresh")
  answers.add(if lookDisturbs: "\nlook disturbs" else: "\nlook harmless")
  answers.add(if runsDiffer: "\nruns differ\nready\n" else: "\nruns alike\nready\n")
  moveDescriptors()
  handleCrashes()
  signal(SIGPIPE, SIG_IGN)
  addExitProc(flush)
  try:
    begin()
    discard commands()
  except Exception as error: # defects too
    stderr.write error.getStackTrace
    fail($error.name & ": " & error.msg & ", at `" & line & "`")
  flush()

# From the author's procs to the `Heap`.

macro takesFirst(procs: typed, T: typedesc): bool =
  ## Whether one of the procs of a name takes a T first.
  let wanted = T.getTypeInst[1]
  var symbols = @[procs]
  if procs.kind in {nnkOpenSymChoice, nnkClosedSymChoice}: symbols = procs[0 .. ^1]
  for symbol in symbols:
    if symbol.kind == nnkSym and symbol.symKind in {nskProc, nskFunc, nskMethod}:
      let parameters = symbol.getImpl
      if parameters.len > 3 and parameters[3].len > 1 and parameters[3][1][^2].kind != nnkEmpty and
          sameType(parameters[3][1][^2], wanted):
        return newLit(true)
  newLit(false)

template run*(theHeap: typed, T: typedesc, name, version: string, observations = "", dialect = "", panics = false,
    lookDisturbs = false, operations = "", runsDiffer = false) =
  ## Speaks until the input ends. Call it before anything is printed; from then on `echo` goes to standard error.
  ##
  ## T: what the heap's objects are, a type that inherits from `HeapObject`.
  ## observations: of `refusals journal sets`; the others follow from the procs `look`, `counts`, `strong`, `close`.
  ## operations: the names of those that the proc `other` carries out.
  ## runsDiffer: two runs of a program may differ in what the contract leaves open.
  block:
    mixin newTable, newArray, newClosure, newBox, newScalar, newWeak, readField, writeField, remove, length, readIndex,
      writeIndex, push, pop, take, drop, arm, upgrade, collect, look, counts, strong, begin, close, room, other
    let h = theHeap
    var can: Heap
    # `member` is the author's proc, and what it becomes in a `Heap`.
    template implement(member, code: untyped) =
      when compiles((can.member = code)):
        can.member = code
      elif declared(member):
        when takesFirst(member, typeof(h)):
          {.error: "heapproof: `" & astToStr(member) & "` has parameters or a result that do not fit. Wanted is: " &
            astToStr(code).}
    implement(newTable, proc (): HeapObject = h.newTable())
    implement(newArray, proc (values: seq[Value]): HeapObject = h.newArray(values))
    implement(newClosure, proc (function: int, values: seq[Value]): HeapObject = h.newClosure(function, values))
    implement(newBox, proc (value: Value): HeapObject = h.newBox(value))
    implement(newScalar, proc (value: Value): HeapObject = h.newScalar(value))
    implement(newWeak, proc (target: HeapObject): HeapObject = h.newWeak(T(target)))
    implement(readField,
      proc (table: HeapObject, field: string, into: var Value) = into = toValue(h.readField(T(table), field)))
    implement(writeField, proc (table: HeapObject, field: string, value: Value) = h.writeField(T(table), field, value))
    implement(remove,
      proc (table: HeapObject, field: string, into: var Value) = into = toValue(h.remove(T(table), field)))
    implement(length, proc (thing: HeapObject): int = h.length(T(thing)))
    implement(readIndex,
      proc (thing: HeapObject, index: int, into: var Value) = into = toValue(h.readIndex(T(thing), index)))
    implement(writeIndex, proc (thing: HeapObject, index: int, value: Value) = h.writeIndex(T(thing), index, value))
    implement(push, proc (thing: HeapObject, value: Value) = h.push(T(thing), value))
    implement(pop, proc (thing: HeapObject, into: var Value) = into = toValue(h.pop(T(thing))))
    implement(take, proc (thing: HeapObject) = h.take(T(thing)))
    implement(drop, proc (thing: HeapObject) = h.drop(T(thing)))
    implement(arm, proc (thing: HeapObject) = h.arm(T(thing)))
    implement(upgrade, proc (weak: HeapObject): HeapObject = h.upgrade(T(weak)))
    when compiles(toValue(h.collect())):
      can.collect = proc (into: var Value) = into = toValue(h.collect())
    else:
      implement(collect, proc (into: var Value) = h.collect())
    implement(look, proc (thing: HeapObject, into: var Contents) = into = h.look(T(thing)))
    implement(counts, proc (thing: HeapObject, into: var Counts) = into = h.counts(T(thing)))
    implement(strong, proc (thing: HeapObject): int = h.strong(T(thing)))
    implement(begin, proc () = h.begin())
    implement(close, proc () = h.close())
    implement(room, proc (): int = h.room())
    implement(other, proc (line: string, into: var Value) = into = toValue(h.other(line)))
    converse(can, name, version, observations, dialect, panics, lookDisturbs, operations, runsDiffer)
