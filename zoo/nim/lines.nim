## Lines from heapproof and lines to it, and how they are cut into words.

import std/[posix, strutils]

type Access* = object
  ## `#1.x`, `#1[0]` or `*#1`.
  sign*: char ## `.`, `[` or `*`
  name*, field*: string
  index*: int

var answers, arrived: string # what has not been sent, and what has not been read
var first: int               # of that

proc say*(line: string) =
  answers.add line
  answers.add '\n'

proc flush() =
  var sent = 0
  while sent < answers.len:
    let count = write(1, addr answers[sent], answers.len - sent)
    if count <= 0: exitnow(1) # nobody listens any more
    sent += count
  answers.setLen 0

proc hear*(): string =
  ## The next line. At the end of the input the process ends.
  while true:
    let at = arrived.find('\n', first)
    if at >= 0:
      result = arrived[first ..< at]
      first = at + 1
      return
    flush()
    arrived = arrived[first .. ^1]
    first = 0
    let known = arrived.len
    arrived.setLen known + 65536
    let count = read(0, addr arrived[known], 65536)
    if count <= 0: exitnow(0)
    arrived.setLen known + count

proc cut*(line: string): seq[string] =
  ## Words. One that has a quote goes on to the next quote of the same sort that no `\` stands before.
  var word = ""
  var quote = '\0'
  var escaped = false
  for letter in line:
    if quote == '\0' and letter == ' ':
      result.add word
      word.setLen 0
      continue
    word.add letter
    if escaped: escaped = false
    elif quote != '\0' and letter == '\\': escaped = true
    elif quote == letter: quote = '\0'
    elif quote == '\0' and letter in {'"', '\''}: quote = letter
  result.add word

proc number*(word: string): int =
  ## Of `#1` or `1`.
  for letter in word:
    if letter in Digits: result = result * 10 + ord(letter) - ord('0')

proc access*(word: string): Access =
  if word[0] == '*': return Access(sign: '*', name: word[1 .. ^1])
  let at = word.find({'.', '['})
  if at < 0: return Access(name: word)
  result = Access(sign: word[at], name: word[0 ..< at])
  if word[at] == '.': result.field = word[at + 1 .. ^1]
  else: result.index = number(word[at + 1 .. ^1])
