// The graph of one side, drawn; and the same in words.
const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = data.box;

function element(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  if (text !== undefined) made.textContent = text;
  return made;
}

// What is known of each object of a side that is drawn, or of all: its look, words, what the step did to it.
function scene(which, both, all) {
  const side = which === "model" ? model : subject, was = before[which];
  const counts = which === "model" || data.shows.counts, contents = which === "model" || data.shows.contents;
  const lives = counts && contents ? reached(side) : null, rings = cycles(side);
  const known = [];
  const add = (object, look, change) => {
    if (!all && !spots.has(object)) return;
    const words = [], root = counts && look[EXTERNAL] > 0 && change !== "gone", ring = rings.get(object);
    if (root) words.push("root");
    if (ring !== undefined && change !== "gone") words.push("in a cycle");
    const garbage = !!lives && change !== "gone" && !lives.has(object);
    if (garbage) words.push("garbage");
    if (change === "gone") words.push("gone");
    const marks = both ? subject.get(object)?.[MARKS] : look[MARKS];
    if (change !== "gone") words.push(...(marks || []));
    const weak = look[WEAK] ? "~" + look[WEAK] : "";
    const about = (contents ? look[KIND] : "lives") + (counts ? ` ${look[EXTERNAL]}+${look[INTERNAL]}${weak}` : "");
    known.push({ object, look, change, words, root, garbage, ring, about, parts: !both && differs(object) });
  };
  for (const [object, look] of side) {
    const change = !was.has(object) ? "" : was.get(object) ? "changed" : "new";
    add(object, look, change);
  }
  for (const [object, look] of was) if (look && !side.has(object)) add(object, look, "gone");
  return known;
}

function draw(known, side, was) {
  const width = Math.max(data.size[0], 240), height = Math.max(data.size[1], 90);
  const said = known.map((one) => `${names.get(one.object)}: ${[one.about, ...one.words].join(", ")}`).join("; ");
  const picture = element("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": said || "no objects" });
  // As large as fits, but never so small that it can't be read: then it scrolls.
  const room = Math.max(innerHeight * 0.62, 220), scale = Math.min(1.25, Math.max(room / height, 0.62));
  picture.style.maxWidth = `${Math.round(width * scale)}px`;
  picture.style.minWidth = `${Math.round(width * 0.62)}px`;
  const defs = element("defs", {}), id = "tip" + Math.random().toString(36).slice(2);
  const tip = element("marker", { id, viewBox: "0 0 8 8", refX: 8, refY: 4, markerUnits: "userSpaceOnUse", markerWidth: 11, markerHeight: 11, orient: "auto-start-reverse" });
  tip.append(element("path", { d: "M0 0L8 4L0 8z" }));
  defs.append(tip);
  picture.append(defs);
  // Labels come last, so that no box and no line hides one.
  const labels = [], taken = [];
  for (const edge of grouped(side, was)) {
    const route = routed(spots.get(edge.from), spots.get(edge.to));
    if (!route) continue;
    picture.append(element("path", { class: `edge ${edge.weak ? "weak" : ""} ${edge.change}`, d: route.path, "marker-end": `url(#${id})` }));
    const [x, y] = clear(route, edge.label, known, taken);
    labels.push(element("text", { class: "place", x, y }, edge.label));
  }
  for (const one of known) {
    const spot = spots.get(one.object);
    if (spot) picture.append(node(one, spot));
  }
  picture.append(...labels);
  return picture;
}

function node(one, [x, y]) {
  const left = x - WIDTH / 2, top = y - HEIGHT / 2;
  const ring = one.ring !== undefined && one.change !== "gone" ? `cycle c${one.ring % 6}` : "";
  const group = element("g", { class: `node ${one.change} ${one.garbage ? "garbage" : ""} ${ring} ${one.parts ? "parts" : ""}` });
  group.append(element("rect", { x: left, y: top, width: WIDTH, height: HEIGHT, rx: 8 }));
  if (one.root) group.append(element("rect", { class: "root", x: left + 4, y: top + 4, width: WIDTH - 8, height: HEIGHT - 8, rx: 5 }));
  for (const [word, side] of [["dirty", WIDTH - 12], ["candidate", 12]]) {
    if (one.words.includes(word)) group.append(element("circle", { class: word, cx: left + side, cy: top + 12, r: 5 }));
  }
  const cut = (text) => text.length > 19 ? text.slice(0, 18) + ".." : text;
  const lines = [["name", cut(names.get(one.object))], ["about", cut(one.about)], ...wrapped(one.words).map((line) => ["words", line])];
  lines.forEach(([kind, text], line) => group.append(element("text", { class: kind, x, y: top + 21 + 15.5 * line }, text)));
  group.append(element("title", {}, `${names.get(one.object)}: ${[one.about, ...one.words].join(", ")}\n${holds(one.look)}`));
  return group;
}

