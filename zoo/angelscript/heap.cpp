// AngelScript's heap, held to the contract: script objects are counted, and `GarbageCollect` is the collection.
//
//     heapproof check --subject 'exec:./heap MODE DIALECT'
//
// The objects under proof are instances of script classes, and script functions make them and store in them. MODE is one of these:
//
// - `plain`: some classes could be in a ring, and some could not.
// - `collected`: every class could, since the class that all inherit from has a handle.
// - `destructors`: the same, with destructors. Nothing is stored in what is there already, so there is no ring: the collector empties the members
//   of one after the other, and what has been emptied and another's code can still reach has no place in the contract. Nor has an object that its
//   destructor has saved and whose weak references, also new ones, are dead; so there are none.
//
// DIALECT is what AngelScript answers otherwise than the contract.
//
// The mutator's references are counted by AddRef and Release, as an application does. All else knows objects by address, and the engine says
// when one is destroyed: it clears the user data of each. Nothing collects by itself here (zoo/README.md says why).
//
// Plain values do not concern a heap. They stay on this side; in the script's place stands null.
#define AS_DEBIAN_LIB // Debian's library has its names in a namespace
#include <angelscript.h>
#include <angelscript/scriptarray.h>
#include <angelscript/weakref.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string>
#include <vector>
#include <heapproof.h>

// A class with a handle, or an array of them, that could lead back to it is the collector's business: of each instance the collector holds a
// reference of its own. The others are counted only: here `Leaf` and `Pointer`, unless the class that they inherit from has a handle.
static const char PLAIN[] = "class Node {}";
static const char COLLECTED[] = "class Node { Node@ owner; }";
static const char DESTRUCTORS[] = "class Node { int number; Node@ owner; ~Node() { code(number); } }";
static const char SCRIPT[] = R"(
class Leaf : Node {}
class Pointer : Node { weakref<Node> target; }
class Cell : Node { Node@ value; }
class List : Node { array<Node@> items; }

Node@ new_leaf() { return Leaf(); }
Node@ new_cell() { return Cell(); }
Node@ new_list() { return List(); }
Node@ new_pointer(Node@ node) { Pointer p; @p.target = node; return p; }

void set_value(Node@ node, Node@ to) { @cast<Cell>(node).value = to; }
void set_item(Node@ node, uint index, Node@ to) { @cast<List>(node).items[index] = to; }
void add_item(Node@ node, Node@ to) { cast<List>(node).items.insertLast(to); }
void remove_item(Node@ node, uint index) { cast<List>(node).items.removeAt(index); }
)";

struct Plain {
    hp_value value;
    std::string text;
};

struct Fact {
    asIScriptObject *object;
    hp_kind kind;
    size_t held;                     // references of the mutator
    uint32_t function;               // of a closure
    std::vector<std::string> fields; // of a table, in the order of its items
    std::vector<Plain> plain;        // what stands where the script has null
};

static asIScriptEngine *engine;
static asIScriptModule *module;
static std::deque<Fact> facts; // their addresses stay
static bool collected, destructors, emptying;
static asUINT runs; // of destructors

static void must(bool holds, const char *what) {
    if (holds) return;
    fprintf(stderr, "%s\n", what);
    exit(2);
}

static void complain(const asSMessageInfo *message, void *) {
    fprintf(stderr, "%d: %s\n", message->row, message->message);
}

static void destroyed(asIScriptObject *object) {
    Fact *fact = static_cast<Fact *>(object->GetUserData());
    fact->object = nullptr;
    if (!emptying) hp_died(fact);
}

// The destructor of every object calls this. A panic is an exception in it.
static void code(int number) {
    runs++;
    if (!emptying && hp_run_code(&facts[number])) asGetActiveContext()->SetException("panic");
}

static void make_engine() {
    engine = asCreateScriptEngine();
    engine->SetMessageCallback(asFUNCTION(complain), nullptr, asCALL_CDECL);
    engine->SetEngineProperty(asEP_AUTO_GARBAGE_COLLECT, false);
    engine->SetScriptObjectUserDataCleanupCallback(destroyed);
    engine->RegisterGlobalFunction("void code(int)", asFUNCTION(code), asCALL_CDECL);
    RegisterScriptArray(engine, false);
    RegisterScriptWeakRef(engine);
    module = engine->GetModule("heap", asGM_ALWAYS_CREATE);
    module->AddScriptSection("node", destructors ? DESTRUCTORS : collected ? COLLECTED : PLAIN);
    module->AddScriptSection("heap", SCRIPT);
    must(module->Build() >= 0, "the script does not compile");
}

// Calls of the script.

struct Argument {
    asIScriptObject *object;
    size_t index;
    bool is_index;
    Argument(asIScriptObject *object) : object(object), index(0), is_index(false) {}
    Argument(size_t index) : object(nullptr), index(index), is_index(true) {}
};

