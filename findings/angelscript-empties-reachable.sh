#!/usr/bin/env bash
# AngelScript 2.35.1 (Debian 12's libangelscript2.35.1) and its add-on weakref, engine as it is by default.
#
# Guess from the manual: objects are counted, and a ring is found by the collector. "After all strong references are removed the weakref will
# only return null", whatever the class. The collector, which runs in small steps at allocations, touches nothing that a script can still get at.
# A destructor can save its object, which then is as it was: it is only said that the destructor does not run again.
# What happens: of each object whose class could be in a ring the collector holds a reference, so the object lives until a step of the collector
# finds that this is the last, and a weakref gives it until then; of a class without handles the sentence is true. When the collector has found
# a dead ring, it empties the members one by one in later allocations, and destroys them after that. A weakref that is asked in between gives a
# living object whose handles are null and whose arrays are empty, though no script has written to them; it can be held, and stays so. What
# its destructor saves from a ring is emptied too, and what it saves in no ring keeps its contents. Of a saved object that had a weakref, all
# weakrefs are null for good, also those that are made of it later, while a script holds it.
#
# For who writes a collector by trial deletion: from the first reference that it breaks on, no weak reference may give a member of the ring, and
# what user code saves must be known before. For who writes scripts: "not null" is no promise that an object is whole, and a handle more in
# a class moves its destructors and the end of its weak references from the last drop to some later allocation.
set -euo pipefail
have=$(dpkg-query -W -f='${Version}' libangelscript-addon2.35.1 2>/dev/null || echo none)
[ "$have" = 2.35.1+ds-3+b1 ] && [ -e /usr/include/angelscript.h ] || { echo "skipped: wants angelscript-dev 2.35.1+ds-3+b1, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.cpp" <<'X'
#define AS_DEBIAN_LIB
#include <angelscript.h>
#include <angelscript/scriptarray.h>
#include <angelscript/scriptstdstring.h>
#include <angelscript/weakref.h>
#include <cstdio>
#include <string>

static const char script[] = R"(
class Plain { int value; }
class Node { Node@ other; array<Node@> others = {null, null}; }

void no_strong_reference() {
    Plain@ plain = Plain();
    Node@ node = Node();
    weakref<Plain> to_plain(plain);
    weakref<Node> to_node(node);
    @plain = null;
    @node = null;
    print("no strong reference: without handles " + (to_plain.get() is null ? "null" : "given")
        + ", with one " + (to_node.get() is null ? "null" : "given") + "\n");
}

// A ring is dropped, the program goes on and allocates, and then asks once.
Node@ kept;
int asked_after(int allocations) {
    Node@ a = Node();
    Node@ b = Node();
    @a.other = b;
    @b.other = a;
    weakref<Node> to_a(a);
    @a = null;
    @b = null;
    for (int i = 0; i < allocations; i++) Node();
    @kept = to_a.get();
    return kept is null ? 2 : kept.other is null ? 1 : 0;
}
bool is_empty() { return kept.other is null && kept.others.length() == 0; }

array<Saved@> saved;
class Saved { Saved@ other; ~Saved() { saved.insertLast(this); } }

void in_a_ring() {
    Saved@ a = Saved();
    Saved@ b = Saved();
    @a.other = b;
    @b.other = a;
}
void in_no_ring() {
    Saved@ a = Saved();
    @a.other = Saved();
}
void tell(string what) {
    print(what);
    for (uint i = 0; i < saved.length(); i++) print(saved[i].other is null ? " null" : " there");
    print("\n");
}
void forget() {
    saved.resize(0);
}

weakref<Saved> early;
void with_weakref() { Saved@ a = Saved(); @early = a; }
void weakrefs() {
    weakref<Saved> late(saved[0]);
    print("saved, weakref of before " + (early.get() is null ? "null" : "given") + ", made now " + (late.get() is null ? "null" : "given"));
}
void without_weakref() { Saved@ a = Saved(); }
void weakref_late() {
    weakref<Saved> late(saved[0]);
    print("; without one before, made now " + (late.get() is null ? "null" : "given") + "\n");
}
)";

static asIScriptEngine *engine;
static void print(const std::string &text) { std::fputs(text.c_str(), stdout); }
static void complain(const asSMessageInfo *m, void *) { std::fprintf(stderr, "%d: %s\n", m->row, m->message); }

static void start() {
    engine = asCreateScriptEngine();
    engine->SetMessageCallback(asFUNCTION(complain), nullptr, asCALL_CDECL);
    RegisterStdString(engine);
    RegisterScriptArray(engine, true);
    RegisterScriptWeakRef(engine);
    engine->RegisterGlobalFunction("void print(const string &in)", asFUNCTION(print), asCALL_CDECL);
    asIScriptModule *module = engine->GetModule("m", asGM_ALWAYS_CREATE);
    module->AddScriptSection("s", script);
    if (module->Build() < 0) std::exit(2);
}

static int call(const char *name, int *number = nullptr, std::string *text = nullptr) {
    asIScriptContext *context = engine->CreateContext();
    context->Prepare(engine->GetModule("m")->GetFunctionByName(name));
    if (number) context->SetArgDWord(0, *number);
    if (text) context->SetArgObject(0, text);
    if (context->Execute() != asEXECUTION_FINISHED) std::exit(3);
    int result = context->GetReturnDWord();
    context->Release();
    return result;
}
// What the saved ones refer to is saved in its turn.
static void forget() {
    for (int i = 0; i < 2; i++) {
        call("forget");
        engine->GarbageCollect();
    }
}
static void tell(std::string what) { call("tell", nullptr, &what); }

int main() {
    start();
    call("no_strong_reference");
    int counts[3] = {};
    bool stays_so = true;
    for (int allocations = 0; allocations < 100; allocations++) {
        engine->ShutDownAndRelease();
        start();
        int seen = call("asked_after", &allocations);
        counts[seen]++;
        engine->GarbageCollect();
        if (seen == 1) stays_so = stays_so && call("is_empty") & 1;
    }
    // How many of each depends on addresses.
    std::printf("asked after 0 to 99 allocations:%s%s%s\n", counts[0] ? " whole" : "", counts[1] ? ", emptied" : "", counts[2] ? ", null" : "");
    std::printf("emptied ones held, and all collected: %s\n", stays_so ? "still empty" : "not empty");
    call("in_a_ring");
    engine->GarbageCollect();
    tell("saved from a ring, what they refer to:");
    forget();
    call("in_no_ring");
    engine->GarbageCollect();
    tell("saved in no ring:");
    forget();
    call("with_weakref");
    engine->GarbageCollect();
    call("weakrefs");
    forget();
    call("without_weakref");
    engine->GarbageCollect();
    call("weakref_late");
    call("forget");
    engine->ShutDownAndRelease();
}
X
timeout 120 g++ -std=c++17 -O1 -o "$tmp/p" "$tmp/p.cpp" -langelscript-addon -langelscript 2>"$tmp/err" || { cat "$tmp/err" >&2; exit 1; }
echo "AngelScript $have"
out=$(timeout 60 "$tmp/p"); echo "$out"
want='no strong reference: without handles null, with one given
asked after 0 to 99 allocations: whole, emptied, null
emptied ones held, and all collected: still empty
saved from a ring, what they refer to: null null
saved in no ring: there
saved, weakref of before null, made now null; without one before, made now given'
[ "$out" = "$want" ] || { echo "changed: AngelScript's collector empties other objects now"; exit 1; }
