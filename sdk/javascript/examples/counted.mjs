/* A heap that counts references and collects cycles, as the contract has it.
 *
 * An object dies when its counts fall to 0. It joins a queue then, so that nothing recurses, and the queue is worked off before
 * the outermost call returns. What only cycles hold is found by `collect`, which marks from the roots.
 *
 * `counted.mjs --bug`: a weak object is not cleared where its target dies in a collection.
 *
 *     heapproof check --subject 'exec:node counted.mjs'
 */
import { Refused, died, isReference, run, runCode } from '../heapproof.mjs';

const CAPACITY = 1_000_000;

class Cell {
  external = 1;
  internal = 0;
  weak = 0;
  slots = []; // values; of a table a Map by field
  callee = null; // of a closure, its function's number
  target = null; // of a weak object, until it dies
  isWeak = false;
  queued = false; // waits for its turn, or has it
  coded = false; // has code
  begun = false; // which has begun
  dead = false;

  references() {
    return [...this.slots.values()].filter(isReference);
  }

  lost() {
    return this.external + this.internal === 0;
  }
}

class Counted {
  constructor(bug) {
    this.bug = bug;
  }

  begin() {
    this.all = new Set(); // what lives, in the order of birth
    this.queue = [];
    this.busy = false; // a call is under way that will work off the queue
    this.inSet = false; // code of a set's member runs
  }

  // Deaths.

  enqueueIfLost(cell) {
    if (cell.lost() && !cell.queued && !cell.dead) {
      cell.queued = true;
      this.queue.push(cell);
    }
  }

  release(value) {
    if (isReference(value)) {
      value.internal--;
      this.enqueueIfLost(value);
    }
  }

  /** From here on nobody sees the object as living. */
  die(cell, inCollection) {
    cell.dead = true;
    this.all.delete(cell);
    died(cell);
    if (cell.weak > 0 && !(this.bug && inCollection)) {
      for (const other of this.all) if (other.target === cell) other.target = null;
    }
    if (cell.target !== null) {
      cell.target.weak--;
      cell.target = null;
    }
  }

  giveUpContents(cell) {
    for (const value of cell.slots.values()) this.release(value);
    cell.slots = [];
  }

  /** The first of the queue has its turn, and stays queued during it. Its code may save it. */
  turn(cell) {
    if (cell.lost() && cell.coded && !cell.begun) {
      cell.begun = true;
      runCode(cell);
    }
    cell.queued = false;
    if (cell.lost()) {
      this.die(cell, false);
      this.giveUpContents(cell);
    }
  }

  /** The end of each call. What code drops waits until the code has returned. */
  settle() {
    if (this.busy) return;
    this.busy = true;
    while (this.queue.length > 0) {
      // A collection in the code may take others out of the queue, but never the one whose turn it is.
      const cell = this.queue[0];
      this.turn(cell);
      this.queue.shift();
    }
    this.busy = false;
  }

  // Collection.

  /** What these objects reach, themselves too. */
  reached(cells) {
    const reached = new Set();
    const todo = [...cells];
    while (todo.length > 0) {
      const cell = todo.pop();
      if (!reached.has(cell)) {
        reached.add(cell);
        todo.push(...cell.references());
      }
    }
    return reached;
  }

  /** The whole garbage is one set. Says whether there was any. */
  pass() {
    const reached = this.reached([...this.all].filter((cell) => cell.external > 0 || cell.queued));
    const members = [...this.all].filter((cell) => !reached.has(cell));
    if (members.length === 0) return false;
    // The code of all members, also what other code adds meanwhile. Nobody dies, since the queue waits.
    for (let again = true; again; ) {
      again = false;
      for (const cell of members) {
        if (cell.coded && !cell.begun) {
          again = cell.begun = this.inSet = true;
          runCode(cell);
          this.inSet = false;
        }
      }
    }
    // Members live on if the mutator holds them, or if anything outside the set or another survivor reaches them.
    const inside = new Set(members);
    const saved = this.reached([...this.all].filter((cell) => cell.external > 0 || !inside.has(cell)));
    const dead = members.filter((cell) => !saved.has(cell));
    for (const cell of dead) this.die(cell, true);
    // Being queued saves no member. The one whose turn it is, at the front, is never among them.
    this.queue = this.queue.filter((cell) => !cell.dead);
    for (const cell of dead) this.giveUpContents(cell);
    return true;
  }

  collect() {
    if (this.inSet) throw new Refused('reentrant');
    const outermost = !this.busy;
    for (let more = true; more; ) {
      this.busy = true;
      more = this.pass();
      if (outermost) {
        this.busy = false;
        this.settle();
      }
    }
  }

  // Calls.

  room() {
    return CAPACITY - this.all.size;
  }

  make(slots, callee = null) {
    if (this.room() === 0) throw new Refused('capacity');
    const cell = Object.assign(new Cell(), { slots, callee });
    this.all.add(cell);
    for (const value of cell.references()) value.internal++;
    return cell;
  }

  table() {
    return this.make(new Map());
  }

  array(values) {
    return this.make(values);
  }

  closure(callee, values) {
    return this.make(values, callee);
  }

  box(value) {
    return this.make([value]);
  }

  scalar(value) {
    return this.make([value]);
  }

  weak(target) {
    const cell = Object.assign(this.make([]), { isWeak: true, target });
    target.weak++;
    return cell;
  }

  upgrade(weak) {
    if (weak.target !== null) weak.target.external++;
    return weak.target;
  }

  length(cell) {
    return cell.slots.length;
  }

  readField(table, field) {
    return table.slots.get(field) ?? null;
  }

  readIndex(cell, index) {
    return cell.slots[index];
  }

  /** The new value is counted and in place before the old one is given up. */
  writeField(table, field, value) {
    if (isReference(value)) value.internal++;
    const old = table.slots.get(field) ?? null;
    table.slots.set(field, value);
    this.release(old);
    this.settle();
  }

  writeIndex(cell, index, value) {
    if (isReference(value)) value.internal++;
    const old = cell.slots[index];
    cell.slots[index] = value;
    this.release(old);
    this.settle();
  }

  push(array, value) {
    if (isReference(value)) value.internal++;
    array.slots.push(value);
  }

  pop(array) {
    return this.given(array.slots.pop());
  }

  remove(table, field) {
    if (!table.slots.has(field)) throw new Refused('field');
    const value = table.slots.get(field);
    table.slots.delete(field);
    return this.given(value);
  }

  /** A reference that is taken out belongs to the mutator. */
  given(value) {
    if (isReference(value)) {
      value.internal--;
      value.external++;
    }
    return value;
  }

  take(cell) {
    cell.external++;
  }

  drop(cell) {
    if (cell.external === 0) throw new Refused('not-held');
    cell.external--;
    this.enqueueIfLost(cell);
    this.settle();
  }

  on(cell) {
    cell.coded = true;
  }

  look(cell) {
    if (cell.isWeak) return [cell.target];
    return cell.callee === null ? cell.slots : [BigInt(cell.callee), ...cell.slots];
  }

  /** What lives is finalized, and nothing of it dies. */
  close() {
    this.busy = true;
    for (const cell of [...this.all]) {
      if (!cell.coded || cell.begun) continue;
      cell.begun = true;
      runCode(cell);
    }
  }

  counts(cell) {
    return [cell.external, cell.internal, cell.weak];
  }
}

run(new Counted(process.argv.includes('--bug')), 'counted-js', '1.0', {
  observations: 'refusals journal',
  panics: true,
  dialect: 'at-end finalized',
});
