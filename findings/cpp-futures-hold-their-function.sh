#!/usr/bin/env bash
# libstdc++ of GCC 12 (Debian 12's g++ 12.2.0): std::async, std::packaged_task, std::shared_future.
#
# Guess from the docs: a future holds a result. A function that has run once and can't run again gives up what it captured, at the latest when
# the packaged_task that it was put in is destroyed; so a std::thread does with its own at its end.
# What happens: the function lies in the state that task and futures share, and dies with the last of them. A shared_future that is kept for its
# result (a table of results that were computed once) holds all that the computation captured, inputs and handles: with `async`, ended or
# deferred, and with a `packaged_task`, also when the task is destroyed. `get()` of a plain future lets go, `wait()` does not. A function
# that captures a shared_future of its own state, such as the next of a chain that looks back, is a ring that nothing frees, though it has
# run. A promise that a thread fulfils holds nothing but the value, and so does its shared_future.
#
# For who writes a heap or a scheduler with counts: code that has run for the last time is no owner any more; empty it before the result is
# told. For who tests one from C++: what was handed to a task dies with the result, not with the task; hold results by value, or fulfil a
# promise.
set -euo pipefail
have=$(g++ -dumpfullversion 2>/dev/null || echo none)
[ "$have" = 12.2.0 ] || { echo "skipped: wants g++ 12.2.0, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.cpp" <<'X'
#include <cstdio>
#include <future>
#include <memory>
#include <thread>

struct Input {};
using Seen = std::weak_ptr<Input>;

static const char *lives(const Seen &seen) { return seen.expired() ? "dead" : "lives"; }

static Seen seen;
static auto captured() {
    auto input = std::make_shared<Input>();
    seen = input;
    return [input = std::move(input)] { return 1; };
}

static void by_async(const char *what, std::launch how) {
    {
        std::future<int> result = std::async(how, captured());
        result.wait();
        std::printf("%s, future: waited: %s", what, lives(seen));
        result.get();
        std::printf(", got: %s\n", lives(seen));
    }
    std::shared_future<int> result = std::async(how, captured()).share();
    result.get();
    std::printf("%s, shared_future: got: %s", what, lives(seen));
    result = {};
    std::printf(", dropped: %s\n", lives(seen));
}

int main() {
    by_async("async", std::launch::async);
    by_async("deferred", std::launch::deferred);
    {
        auto task = std::make_unique<std::packaged_task<int()>>(captured());
        std::shared_future<int> result = task->get_future().share();
        (*task)();
        result.get();
        std::printf("packaged_task, shared_future: got: %s", lives(seen));
        task.reset();
        std::printf(", task destroyed: %s", lives(seen));
        result = {};
        std::printf(", dropped: %s\n", lives(seen));
    }
    {
        // The task knows its own future.
        auto own = std::make_shared<std::shared_future<int>>();
        auto input = std::make_shared<Input>();
        seen = input;
        std::packaged_task<int()> task([input = std::move(input), own] { return 1; });
        *own = task.get_future().share();
        task();
    }
    std::printf("packaged_task that holds its own future, all dropped: %s\n", lives(seen));
    {
        std::promise<int> promise;
        std::shared_future<int> result = promise.get_future().share();
        std::thread([promise = std::move(promise), work = captured()]() mutable { promise.set_value(work()); }).join();
        std::printf("promise of a thread, shared_future: got %d: %s\n", result.get(), lives(seen));
    }
}
X
timeout 120 g++ -std=c++17 -O1 -pthread -o "$tmp/p" "$tmp/p.cpp"
echo "g++ $have"
out=$(timeout 60 "$tmp/p"); echo "$out"
want='async, future: waited: lives, got: dead
async, shared_future: got: lives, dropped: dead
deferred, future: waited: lives, got: dead
deferred, shared_future: got: lives, dropped: dead
packaged_task, shared_future: got: lives, task destroyed: lives, dropped: dead
packaged_task that holds its own future, all dropped: lives
promise of a thread, shared_future: got 1: dead'
[ "$out" = "$want" ] || { echo "changed: futures hold other functions now"; exit 1; }
