// Squirrel's own heap, held to the contract: counted tables, arrays and closures, and a mark and sweep for rings.
//
// Run by heap.py, which lends `hear` and `say`. Each object under proof is one object of Squirrel, and knows its number: a table and a
// weak object in the slot "#", which no field is called; an array in its first element; a closure when it is asked. Nothing here refers
// to them but `held`, which has the references of the mutator. `places` has weak references; Squirrel gives what they refer to when they
// are read from an array, and null once that is dead. So they tell of deaths. Scripts have no destructors: there is no user code.
//
// Plain values do not concern a heap, and stay the words that came.

local places = []; // by number
local held = {};   // by number, an array of references
local facts = [];  // by number: the kind, the order of fields; null when its death is told

function number_of(object) {
    switch (typeof object) {
        case "table": return object["#"];
        case "array": return object[0];
        default: return object("#", null);
    }
}

function find(word, kind = null) {
    if (word == "nil") throw "refused nil";
    local number = word.slice(1).tointeger();
    if (facts[number] == null) throw "refused stale";
    if (kind != null && facts[number].kind != kind) throw "refused kind";
    return places[number];
}

function parse(word) {
    if (word[0] != '#') return word;
    local number = word.slice(1).tointeger();
    if (facts[number] == null) throw "refused stale-value";
    return places[number];
}

function show(value) {
    return typeof value == "string" ? value : "#" + number_of(value);
}

function take(object) {
    local number = number_of(object);
    if (!(number in held)) held[number] <- [];
    held[number].append(object);
}

// Commands. Each gives what stands behind `done`. Registers hold references until their function has returned.

function enter(kind, object) {
    facts.append({ kind = kind, fields = [] });
    places.append(object.weakref());
    take(object);
    return "#" + (places.len() - 1);
}

function closure(number, captures) {
    return function(index, value) {
        if (index == "#") return number;
        if (value == null) return captures[index];
        captures[index] = value;
    };
}

function values(words, from) {
    local all = [];
    for (local i = from; i < words.len(); i++) all.append(parse(words[i]));
    return all;
}

function make(kind, words) {
    local number = places.len();
    switch (kind) {
        case "table": return enter(kind, { ["#"] = number });
        case "weak": return enter(kind, { ["#"] = number, target = find(words[1]).weakref() });
        case "closure":
            local captures = values(words, 2);
            local name = enter(kind, closure(number, captures));
            facts[number].code <- words[1];
            facts[number].length <- captures.len();
            return name;
        case "scalar": if (typeof parse(words[1]) != "string") throw "refused not-plain";
    }
    local object = values(words, 1);
    object.insert(0, number);
    return enter(kind, object);
}

// A chain or a ring of tables. The mutator holds the first only.
function row(length, closed) {
    if (length == 0) return "nil";
    local first = places.len();
    for (local i = first; i < first + length; i++) {
        make("table", null);
        if (i > first) {
            places[i - 1].next <- places[i];
            facts[i - 1].fields.append("next");
            delete held[i];
        }
    }
    if (closed) {
        places[first + length - 1].next <- places[first];
        facts[first + length - 1].fields.append("next");
    }
    return "#" + first;
}

// Of `#1.x`, `#1[0]`, `#1{0}` and `*#1`: reads, or writes if there is a value.
function access(word, value) {
    if (word[0] == '*') return element(find(word.slice(1), "box"), 1, value);
    local dot = word.find("."), bracket = word.find("["), brace = word.find("{");
    if (dot != null) return field(find(word.slice(0, dot), "table"), word.slice(dot + 1), value);
    if (bracket != null) {
        local array = find(word.slice(0, bracket), "array");
        local index = word.slice(bracket + 1, -1).tointeger() + 1;
        if (index >= array.len()) throw "refused index";
        return element(array, index, value);
    }
    local closure = find(word.slice(0, brace), "closure");
    local index = word.slice(brace + 1, -1).tointeger();
    if (index >= facts[number_of(closure)].length) throw "refused index";
    local new = value == null ? null : parse(value);
    local old = closure(index, new);
    return value == null ? show(old) : "nil";
}

function element(array, index, value) {
    if (value == null) return show(array[index]);
    array[index] = parse(value);
    return "nil";
}

function field(table, name, value) {
    if (value == null) {
        if (!(name in table)) throw "refused field";
        return show(table[name]);
    }
    local new = parse(value);
    if (!(name in table)) facts[table["#"]].fields.append(name);
    table[name] <- new;
    return "nil";
}