// What is given belongs to the caller.
static asIScriptObject *call(const char *name, std::initializer_list<Argument> arguments) {
    asIScriptContext *context = engine->RequestContext();
    asIScriptFunction *function = module->GetFunctionByName(name);
    must(context->Prepare(function) >= 0, name);
    asUINT at = 0;
    for (const Argument &argument : arguments) {
        if (argument.is_index) context->SetArgDWord(at++, asDWORD(argument.index));
        else context->SetArgObject(at++, argument.object);
    }
    must(context->Execute() == asEXECUTION_FINISHED, name);
    asIScriptObject *result = nullptr;
    if (function->GetReturnTypeId() != asTYPEID_VOID) result = static_cast<asIScriptObject *>(context->GetReturnObject());
    if (result) result->AddRef();
    engine->ReturnContext(context);
    return result;
}

// Values.

static Fact &fact_of(void *object) { return *static_cast<Fact *>(object); }

static asIScriptObject *referred(const hp_value *value) {
    return value->type == HP_REFERENCE ? fact_of(value->as.object).object : nullptr;
}

static Plain plain(const hp_value *value) {
    if (value->type == HP_REFERENCE) return {hp_nil(), ""};
    if (value->type == HP_TEXT) return {*value, std::string(value->as.text.bytes, value->as.text.length)};
    return {*value, ""};
}

static hp_value shown(asIScriptObject *object, const Plain *plain) {
    if (object) return hp_reference(object->GetUserData());
    hp_value value = plain ? plain->value : hp_nil();
    if (value.type == HP_TEXT) value.as.text.bytes = plain->text.data();
    return value;
}

// The last member of an object's class.
template <typename T> static T *member(const Fact &fact) {
    return static_cast<T *>(fact.object->GetAddressOfProperty(fact.object->GetPropertyCount() - 1));
}

static hp_value at(Fact &fact, size_t index) {
    asIScriptObject *object = nullptr;
    if (fact.kind == HP_BOX) object = *member<asIScriptObject *>(fact);
    else if (fact.kind != HP_SCALAR) object = *static_cast<asIScriptObject **>(member<CScriptArray>(fact)->At(asUINT(index)));
    return shown(object, &fact.plain[index]);
}

static asIScriptObject *target(const Fact &fact) {
    auto object = static_cast<asIScriptObject *>(member<CScriptWeakRef>(fact)->Get());
    if (object) object->Release();
    return object;
}

static void put(Fact &fact, size_t index, const hp_value *value) {
    fact.plain[index] = plain(value);
    if (fact.kind == HP_BOX) call("set_value", {fact.object, referred(value)});
    else call("set_item", {fact.object, index, referred(value)});
}

static void add(Fact &fact, const hp_value *value) {
    fact.plain.push_back(plain(value));
    call("add_item", {fact.object, referred(value)});
}

// A reference that the mutator has from now on.
static hp_value given(hp_value value) {
    if (value.type != HP_REFERENCE) return value;
    fact_of(value.as.object).object->AddRef();
    fact_of(value.as.object).held++;
    return value;
}

// Operations.

static Fact &enter(hp_kind kind, asIScriptObject *object, void **made) {
    must(object, "an allocation gave nothing");
    facts.push_back(Fact{object, kind, 1, 0, {}, {}});
    object->SetUserData(&facts.back());
    if (destructors) *static_cast<int *>(object->GetAddressOfProperty(0)) = int(facts.size() - 1);
    *made = &facts.back();
    return facts.back();
}

static hp_result table(void **made) { return enter(HP_TABLE, call("new_list", {}), made), HP_DONE; }

static hp_result array(const hp_value *values, size_t count, void **made) {
    Fact &fact = enter(HP_ARRAY, call("new_list", {}), made);
    for (size_t i = 0; i < count; i++) add(fact, values + i);
    return HP_DONE;
}

static hp_result closure(uint32_t function, const hp_value *values, size_t count, void **made) {
    hp_result result = array(values, count, made);
    fact_of(*made).kind = HP_CLOSURE;
    fact_of(*made).function = function;
    return result;
}

static hp_result box(const hp_value *value, void **made) {
    Fact &fact = enter(HP_BOX, call("new_cell", {}), made);
    fact.plain.resize(1);
    return put(fact, 0, value), HP_DONE;
}

static hp_result scalar(const hp_value *value, void **made) {
    enter(HP_SCALAR, call("new_leaf", {}), made).plain.push_back(plain(value));
    return HP_DONE;
}

static hp_result weak(void *target, void **made) {
    return enter(HP_WEAK, call("new_pointer", {fact_of(target).object}), made), HP_DONE;
}

static size_t find(const Fact &fact, const char *field) {
    size_t index = 0;
    while (index < fact.fields.size() && fact.fields[index] != field) index++;
    return index;
}

static hp_result read_field(void *object, const char *field, hp_value *out) {
    Fact &fact = fact_of(object);
    size_t index = find(fact, field);
    if (index == fact.fields.size()) return HP_REFUSED_FIELD;
    return *out = at(fact, index), HP_DONE;
}

