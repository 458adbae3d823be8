// The page around the pictures: the trace, the steps, what a step did, the colours.
const $ = (id) => document.getElementById(id);

function html(name, text, attributes) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  for (const key in attributes || {}) made.setAttribute(key, attributes[key]);
  return made;
}

const last = data.steps.length - 1;
const fails = data.fails === null || data.fails > last ? -1 : data.fails;

function build() {
  document.title = `${data.title}: ${data.verdict}`;
  $("title").textContent = data.title;
  $("about").append(`${data.about}: `, html(fails < 0 && data.verdict === "passed" ? "span" : "b", data.verdict));
  const matters = new Set((data.explanation?.trace || []).filter((line) => line.matters).map((line) => line.number));
  const items = data.lines.map((text, index) => [index, text]);
  data.steps.forEach((step, index) => { if (step.l < 0) items.push([index, step.t, true]); });
  const list = document.createDocumentFragment();
  for (const [index, text, extra] of items) {
    const item = html("li", undefined, { role: "option", id: `s${index}`, "aria-selected": "false" });
    item.append(html("span", extra ? "" : String(index + 1)), html("span", text));
    if (!extra && matters.has(index + 1)) item.classList.add("matters");
    if (index === data.fails) item.classList.add("fails");
    if (index > last) item.setAttribute("aria-disabled", "true");
    list.append(item);
  }
  $("trace").append(list);
  $("trace").addEventListener("click", (event) => {
    const item = event.target.closest("li");
    if (item) show(Number(item.id.slice(1)));
  });
  $("slider").max = Math.max(last, 0);
  $("slider").addEventListener("input", () => show(Number($("slider").value)));
  const buttons = { first: () => show(0), back: () => show(at - 1), forward: () => show(at + 1), last: () => show(last), failing: () => show(fails), theme };
  for (const id in buttons) $(id).addEventListener("click", buttons[id]);
  $("failing").hidden = fails < 0;
  document.addEventListener("keydown", key);
  explain();
}

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const onSlider = event.target === $("slider");
  const moves = {
    ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + 1, ArrowUp: at - 1, j: at + 1, k: at - 1,
    PageDown: at + 10, PageUp: at - 10, Home: 0, End: last, f: fails < 0 ? at : fails,
  };
  // In its own list or picture an arrow key scrolls nothing; the slider moves by itself.
  if (!(event.key in moves) || (onSlider && event.key.length > 1)) return;
  event.preventDefault();
  show(moves[event.key]);
}

function show(step) {
  if (last < 0) return empty();
  const old = $(`s${at}`);
  goTo(Math.max(0, Math.min(step, last)));
  const item = $(`s${at}`), now = data.steps[at];
  if (old) old.setAttribute("aria-selected", "false");
  item.setAttribute("aria-selected", "true");
  item.scrollIntoView({ block: "nearest" });
  $("trace").setAttribute("aria-activedescendant", item.id);
  $("slider").value = at;
  $("slider").setAttribute("aria-valuetext", now.t);
  $("count").textContent = `${at + 1} of ${last + 1}`;
  const apart = sidesDiffer();
  const whole = scene("model", !apart), pictures = [figure(apart ? "model" : "model and subject", whole, model, before.model, apart)];
  if (apart) pictures.push(figure("subject", scene("subject", false), subject, before.subject, true));
  const scrolled = [...document.querySelectorAll("figure")].map((old) => [old.scrollLeft, old.scrollTop]);
  $("pictures").replaceChildren(...pictures);
  pictures.forEach((picture, index) => {
    if (scrolled[index]) [picture.scrollLeft, picture.scrollTop] = scrolled[index];
    reveal(picture);
  });
  $("why").hidden = !data.explanation || (at !== fails && fails >= 0);
  say(now, apart);
  if ($("table").open) table();
}

function figure(title, known, side, was, apart) {
  const made = html("figure", undefined, apart ? { class: "differs" } : {});
  made.append(html("figcaption", title), draw(known, side, was));
  return made;
}

// Scrolls a picture that is larger than its frame to what the step has changed, unless that is in sight.
function reveal(picture) {
  const changed = picture.querySelector(".node.changed, .node.new, .node.gone");
  if (!changed) return;
  const frame = picture.getBoundingClientRect(), spot = changed.getBoundingClientRect();
  if (spot.left < frame.left || spot.right > frame.right) picture.scrollLeft += (spot.left + spot.right - frame.left - frame.right) / 2;
  if (spot.top < frame.top || spot.bottom > frame.bottom) picture.scrollTop += (spot.top + spot.bottom - frame.top - frame.bottom) / 2;
}

function empty() {
  $("said").textContent = "Nothing was done.";
  $("count").textContent = "no steps";
}

