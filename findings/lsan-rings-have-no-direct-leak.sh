#!/usr/bin/env bash
# LeakSanitizer of GCC 12 (Debian 12's g++ 12.2.0, `-fsanitize=leak`), on rings of std::shared_ptr.
#
# Guess from the docs: what is lost is a direct leak, what is reachable from it alone an indirect one. A lost ring has one direct leak, as each
# lost structure has, or each of its nodes is one; whoever corrects the direct leaks has corrected the cause, and may leave the rest unread.
# What happens: an object that another lost object refers to is indirect, whether or not that one is direct. So a lost ring, and all that
# hangs from it, has no direct leak at all; only a ring of one node has, since references to oneself do not count. If something else is lost
# too, the report opens with that alone under "Direct leak", though nothing of the ring depends on it. Within the indirect ones the larger
# sum comes first: a ring of two that holds a list of a hundred is told by the list. The exit status counts both kinds.
#
# For who writes a heap with counts: rings are the leaks that it makes by design, and the usual tool shows them without a culprit. For who
# tests one: a filter for direct leaks sees no ring; compare the sum of the last line. Let the ring hold nothing, or look for the site that
# is in the report and in no other object's contents.
set -euo pipefail
have=$(g++ -dumpfullversion 2>/dev/null || echo none)
[ "$have" = 12.2.0 ] || { echo "skipped: wants g++ 12.2.0, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.cpp" <<'X'
#include <memory>
#include <string>
#include <vector>

struct Node { std::shared_ptr<Node> next, held; };

__attribute__((noinline)) std::shared_ptr<Node> list_node() { return std::make_shared<Node>(); }
__attribute__((noinline)) std::shared_ptr<Node> ring_node() { return std::make_shared<Node>(); }
__attribute__((noinline)) void other() { volatile auto lost = new char[8]; lost[0] = 1; }

__attribute__((noinline)) std::shared_ptr<Node> list(int length) {
    std::shared_ptr<Node> first;
    for (int at = 0; at < length; at++) {
        auto node = list_node();
        node->next = first;
        first = node;
    }
    return first;
}

__attribute__((noinline)) void lost_list(int length) { volatile auto lost = new std::shared_ptr<Node>(list(length)); (void)lost; }

__attribute__((noinline)) void ring(int length, int held) {
    auto first = ring_node(), last = first;
    for (int at = 1; at < length; at++) last = last->next = ring_node();
    last->next = first;
    first->held = list(held);
}

// What is lost must be nowhere on the stack.
__attribute__((noinline)) void wipe() { volatile char stack[1 << 14]; for (auto &byte : stack) byte = 0; }

int main(int, char **argv) {
    std::string what = argv[1];
    if (what == "list") lost_list(3);
    if (what == "ring of 1") ring(1, 0);
    if (what == "ring of 2") ring(2, 0);
    if (what == "ring of 3") ring(3, 0);
    if (what == "ring of 1 with a list") ring(1, 100);
    if (what == "ring of 2 with a list") ring(2, 100);
    if (what == "ring of 2 with a list, and 8 bytes") { ring(2, 100); other(); }
    wipe();
}
X
timeout 120 g++ -std=c++17 -g -O1 -fno-omit-frame-pointer -fno-optimize-sibling-calls -fsanitize=leak -o "$tmp/p" "$tmp/p.cpp"
echo "g++ $have"
! timeout 60 "$tmp/p" nothing 2>&1 | grep -q 'fatal error' || { echo "skipped: LeakSanitizer may not look into processes here"; exit 0; }
# The kind and number of each leak in their order, with the function of ours that is innermost.
summary() {
    awk '/ leak of / { if (kind) print_leak(); kind = $1; count = $7; site = "" }
        site == "" && / in (list_node|ring_node|other|lost_list)\(/ { site = $4; sub(/\(.*/, "", site) }
        /^SUMMARY/ { if (kind) print_leak(); sub(/.* in /, ""); sub(/ allocation.*/, ""); sum = $0 }
        function print_leak() { line = line (line ? ", " : "") tolower(kind) " " count " by " site; kind = "" }
        END { print line "; in sum " sum }'
}
out=$(for what in 'list' 'ring of 1' 'ring of 2' 'ring of 3' 'ring of 1 with a list' 'ring of 2 with a list' \
    'ring of 2 with a list, and 8 bytes'; do
    status=0; timeout 60 "$tmp/p" "$what" 2> "$tmp/report" || status=$?
    echo "$what: $(summary < "$tmp/report"); status $status"
done); echo "$out"
want='list: direct 1 by lost_list, indirect 3 by list_node; in sum 4; status 23
ring of 1: direct 1 by ring_node; in sum 1; status 23
ring of 2: indirect 1 by ring_node, indirect 1 by ring_node; in sum 2; status 23
ring of 3: indirect 2 by ring_node, indirect 1 by ring_node; in sum 3; status 23
ring of 1 with a list: direct 1 by ring_node, indirect 100 by list_node; in sum 101; status 23
ring of 2 with a list: indirect 100 by list_node, indirect 1 by ring_node, indirect 1 by ring_node; in sum 102; status 23
ring of 2 with a list, and 8 bytes: direct 1 by other, indirect 100 by list_node, indirect 1 by ring_node, indirect 1 by ring_node; in sum 103; status 23'
[ "$out" = "$want" ] || { echo "changed: lost rings are reported in another way"; exit 1; }