static hp_result write_field(void *object, const char *field, const hp_value *value) {
    Fact &fact = fact_of(object);
    size_t index = find(fact, field);
    if (index < fact.fields.size()) return put(fact, index, value), HP_DONE;
    fact.fields.push_back(field);
    return add(fact, value), HP_DONE;
}

// The text of a plain value is shown when its place is gone.
static hp_value taken_out(Fact &fact, size_t index) {
    static Plain last;
    hp_value value = given(at(fact, index));
    last = fact.plain[index];
    if (value.type == HP_TEXT) value.as.text.bytes = last.text.data();
    call("remove_item", {fact.object, index});
    fact.plain.erase(fact.plain.begin() + index);
    return value;
}

static hp_result remove_field(void *object, const char *field, hp_value *out) {
    Fact &fact = fact_of(object);
    size_t index = find(fact, field);
    if (index == fact.fields.size()) return HP_REFUSED_FIELD;
    fact.fields.erase(fact.fields.begin() + index);
    return *out = taken_out(fact, index), HP_DONE;
}

static size_t length(void *object) { return fact_of(object).plain.size(); }

static hp_result read_index(void *object, size_t index, hp_value *out) { return *out = at(fact_of(object), index), HP_DONE; }

static hp_result write_index(void *object, size_t index, const hp_value *value) {
    return put(fact_of(object), index, value), HP_DONE;
}

static hp_result push(void *object, const hp_value *value) { return add(fact_of(object), value), HP_DONE; }

static hp_result pop(void *object, hp_value *out) {
    Fact &fact = fact_of(object);
    return *out = taken_out(fact, fact.plain.size() - 1), HP_DONE;
}

static hp_result take(void *object) { return given(hp_reference(object)), HP_DONE; }

static hp_result drop(void *object) {
    Fact &fact = fact_of(object);
    if (!fact.held) return HP_REFUSED_NOT_HELD;
    fact.held--;
    fact.object->Release();
    return HP_DONE;
}

static hp_result upgrade(void *object, hp_value *out) {
    return *out = given(shown(target(fact_of(object)), nullptr)), HP_DONE;
}

static asUINT destroyed_by_collector() {
    asUINT size, total;
    return engine->GetGCStatistics(&size, &total), total;
}

// Gives what the engine says that it has destroyed: arrays within objects too, and no objects that are only counted. A full cycle looks at what
// lives as it begins; what destructors make or save waits for another. A collection that a destructor calls does nothing.
static hp_result collect(hp_value *out) {
    asUINT before = destroyed_by_collector(), last;
    do {
        last = destroyed_by_collector() + runs;
        must(engine->GarbageCollect() >= 0, "the collection failed");
    } while (destroyed_by_collector() + runs != last && destructors);
    return *out = hp_integer(destroyed_by_collector() - before), HP_DONE;
}

static hp_result on(void *) { return HP_DONE; } // the library remembers it

static void begin() {
    if (!engine) make_engine();
    emptying = true;
    for (Fact &fact : facts)
        for (; fact.held; fact.held--) fact.object->Release();
    engine->GarbageCollect();
    facts.clear();
    emptying = false;
}

static int look(void *object) {
    Fact &fact = fact_of(object);
    if (fact.kind == HP_CLOSURE) hp_show(hp_integer(fact.function));
    if (fact.kind == HP_WEAK) hp_show(shown(target(fact), nullptr));
    for (size_t i = 0; i < fact.plain.size(); i++) {
        if (fact.kind == HP_TABLE) hp_show_field(fact.fields[i].c_str(), at(fact, i));
        else hp_show(at(fact, i));
    }
    // Less what this asks with, and what the collector holds.
    bool by_collector = fact.object->GetObjectType()->GetFlags() & asOBJ_GC;
    int strong = fact.object->AddRef() - 1 - by_collector;
    fact.object->Release();
    hp_show_strong(strong);
    return 1;
}

int main(int, char **arguments) {
    destructors = !strcmp(arguments[1], "destructors");
    collected = destructors || !strcmp(arguments[1], "collected");
    hp_heap heap = {};
    heap.name = "angelscript";
    heap.version = ANGELSCRIPT_VERSION_STRING;
    heap.dialect = arguments[2];
    // What is only counted dies before a collection and what is collected in it, in an order that no dialect has.
    heap.observations = HP_REFUSALS | HP_CONTENTS | HP_STRONG | (collected ? HP_JOURNAL : 0);
    heap.begin = begin;
    heap.array = array, heap.closure = closure, heap.box = box, heap.scalar = scalar;
    heap.length = length, heap.read_index = read_index, heap.pop = pop;
    heap.take = take, heap.drop = drop, heap.collect = collect, heap.look = look;
    if (destructors) {
        heap.on = on, heap.panics = 1;
    } else {
        heap.table = table, heap.read_field = read_field, heap.write_field = write_field, heap.remove = remove_field;
        heap.write_index = write_index, heap.push = push, heap.weak = weak, heap.upgrade = upgrade;
    }
    return hp_main(&heap);
}
