#!/usr/bin/env bash
# AngelScript 2.35.1 (Debian 12's libangelscript2.35.1), engine as it is by default.
#
# Guess from the manual: what nothing refers to is the simple case, "relatively fast as the garbage collector only has to make a trivial local
# check to determine if an object is garbage"; rings are the costly one. So a full cycle takes time in proportion to the length of a linked
# list that was dropped, and less than for a ring of that length.
# What happens: the ring takes time in proportion to its length, the list the square of it. The collector goes through all objects that it knows,
# destroys those of which it has the last reference, and begins anew while that was one at least; of a list only the head is such an object
# at first, and the order of its array is mostly not that of the list. A list of 20,000 takes more than 100 times as long as the ring, in the order
# in which it was made, appended or prepended. A ring is emptied as a whole, and then each of its members is such an object.
#
# For who writes a heap with counts and a collector: the collector's own reference takes from counting what it is good at, that the last drop frees
# a list at once; a queue of what it has just let go gives that back. For who tests one: a long list belongs beside a long ring. For who writes
# scripts: cut a long list by hand, or close it to a ring before it is dropped.
set -euo pipefail
have=$(dpkg-query -W -f='${Version}' angelscript-dev 2>/dev/null || echo none)
[ "$have" = 2.35.1+ds-3+b1 ] || { echo "skipped: wants angelscript-dev 2.35.1+ds-3+b1, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.cpp" <<'X'
#define AS_DEBIAN_LIB
#include <angelscript.h>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

static const char script[] = R"(
class Node { Node@ next; }
Node@ first;
void appended(int length) {
    @first = Node();
    Node@ last = first;
    for (int i = 1; i < length; i++) {
        @last.next = Node();
        @last = last.next;
    }
}
void prepended(int length) {
    for (int i = 0; i < length; i++) {
        Node node;
        @node.next = first;
        @first = node;
    }
}
void ring(int length) {
    appended(length);
    Node@ last = first;
    while (last.next !is null) @last = last.next;
    @last.next = first;
}
void drop() { @first = null; }
)";

static asIScriptEngine *engine;
static void call(const char *name, int number = 0) {
    asIScriptContext *context = engine->CreateContext();
    context->Prepare(engine->GetModule("m")->GetFunctionByName(name));
    if (number) context->SetArgDWord(0, number);
    if (context->Execute() != asEXECUTION_FINISHED) std::exit(3);
    context->Release();
}

// Seconds of the processor that a full cycle takes to destroy what `make` has made; the least of three.
static double seconds(const char *make, int length) {
    double least = 1e9;
    for (int i = 0; i < 3; i++) {
        engine = asCreateScriptEngine();
        asIScriptModule *module = engine->GetModule("m", asGM_ALWAYS_CREATE);
        module->AddScriptSection("s", script);
        if (module->Build() < 0) std::exit(2);
        call(make, length);
        call("drop");
        std::clock_t begin = std::clock();
        engine->GarbageCollect();
        least = std::min(least, double(std::clock() - begin) / CLOCKS_PER_SEC);
        asUINT left;
        engine->GetGCStatistics(&left);
        if (left > 10) std::printf("%u objects are left\n", left);
        engine->ShutDownAndRelease();
    }
    return least;
}

int main() {
    for (const char *make : {"appended", "prepended", "ring"}) {
        double growth = seconds(make, 10000) / seconds(make, 2500);
        std::printf("%s: of four times the length more than 8 times the time: %s\n", make, growth > 8 ? "yes" : "no");
        std::fprintf(stderr, "%s: %.1f times\n", make, growth);
    }
    double ring = seconds("ring", 10000);
    for (const char *make : {"appended", "prepended"}) {
        double ratio = seconds(make, 10000) / ring;
        std::printf("%s list of 10,000 takes more than 20 times what a ring takes: %s\n", make, ratio > 20 ? "yes" : "no");
        std::fprintf(stderr, "%s: %.0f times\n", make, ratio);
    }
}
X
timeout 120 g++ -std=c++17 -O1 -o "$tmp/p" "$tmp/p.cpp" -langelscript 2>"$tmp/err" || { cat "$tmp/err" >&2; exit 1; }
echo "AngelScript $have"
out=$(timeout 300 "$tmp/p"); echo "$out"
want='appended: of four times the length more than 8 times the time: yes
prepended: of four times the length more than 8 times the time: yes
ring: of four times the length more than 8 times the time: no
appended list of 10,000 takes more than 20 times what a ring takes: yes
prepended list of 10,000 takes more than 20 times what a ring takes: yes'
[ "$out" = "$want" ] || { echo "changed: lists and rings take other times now"; exit 1; }