// What the step did, in words.
function say(step, apart) {
  const changes = [];
  const counts = (look) => `${look[EXTERNAL]}+${look[INTERNAL]}${look[WEAK] ? "~" + look[WEAK] : ""}`;
  for (const [object, was] of before.model) {
    const name = names.get(object), is = model.get(object);
    if (!is) changes.push(`${name} dies`);
    else if (!was) changes.push(`${name} is new`);
    else if (counts(was) !== counts(is)) changes.push(`${name} ${counts(was)} to ${counts(is)}`);
    else changes.push(`${name} changes`);
  }
  const shown = changes.length > 12 ? [...changes.slice(0, 12), `${changes.length - 12} more`] : changes;
  const [model_, subject_] = step.o, lines = [];
  lines.push(coded("p", `${step.t}: ${model_ === subject_ ? model_ : `Model: ${model_}; subject: ${subject_}`}.`));
  if (shown.length) lines.push(html("p", `Changes: ${shown.join(", ")}.`));
  if (step.e) lines.push(html("p", `Inside: ${step.e.join("; ").replaceAll("`", "")}.`));
  if (step.j) lines.push(html("p", `Inside the subject: ${step.j.join("; ").replaceAll("`", "")}.`, { class: "parts" }));
  if (apart) {
    const objects = new Set([...model.keys(), ...subject.keys()]);
    const parts = [...objects].filter(differs).map((object) => names.get(object));
    lines.push(html("p", `Model and subject differ: ${parts.slice(0, 12).join(", ")}${parts.length > 12 ? ", .." : ""}.`, { class: "parts" }));
  }
  if (data.leftOut) lines.push(html("p", `Too many objects to draw: ${data.leftOut} of the run have no place.`));
  if (data.stepsLeftOut) lines.push(html("p", `${data.stepsLeftOut} further steps are left out.`));
  $("said").replaceChildren(...lines);
}

function explain() {
  const told = data.explanation;
  if (!told) return;
  const list = (title, texts) => {
    if (!texts.length) return [];
    const items = html("ul");
    items.append(...texts.map((text) => coded("li", text)));
    return [html("h2", title), items];
  };
  $("why").append(
    coded("h2", told.place), coded("p", `The model says: ${told.model}`), coded("p", `The ${told.expected ? "line" : "subject"} says: ${told.subject}`),
    ...list("Why", told.facts.map((fact) => fact.text)),
    ...list("No violation in the dialect of a heap that is meant so", told.contracts),
    ...list("Could be different, and it still fails", told.variations.map((one) => one.text)),
  );
}

// Text in which code stands between backticks.
function coded(name, text) {
  const made = html(name);
  text.split("`").forEach((part, index) => made.append(index % 2 ? html("code", part) : part));
  return made;
}

// The text alternative of the pictures.
function table() {
  const apart = sidesDiffer(), made = html("table"), head = html("tr");
  ["object", "by the model", "holds", "is", ...(apart ? ["in the subject", "holds"] : [])].forEach((title) => head.append(html("th", title, { scope: "col" })));
  made.append(head);
  const other = new Map(apart ? scene("subject", false, true).map((one) => [one.object, one]) : []);
  const known = new Map(scene("model", !apart, true).map((one) => [one.object, one]));
  for (const object of [...new Set([...known.keys(), ...other.keys()])].slice(0, 500)) {
    const one = known.get(object), row = html("tr"), also = other.get(object);
    row.append(html("th", names.get(object), { scope: "row" }));
    for (const cell of one ? [one.about, holds(one.look), one.words.join(", ")] : ["-", "", ""]) row.append(html("td", cell));
    if (apart) for (const cell of also ? [also.about, holds(also.look)] : ["-", ""]) row.append(html("td", cell));
    made.append(row);
  }
  $("table").lastElementChild.replaceChildren(made);
}

function theme() {
  const next = { auto: "dark", dark: "light", light: "auto" }[$("theme").textContent];
  if (next === "auto") delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = next;
  $("theme").textContent = next;
  $("theme").setAttribute("aria-label", `Colours: ${next === "auto" ? "as the system has them" : next}`);
}

// Goes through all steps and back, and says whether each is the same both ways and shows all that there is; with `#test`
// the page does so by itself.
function check() {
  const print = () => JSON.stringify([[...model].sort(), [...subject].map(([object, look]) => [object, [...look]]).sort()]);
  const forth = [], began = performance.now();
  let wrong = 0;
  for (let step = 0; step <= last; step++) {
    show(step);
    forth.push(print());
    const drawn = document.querySelectorAll("figure:first-child .node:not(.gone)").length;
    wrong += drawn !== [...model.keys()].filter((object) => spots.has(object)).length;
  }
  const each = (performance.now() - began) / Math.max(last + 1, 1);
  for (let step = last; step >= 0; step -= Math.ceil((last + 1) / 100)) {
    show(step);
    wrong += print() !== forth[step];
  }
  const said = html("pre", `${wrong ? "wrong" : "right"} steps=${last + 1} wrong=${wrong} milliseconds=${each.toFixed(1)}`, { id: "check" });
  document.body.append(said);
}

build();
$("table").addEventListener("toggle", () => { if ($("table").open) table(); });
const asked = new URLSearchParams(location.hash.slice(1));
if (asked.has("theme")) while ($("theme").textContent !== asked.get("theme")) theme();
if (asked.has("table")) $("table").open = true;
if (asked.has("test")) check();
show(asked.has("step") ? Number(asked.get("step")) - 1 : fails >= 0 ? fails : 0);