function given(value) {
    if (typeof value != "string") take(value);
    return show(value);
}

function remove(word) {
    local dot = word.find(".");
    local table = find(word.slice(0, dot), "table"), name = word.slice(dot + 1);
    if (!(name in table)) throw "refused field";
    local fields = facts[table["#"]].fields;
    fields.remove(fields.find(name));
    return given(delete table[name]);
}

function pop(word) {
    local array = find(word, "array");
    if (array.len() == 1) throw "refused index";
    return given(array.pop());
}

function drop(word) {
    local number = number_of(find(word));
    if (!(number in held)) throw "refused not-held";
    if (held[number].len() > 1) held[number].pop();
    else delete held[number];
}

function push(word, value) {
    local array = find(word, "array");
    array.append(parse(value));
}

// The number goes too, and comes back.
function clear(word) {
    local object = find(word), number = number_of(object), fact = facts[number];
    if (fact.kind != "table" && fact.kind != "array") throw "refused kind";
    object.clear();
    fact.fields.clear();
    if (fact.kind == "table") object["#"] <- number;
    else object.append(number);
}

// Of `#1[0]`: the array, and where the element stands.
function place(word) {
    local bracket = word.find("[");
    local array = find(word.slice(0, bracket), "array");
    local index = word.slice(bracket + 1, -1).tointeger() + 1;
    if (index >= array.len()) throw "refused index";
    return { array = array, index = index };
}

local RANKS = ["refused nil", "refused stale", "refused kind", "refused index"]; // of two reasons the first counts

function swap(words) {
    local sides = [], refused = RANKS.len();
    foreach (word in words) {
        try {
            sides.append(place(word));
        } catch (why) {
            local rank = RANKS.find(why);
            if (rank == null) throw why;
            if (rank < refused) refused = rank;
        }
    }
    if (refused < RANKS.len()) throw RANKS[refused];
    local one = sides[0], other = sides[1];
    local value = one.array[one.index];
    one.array[one.index] = other.array[other.index];
    other.array[other.index] = value;
}

function carry_out(words) {
    local word = words[0];
    switch (word) {
        case "table": case "weak": case "closure": case "array": case "box": case "scalar": return make(word, words);
        case "chain": case "ring": return row(words[1].tointeger(), word == "ring");
        case "push": push(words[1], words[2]); return "nil";
        case "pop": return pop(words[1]);
        case "remove": return remove(words[1]);
        case "clear": clear(words[1]); return "nil";
        case "swap": swap(words.slice(1)); return "nil";
        case "take": if (words[1] != "nil") take(find(words[1])); return "nil";
        case "drop": if (words[1] != "nil") drop(words[1]); return "nil";
        case "upgrade":
            local target = find(words[1], "weak").target;
            return target == null ? "nil" : given(target);
    }
    return access(word, words.len() > 1 ? words[2] : null);
}

// The conversation.

function answer(words) {
    try {
        return "done " + carry_out(words);
    } catch (why) {
        if (why.find("refused") == 0) return why;
        throw why;
    }
}

function deaths() {
    for (local number = 0; number < facts.len(); number++) {
        if (facts[number] != null && places[number] == null) {
            facts[number] = null;
            say("died " + number);
        }
    }
}

function look_at(number) {
    local object = places[number], fact = facts[number];
    local words = number + " " + fact.kind;
    switch (fact.kind) {
        case "table": foreach (name in fact.fields) words += " " + name + "=" + show(object[name]); break;
        case "weak": words += " " + (object.target == null ? "nil" : show(object.target)); break;
        case "closure":
            words += " " + fact.code;
            for (local i = 0; i < fact.length; i++) words += " " + show(object(i, null));
            break;
        default: for (local i = 1; i < object.len(); i++) words += " " + show(object[i]);
    }
    say(words);
}

function look() {
    local shown = 0;
    for (local number = 0; number < facts.len(); number++) {
        if (facts[number] == null) continue;
        look_at(number);
        shown++;
    }
    say("end " + shown);
}

function begin() {
    held.clear();
    collectgarbage();
    places.clear();
    facts.clear();
}

function converse() {
    for (local words; words = hear();) {
        words = split(words, "\x1f");
        if (words[0] == "look") { look(); continue; }
        local result = "done";
        if (words[0] == "begin") begin();
        else if (words[0] == "collect") collectgarbage();
        else result = answer(words);
        deaths();
        say(result);
    }
}

converse();
