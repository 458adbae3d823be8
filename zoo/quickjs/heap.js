// QuickJS as a heap: what heap.py calls, in the engine.
//
// Objects are of several sorts of the engine's own: plain objects, arrays, closures with a captured variable, Maps, WeakRefs.
// A hidden property says the number of each. Deaths are told by a FinalizationRegistry, whose jobs heap.py has run after each
// call. Plain values come as texts with a tag, so that the engine keeps none of them as another one.
const ID = Symbol('number');
const refs = new Map(); // a WeakRef to each object, so that those can be called that the host holds no handle to
// What died and was not told yet, as a text: to make an object may collect, so to ask for deaths makes none.
let dead = '';
const note = (number) => {
  if (refs.delete(number)) dead += ' ' + number;
};
const registry = new FinalizationRegistry(note);

function born(number, object) {
  Object.defineProperty(object, ID, { value: number });
  refs.set(number, new WeakRef(object));
  registry.register(object, number);
  return object;
}

const find = (number) => refs.get(number).deref();
function takeDead() {
  const told = dead;
  dead = '';
  return told;
}
const noteDead = (ref, number) => {
  if (ref.deref() === undefined) note(number);
};
const ask = () => refs.forEach(noteDead);

// What keeps the engine near its threshold. Without it no collection comes for a while.
let ballast = null;
const load = (size) => {
  ballast = new ArrayBuffer(size);
};
const unload = () => {
  ballast = null;
};

// A WeakMap of one entry, and a WeakRef to tell which that is.
class Ephemeron {
  constructor(key, value) {
    this.key = new WeakRef(key);
    this.map = new WeakMap([[key, value]]);
  }
  deref() {
    return this.key.deref();
  }
  value() {
    const key = this.deref();
    return key === undefined ? undefined : this.map.get(key);
  }
}

const capture = (values) => {
  const captured = values;
  return () => captured;
};
const make = {
  table: () => Object.create(null),
  array: (...values) => values,
  closure: (...values) => capture(values),
  box: (value) => new Map([[0, value]]),
  scalar: (value) => ({ value }),
  weak: (target) => new WeakRef(target),
  ephemeron: (key, value) => new Ephemeron(key, value),
};
const create = (kind, number, ...values) => born(number, make[kind](...values));

// What a value is to the host: a text with a tag, the number of an object, or null.
const shown = (value) => (value === undefined || value === null ? null : typeof value === 'string' ? value : value[ID]);
const number = (object) => object[ID];

const values = (object) => (typeof object === 'function' ? object() : object);
const read = (object, key) => shown(object instanceof Map ? object.get(key) : values(object)[key]);
function write(object, key, value) {
  if (object instanceof Map) object.set(key, value);
  else values(object)[key] = value;
}
const length = (object) => values(object).length;
const has = (object, key) => key in object;
const push = (array, value) => void array.push(value);
const pop = (array) => array.pop();
function remove(table, field) {
  const value = table[field];
  delete table[field];
  return value;
}
function clear(object) {
  if (Array.isArray(object)) object.length = 0;
  else for (const field of Object.keys(object)) delete object[field];
}
function swap(one, i, other, j) {
  [one[i], other[j]] = [other[j], one[i]];
}
const entry = (ephemeron) => shown(ephemeron.value());
const deref = (weak) => weak.deref();

function look(object) {
  if (object instanceof WeakRef) return JSON.stringify([shown(object.deref())]);
  if (object instanceof Ephemeron) return JSON.stringify([shown(object.deref()), entry(object)]);
  if (object instanceof Map) return JSON.stringify([shown(object.get(0))]);
  if (typeof object === 'function' || Array.isArray(object)) return JSON.stringify(values(object).map(shown));
  if (Object.getPrototypeOf(object) !== null) return JSON.stringify([shown(object.value)]);
  return JSON.stringify(Object.entries(object).map(([key, value]) => [key, shown(value)]));
}
