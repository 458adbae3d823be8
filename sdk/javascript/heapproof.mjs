/* Puts a heap in JavaScript under proof: `heapproof check --subject 'exec:node my_heap.mjs'`.
 *
 * Write a class with a method for each operation that the heap has, and call `run` with an object of it. The library speaks the
 * protocol of docs/protocol.md. It numbers the objects, knows which live, parses commands and values, and refuses what needs no
 * look into the heap: nil, dead objects, wrong kinds, indices out of range. The heap says what happens to its objects: `died`
 * where one dies, and `runCode` where it would call a finalizer or destructor.
 *
 * Values are null, booleans, integers (as BigInt), floats (as numbers), strings, `Char`, and the heap's objects.
 * Node 18. License: MIT OR Apache-2.0.
 */
import fs from 'node:fs';

/** Thrown by a method that refuses, and has changed nothing. The reason is a word of the protocol, as `not-held`. */
export class Refused extends Error {
  constructor(reason) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0; // nobody reads the stack, and it costs more than the operation
    super(reason);
    Error.stackTraceLimit = limit;
  }
}

/** May be thrown when user code has panicked: the outermost operation is then refused as panicked. */
export class Panic extends Error {}

/** A character, which is no string of length one. */
export class Char {
  constructor(text) {
    this.text = text;
  }
}

/** Whether a value is one of the heap's objects. */
export const isReference = (value) => value !== null && typeof value === 'object' && !(value instanceof Char);

/** Speaks until the input ends. From now on what is printed goes to standard error.
 *
 * observations: of `refusals journal sets`; the others follow from the methods `look`, `counts`, `strong`, `close`.
 * operations: the names of those that the method `other` carries out.
 * runsDiffer: two runs of a program may differ in what the contract leaves open. */
export function run(heap, name, version, options = {}) {
  library = new Library(heap);
  library.greet(name, version, options);
  library.speak();
}

/** An object dies, at this moment. */
export const died = (thing) => library.died(library.numberOf(thing));

/** Runs an object's code; the heap's methods are called meanwhile. True: it has panicked. */
export const runCode = (thing) => library.runCode(thing);

/** A collection has found these objects as one set. */
export const took = (things) => library.event('took', things);

/** A slice or a check ends with more to do. */
export const paused = () => library.event('paused', []);

/** Numbers a new object of the kind `table` etc. before its method returns: if user code may run in the meantime, and in
 * `other`. */
export const allocated = (thing, kind) => void library.allocated(thing, kind);

/** The object of a number, undefined if it is dead: for `other`. */
export const living = (number) => library.things.get(number);

const KINDS = new Set(['table', 'array', 'closure', 'box', 'scalar', 'weak']);
const PLAIN = new Map([['nil', null], ['true', true], ['false', false], ['inf', Infinity], ['-inf', -Infinity], ['nan', NaN]]);
// The operations, and the methods that each needs.
const NEEDS = {
  Table: 'table', Box: 'box', Array: 'array length', Closure: 'closure length', Scalar: 'scalar', Weak: 'weak',
  Chain: 'table writeField drop', Ring: 'table writeField drop', ReadField: 'table readField',
  WriteField: 'table writeField', Remove: 'table remove', ReadElement: 'array readIndex',
  WriteElement: 'array writeIndex', Push: 'array push', Pop: 'array pop', ReadCapture: 'closure readIndex',
  WriteCapture: 'closure writeIndex', ReadBox: 'box readIndex', WriteBox: 'box writeIndex', Take: 'take', Drop: 'drop',
  Upgrade: 'weak upgrade', Collect: 'collect', On: 'on',
};
const ACCESS = /^\*?(?:#(\d+)|nil)(?:\.(\w+)|\[(\d+)\]|\{(\d+)\})?(?: = (.+))?$/s;
const WORDS = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^ ]+/gs;
const ESCAPED = /\\(?:u\{([0-9a-fA-F]+)\}|(.))/gs;
const UNESCAPED = { n: '\n', r: '\r', t: '\t', 0: '\0' };
const ESCAPES = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0', '\\': '\\\\', '"': '\\"', "'": "\\'" };
const LARGE = 1 << 16;