// Words in two lines.
function wrapped(words) {
  const lines = [""];
  words.forEach((word, index) => {
    const said = word + (index + 1 < words.length ? "," : ""), now = lines[lines.length - 1];
    if (!now) lines[lines.length - 1] = said;
    else if (now.length + word.length < 21) lines[lines.length - 1] = `${now} ${said}`;
    else lines.push(said);
  });
  return lines.slice(0, 2);
}

// References from one object to one other are drawn as one; those that the step has taken away are drawn as gone.
function grouped(side, was) {
  const groups = new Map();
  const add = (reference, change) => {
    const key = [reference.from, reference.to, reference.weak, change === "gone"].join();
    const group = groups.get(key) || { ...reference, label: "", change };
    group.label += (group.label ? ", " : "") + reference.place;
    groups.set(key, group);
  };
  const key = (reference) => [reference.from, reference.place, reference.to].join();
  const old = references(new Map([...was].filter(([, look]) => look)));
  const now = references(side), had = new Set(old.map(key)), has = new Set(now.map(key));
  for (const reference of now) add(reference, was.has(reference.from) && !had.has(key(reference)) ? "new" : "");
  for (const reference of old) if (!has.has(key(reference))) add(reference, "gone");
  return [...groups.values()];
}

// The way from one object to another, bent a little so that the way back is another.
function routed(from, to) {
  if (!from || !to) return null;
  const [x, y] = from, [toX, toY] = to;
  if (x === toX && y === toY) {
    const right = x + WIDTH / 2, top = y - 10;
    return { path: `M${right} ${top}c36 -22 36 42 0 20`, at: () => [right + 26, y - 16] };
  }
  const across = toX - x, down = toY - y, length = Math.hypot(across, down), bend = Math.min(length * 0.12, 28);
  const over = -down / length * bend, under = across / length * bend;
  const middle = [x + across / 2 + over, y + down / 2 + under];
  const start = border(from, middle), end = border(to, middle);
  const part = (t, axis) => (1 - t) ** 2 * start[axis] + 2 * t * (1 - t) * middle[axis] + t ** 2 * end[axis];
  return { path: `M${start}Q${middle} ${end}`, at: (t) => [part(t, 0), part(t, 1)] };
}

// The place of a label: in the middle of its path, or beside that where a box or another label is there.
function clear(route, label, known, taken) {
  const boxes = known.map((one) => spots.get(one.object)).filter(Boolean);
  const meets = ([x, y]) => taken.some((other) =>
    Math.abs(x - other.x) < 3.3 * (label.length + other.label.length) && Math.abs(y - other.y) < 11);
  const hides = ([x, y]) => boxes.some(([middle, height]) =>
    Math.abs(x - middle) < WIDTH / 2 + 3.3 * label.length && Math.abs(y - 4 - height) < HEIGHT / 2 + 6);
  const places = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9].map(route.at);
  const [x, y] = places.find((place) => !hides(place) && !meets(place)) || places.find((place) => !hides(place)) || places[0];
  taken.push({ x, y, label });
  return [x, y];
}

// Where the line from the middle of an object towards a point leaves its box.
function border([x, y], [toX, toY]) {
  const across = toX - x, down = toY - y;
  const scale = Math.min(WIDTH / 2 / Math.max(Math.abs(across), 1e-9), HEIGHT / 2 / Math.max(Math.abs(down), 1e-9));
  return [x + across * scale, y + down * scale];
}

// What an object holds, in words.
function holds(look) {
  const told = look[VALUES].map(([place, value]) => `${place}: ${typeof value === "number" ? names.get(value) : value}`);
  if (look[MORE]) told.push(`${look[MORE]} more`);
  return told.join(", ");
}
