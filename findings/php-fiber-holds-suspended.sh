#!/usr/bin/env bash
# PHP 8.2 (Debian 12's php-cli, 8.2), class Fiber.
#
# Guess from the docs: `Fiber::suspend($value)` gives `$value` to whoever called `start` or `resume`, once; there is no method to ask for it
# again, as a generator's `current()`, so the fiber does not hold it. And what a suspended fiber holds is seen by the collector, as a
# suspended generator's variables are: a fiber that is part of a ring is found.
# What happens: the fiber holds the value until it is resumed or dies, though nothing can fetch it: the call of `suspend` is still open, and
# its arguments with it. And the collector, which sees the variables of a suspended fiber, does not see these arguments: a ring that goes
# through one, an object that holds the fiber which handed it out, is never freed, by any number of collections, whether the fiber has
# the object in a variable or not. Captured, given to `start`, or yielded by a generator, it is collected.
#
# For who writes a heap with coroutines: the arguments of the call that suspends are roots of the coroutine; trace them, or give them up as
# they are handed out. For who tests one: suspend in each way, drop what came out, and count deaths; put what is handed out into a ring
# too. In PHP a scheduler whose tasks hand out what holds their fiber leaks each task that is not resumed to its end.
set -euo pipefail
have=$(php -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;' 2>/dev/null || echo none)
[ "$have" = "8.2" ] || { echo "skipped: wants PHP 8.2 as php, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.php" <<'X'
<?php
final class Node
{
    public mixed $holds = null;

    public function __construct(public string $name)
    {
    }

    public function __destruct()
    {
        $GLOBALS['dead'][$this->name] = true;
    }
}

function say(string $name): string
{
    return isset($GLOBALS['dead'][$name]) ? 'dead' : 'lives';
}

// What is handed out is dropped at once; the fiber or the generator goes on living.
$fiber = new Fiber(function (): void { Fiber::suspend(new Node('by the fiber')); Fiber::suspend(); });
$fiber->start();
echo 'handed out and dropped ', say('by the fiber');
$fiber->resume();
echo ', after the next step ', say('by the fiber'), "\n";

// A ring: the node holds what may hold the node.
$ways = [
    'a generator that yields it' => function (Node $node): Generator {
        $generator = (function () use ($node) { yield $node; })();
        $generator->current();
        return $generator;
    },
    'a fiber that captured it' => function (Node $node): Fiber {
        $fiber = new Fiber(function () use ($node): void { Fiber::suspend(); });
        $fiber->start();
        return $fiber;
    },
    'a fiber that was started with it' => function (Node $node): Fiber {
        $fiber = new Fiber(function (Node $given): void { Fiber::suspend(); });
        $fiber->start($node);
        return $fiber;
    },
    'a fiber that captured it and hands it out' => function (Node $node): Fiber {
        $fiber = new Fiber(function () use ($node): void { Fiber::suspend($node); });
        $fiber->start();
        return $fiber;
    },
    'a fiber that holds it weakly and hands it out' => function (Node $node): Fiber {
        $weak = WeakReference::create($node);
        $fiber = new Fiber(function () use ($weak): void { Fiber::suspend($weak->get()); });
        $fiber->start();
        return $fiber;
    },
    'the same, resumed to its next suspension' => function (Node $node): Fiber {
        $weak = WeakReference::create($node);
        $fiber = new Fiber(function () use ($weak): void { Fiber::suspend($weak->get()); Fiber::suspend(); });
        $fiber->start();
        $fiber->resume();
        return $fiber;
    },
];
foreach ($ways as $way => $make) {
    (function () use ($way, $make): void {
        $node = new Node($way);
        $node->holds = $make($node);
    })();
    $collected = gc_collect_cycles() + gc_collect_cycles() + gc_collect_cycles();
    echo "$way: the ring ", say($way), ", collected $collected\n";
}
X
echo "PHP $(php -r 'echo PHP_VERSION;')"
out=$(timeout 60 php -n "$tmp/p.php"); echo "$out"
want='handed out and dropped lives, after the next step dead
a generator that yields it: the ring dead, collected 2
a fiber that captured it: the ring dead, collected 1
a fiber that was started with it: the ring dead, collected 1
a fiber that captured it and hands it out: the ring lives, collected 0
a fiber that holds it weakly and hands it out: the ring lives, collected 0
the same, resumed to its next suspension: the ring dead, collected 0'
[ "$out" = "$want" ] || { echo "changed: PHP's fibers hold other things now"; exit 1; }