let library = null;

const escaped = (text) => text.replace(/[\n\r\t\0\\"']/g, (c) => ESCAPES[c]);
const unescaped = (text) =>
  text.includes('\\')
    ? text.replace(ESCAPED, (_, code, c) => (code ? String.fromCodePoint(parseInt(code, 16)) : UNESCAPED[c] ?? c))
    : text;

/** The conversation; a process has one. */
class Library {
  constructor(heap) {
    this.heap = heap;
    // Node can't give standard output another descriptor, so what prints is turned away from it.
    process.stdout.write = process.stderr.write.bind(process.stderr);
    this.answers = [];
    this.size = 0; // of the answers
    this.lines = []; // complete lines that have arrived, the next one last
    this.rest = Buffer.alloc(0); // of a line that is not complete
    this.buffer = Buffer.alloc(LARGE);
    this.line = ''; // carried out now
    this.depth = 0; // of user code
    this.forget();
    process.on('exit', () => this.flush()); // what was answered before says where it broke
  }

  forget() {
    this.things = new Map(); // those that live, by number
    this.kinds = [];
    this.numbers = new Map();
    this.coded = new Set();
    this.count = 0;
  }

  has(methods) {
    return methods.split(' ').every((method) => typeof this.heap[method] === 'function');
  }

  greet(name, version, options) {
    const { observations = '', dialect = '', panics = false, lookDisturbs = false, runsDiffer = false, operations = '' } = options;
    const has = Object.keys(NEEDS).filter((operation) => this.has(NEEDS[operation]));
    const seen = Object.entries({ contents: 'look', counts: 'counts', strong: 'strong', closing: 'close' }).filter(([, of]) => this.has(of));
    const more = (text) => text.split(' ').filter((word) => word);
    this.answer('heapproof 1');
    this.answer(`name ${name} ${version}`);
    this.answer(['operations', ...has, ...(panics && this.has('on') ? ['Panic'] : []), ...more(operations)].join(' '));
    this.answer(['observations', ...seen.map(([word]) => word), ...more(observations)].join(' '));
    if (dialect) this.answer(`dialect ${dialect}`);
    this.answer(this.has('begin') ? 'begin anew' : 'begin fresh');
    this.answer(lookDisturbs ? 'look disturbs' : 'look harmless');
    this.answer(runsDiffer ? 'runs differ' : 'runs alike');
    this.answer('ready');
  }

  speak() {
    try {
      this.begin();
      this.commands();
      this.flush();
    } catch (error) {
      this.flush();
      this.fail(`${error.stack}\nat the command \`${this.line}\``);
    }
  }

  fail(message) {
    fs.writeSync(2, `heapproof.mjs: ${message}\n`);
    process.exit(2);
  }

  unread() {
    throw new Error('there is no such command, or the heap has no method for it');
  }

  // Lines.

  answer(line) {
    this.answers.push(line);
    this.size += line.length + 1;
    if (this.size > LARGE) this.flush();
  }

  flush() {
    if (this.answers.length === 0) return;
    const data = Buffer.from(`${this.answers.join('\n')}\n`);
    [this.answers, this.size] = [[], 0];
    for (let sent = 0; sent < data.length; ) {
      try {
        sent += fs.writeSync(1, data, sent);
      } catch (error) {
        if (error.code !== 'EAGAIN') process.exit(1); // nobody listens any more
        wait();
      }
    }
  }

  /** The next line, null at the end of the input. */
  read() {
    while (this.lines.length === 0) {
      this.flush(); // no further command is here, so the answers must go out
      let count;
      try {
        count = fs.readSync(0, this.buffer);
      } catch (error) {
        if (error.code === 'EAGAIN') {
          wait();
          continue;
        }
        count = error.code === 'EOF' ? 0 : this.fail(`can't read: ${error.message}`);
      }
      if (count === 0) return null;
      const all = Buffer.concat([this.rest, this.buffer.subarray(0, count)]);
      const end = all.lastIndexOf(10) + 1;
      this.rest = all.subarray(end);
      if (end > 0) this.lines = all.toString('utf8', 0, end - 1).split('\n').reverse();
    }
    return this.lines.pop();
  }

  /** Reads and carries out commands, within user code until that ends. True after `panic`. */
  commands() {
    for (let line; (line = this.read()) !== null; ) {
      if (line === 'return' || line === 'panic') {
        if (this.depth === 0) this.fail(`\`${line}\`, but no user code is running`);
        return line === 'panic';
      }
      this.line = line;
      try {
        this.answer(this.carryOut(line));
      } catch (error) {
        if (error instanceof Refused) this.answer(`refused ${error.message}`.trimEnd());
        // In user code that other code called, a panic is contained.
        else if (error instanceof Panic) this.answer(this.depth > 0 ? 'done' : 'refused panicked');
        else throw error;
      }
    }
    if (this.depth > 0) process.exit(0);
    return false;
  }

  // Objects and events.

  allocated(thing, kind) {
    let number = this.numbers.get(thing);
    if (number === undefined) {
      if (thing === undefined || thing === null) {
        throw new Error(`an object of kind ${kind} can't be ${thing}; does the method return it?`);
      }
      number = this.count++;
      this.numbers.set(thing, number);
      this.things.set(number, thing);
      this.kinds.push(kind);
    }
    return number;
  }

  numberOf(thing) {
    const number = this.numbers.get(thing);
    if (number === undefined) throw new Error(`${String(thing)} is no value, and was not allocated`);
    return number;
  }

  died(number) {
    // Told as well, since the parent shall see it.
    if (!this.things.delete(number)) fs.writeSync(2, `heapproof.mjs: object #${number} dies a second time\n`);
    this.answer(`died ${number}`);
  }

  event(word, things) {
    this.answer([word, ...things.map((thing) => this.numberOf(thing))].join(' '));
  }

  runCode(thing) {
    const number = this.numberOf(thing);
    if (!this.coded.has(number)) return false; // its code is empty
    this.answer(`began ${number}`);
    this.depth++;
    const panicked = this.commands();
    this.depth--;
    return panicked;
  }

  // Values.

  parse(word) {
    if (word[0] === '#') {
      const thing = this.things.get(Number(word.slice(1)));
      if (thing === undefined) throw new Refused('stale-value');
      return thing;
    }
    if (word[0] === '"') return unescaped(word.slice(1, -1));
    if (word[0] === "'") return new Char(unescaped(word.slice(1, -1)));
    if (PLAIN.has(word)) return PLAIN.get(word);
    return /[.eE]/.test(word) ? Number(word) : BigInt(word);
  }

  show(value) {
    switch (typeof value) {
      case 'undefined':
        return 'nil';
      case 'boolean':
      case 'bigint':
        return String(value);
      case 'string':
        return `"${escaped(value)}"`;
      case 'number':
        return float(value);
    }
    if (value === null) return 'nil';
    if (value instanceof Char) return `'${escaped(value.text)}'`;
    return `#${this.numberOf(value)}`;
  }

  // Commands. Reasons are looked for in the contract's order, from `nil` to `not-plain`; the rest is the heap's.

  /** The object of a number, undefined for nil, if it is of the kind. */
  find(number, kind) {
    if (number === undefined) throw new Refused('nil');
    const thing = this.things.get(Number(number));
    if (thing === undefined) throw new Refused('stale');
    if (kind !== undefined && this.kinds[number] !== kind) throw new Refused('kind');
    return thing;
  }

  named(word, kind) {
    return this.find(word === 'nil' ? undefined : word.slice(1), kind);
  }

  carryOut(line) {
    const heap = this.heap;
    if (line[0] === '#' || line[0] === '*' || line.startsWith('nil')) return this.access(line);
    const words = /["']/.test(line) ? line.match(WORDS) : line.split(' ');
    const [word, operand] = words;
    if (KINDS.has(word)) return `done #${this.allocated(this.make(word, words.slice(1)), word)}`;
    switch (word) {
      case 'take':
      case 'drop':
      case 'on': {
        if (operand === 'nil' && word !== 'on') return 'done';
        const thing = this.named(operand);
        if (word === 'on') this.coded.add(Number(operand.slice(1)));
        heap[word](thing);
        return 'done';
      }
      case 'push': {
        const thing = this.named(operand, 'array');
        heap.push(thing, this.parse(words[2]));
        return 'done';
      }
      case 'pop': {
        const thing = this.named(operand, 'array');
        if (heap.length(thing) === 0) throw new Refused('index');
        return `done ${this.show(heap.pop(thing))}`;
      }
      case 'remove': {
        const [name, field] = operand.split('.');
        return `done ${this.show(heap.remove(this.named(name, 'table'), field))}`;
      }
      case 'upgrade':
        return `done ${this.show(heap.upgrade(this.named(operand, 'weak')))}`;
      case 'look':
        return this.look();
      case 'chain':
      case 'ring':
        return `done ${this.show(this.chain(Number(operand), word === 'ring'))}`;
    }
    if (line === 'collect') return `done ${this.show(heap.collect())}`;
    if (line === 'close') {
      heap.close();
      return 'done';
    }
    if (line === 'begin') {
      this.begin();
      return 'done';
    }
    return this.has('other') ? `done ${this.show(heap.other(line))}` : this.unread();
  }

  make(kind, words) {
    const heap = this.heap;
    if (kind === 'table') return heap.table();
    if (kind === 'weak') return heap.weak(this.named(words[0]));
    const number = kind === 'closure' ? Number(words.shift()) : 0;
    const values = words.map((word) => this.parse(word));
    if (kind === 'closure') return heap.closure(number, values);
    if (kind === 'array') return heap.array(values);
    if (kind === 'box') return heap.box(values[0]);
    if (isReference(values[0])) throw new Refused('not-plain');
    return heap.scalar(values[0]);
  }

  /** `#1.x`, `#1[0]`, `#1{0}`, `*#1`, also with ` = VALUE` behind. */
  access(line) {
    const [, number, field, element, capture, written] = line.match(ACCESS) ?? this.unread();
    const heap = this.heap;
    if (field !== undefined) {
      const thing = this.find(number, 'table');
      if (written === undefined) return `done ${this.show(heap.readField(thing, field))}`;
      heap.writeField(thing, field, this.parse(written));
      return 'done';
    }
    const kind = element !== undefined ? 'array' : capture !== undefined ? 'closure' : 'box';
    const thing = this.find(number, kind);
    const index = Number(element ?? capture ?? 0);
    if (kind !== 'box' && index >= heap.length(thing)) throw new Refused('index');
    if (written === undefined) return `done ${this.show(heap.readIndex(thing, index))}`;
    heap.writeIndex(thing, index, this.parse(written));
    return 'done';
  }

  /** As the single calls: each table is stored in the one before it, and dropped. */
  chain(length, ring) {
    const heap = this.heap;
    if (this.has('room') && length > heap.room()) throw new Refused('capacity');
    let first = null;
    let last = null;
    for (let i = 0; i < length; i++) {
      const thing = heap.table();
      this.allocated(thing, 'table');
      first ??= thing;
      if (last !== null) {
        heap.writeField(last, 'next', thing);
        heap.drop(thing);
      }
      last = thing;
    }
    if (ring && first !== null) heap.writeField(last, 'next', first);
    return first;
  }

  begin() {
    this.forget();
    if (this.has('begin')) this.heap.begin();
  }

  look() {
    const heap = this.heap;
    const [contents, counts, strong] = ['look', 'counts', 'strong'].map((method) => this.has(method));
    let shown = 0;
    for (const [number, thing] of this.things) {
      const words = [String(number)];
      if (contents) {
        const seen = heap.look(thing);
        if (seen === undefined) continue; // nothing can be said of it
        words.push(this.kinds[number]);
        if (seen instanceof Map) for (const [field, value] of seen) words.push(`${field}=${this.show(value)}`);
        else for (const value of seen) words.push(this.show(value));
      }
      if (counts) words.push('|', ...heap.counts(thing));
      else if (strong) words.push('|', heap.strong(thing));
      this.answer(words.join(' '));
      shown++;
    }
    return `end ${shown}`;
  }
}

/** A float, which is told from an integer by its point or exponent. */
function float(value) {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** A descriptor that does not block has nothing yet: sleeps a little. */
function wait() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}
