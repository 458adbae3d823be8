// What both sides have at a step. The data hold what changes from one step to the next; a state is had by going through
// the changes, from the beginning when it lies behind.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const names = { known: new Map(data.objects.map(([object, name]) => [object, name])), get: (object) => names.known.get(object) || `#${object}` };
const spots = new Map(data.objects.filter(([, , spot]) => spot).map(([object, , spot]) => [object, spot]));

const KIND = 0, EXTERNAL = 1, INTERNAL = 2, WEAK = 3, VALUES = 4, MORE = 5, MARKS = 6;

let at = -1;
let model = new Map();
let subject = new Map();
// What was there before the step, and what the step has changed.
let before = { model: new Map(), subject: new Map() };

function apply(step) {
  before = { model: new Map(), subject: new Map() };
  const change = (side, was, object, look) => {
    was.set(object, side.get(object));
    if (look) side.set(object, look); else side.delete(object);
  };
  const touched = new Set();
  for (const [object, look] of step.m || []) {
    change(model, before.model, object, look);
    touched.add(object);
  }
  for (const [object, look, marks] of step.s || []) {
    const same = look === 1;
    const seen = same ? Object.assign([...model.get(object)], { [MARKS]: marks }) : look;
    change(subject, before.subject, object, seen);
    touched.delete(object);
    if (seen) seen.same = same;
  }
  // What only the model has changed is not the same any more.
  for (const object of touched) {
    const look = subject.get(object);
    if (look) look.same = false;
  }
}

function goTo(step) {
  if (step < at) {
    at = -1;
    model = new Map();
    subject = new Map();
  }
  while (at < step) apply(data.steps[++at]);
  if (step < 0) before = { model: new Map(), subject: new Map() };
}

// Whether what is seen of an object in the subject is not what the model has.
function differs(object) {
  const one = model.get(object), other = subject.get(object);
  if (!one || !other) return !!one !== !!other;
  if (other.same) return false;
  const parts = (from, to) => JSON.stringify(one.slice(from, to)) !== JSON.stringify(other.slice(from, to));
  return (data.shows.contents && (one[KIND] !== other[KIND] || parts(VALUES, MARKS)))
    || (data.shows.counts && parts(EXTERNAL, VALUES));
}

function sidesDiffer() {
  for (const object of model.keys()) if (differs(object)) return true;
  for (const object of subject.keys()) if (!model.has(object)) return true;
  return false;
}

// The strong and weak references of a side between objects that are there.
function references(side) {
  const found = [];
  for (const [from, look] of side) {
    for (const [place, to, weak] of look[VALUES]) if (typeof to === "number") found.push({ from, to, place, weak: !!weak });
  }
  return found;
}

// What the roots of a side reach.
function reached(side) {
  const seen = new Set(), open = [];
  for (const [object, look] of side) if (look[EXTERNAL] > 0) open.push(object);
  while (open.length) {
    const object = open.pop();
    if (seen.has(object) || !side.has(object)) continue;
    seen.add(object);
    for (const [, to, weak] of side.get(object)[VALUES]) if (typeof to === "number" && !weak) open.push(to);
  }
  return seen;
}

// The number of each object's cycle: strongly connected components, after Tarjan (1972), without recursion.
function cycles(side) {
  const next = (object) => (side.get(object)?.[VALUES] || []).filter(([, to, weak]) => typeof to === "number" && !weak && side.has(to)).map(([, to]) => to);
  const index = new Map(), low = new Map(), onStack = new Set(), stack = [], found = new Map();
  let count = 0, number = 0;
  for (const start of side.keys()) {
    if (index.has(start)) continue;
    const open = [[start, null, 0]];
    while (open.length) {
      const frame = open[open.length - 1], [object] = frame;
      if (frame[1] === null) {
        frame[1] = next(object);
        index.set(object, count); low.set(object, count++);
        stack.push(object); onStack.add(object);
      }
      if (frame[2] < frame[1].length) {
        const to = frame[1][frame[2]++];
        if (!index.has(to)) open.push([to, null, 0]);
        else if (onStack.has(to)) low.set(object, Math.min(low.get(object), index.get(to)));
        continue;
      }
      open.pop();
      if (open.length) {
        const parent = open[open.length - 1][0];
        low.set(parent, Math.min(low.get(parent), low.get(object)));
      }
      if (low.get(object) !== index.get(object)) continue;
      const members = [];
      do { members.push(stack[stack.length - 1]); onStack.delete(stack[stack.length - 1]); } while (stack.pop() !== object);
      if (members.length > 1 || frame[1].includes(object)) {
        for (const member of members) found.set(member, number);
        number++;
      }
    }
  }
  return found;
}
