#!/usr/bin/env bash
# PHP 8.2 (Debian 12's php-cli).
#
# Guess from the manual: `zend.exception_ignore_args` decides what a stack trace shows, so it changes output, not how long
# objects live. And a destructor that throws in `gc_collect_cycles()` does the same to the garbage with either setting.
# What happens: with 0 (the built-in default) the exception's trace holds the arguments of the calls it came through. If
# the destructor had passed `$this` to a function that threw, the whole dead ring is held: it is alive in the catch block,
# and stays so when the exception is gone, as a ring without a destructor still to be called, until the next collection.
# With 1 (what PHP's php.ini-production sets) the ring is freed before the catch block runs. Same program, another number
# of live objects. Without that argument both settings agree.
#
# For who writes a heap: an error value that carries a trace is a root, made while the collector is in its sweep; look for
# rescued objects after destructors, failed ones included. For who writes a test of one on PHP: set this option, or live
# objects and weak references depend on the machine's php.ini.
set -euo pipefail
have=$(php -n -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;' 2>/dev/null || echo none)
[ "$have" = 8.2 ] || { echo "skipped: wants PHP 8.2, found $have"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.php" <<'X'
<?php
gc_disable();
class Node {
    public ?Node $next = null;
    function __construct(public string $do = '') {}
    function __destruct() {
        if ($this->do == 'fail with argument') fail($this);
        if ($this->do == 'fail') fail();
    }
}
function fail() { throw new RuntimeException('from a destructor'); }
function alive(array $weak) { return count(array_filter($weak, fn($w) => $w->get() !== null)); }

foreach (['fail', 'fail with argument'] as $do) {
    $a = new Node($do); $b = new Node(); $c = new Node();
    $a->next = $b; $b->next = $c; $c->next = $a;
    $weak = array_map(WeakReference::create(...), [$a, $b, $c]);
    unset($a, $b, $c);
    try { gc_collect_cycles(); $seen = ['nothing thrown']; }
    catch (RuntimeException $e) { $seen = ['in catch ' . alive($weak)]; }
    unset($e);
    $seen[] = 'exception gone ' . alive($weak);
    $seen[] = 'next collection frees ' . gc_collect_cycles();
    $seen[] = 'left ' . alive($weak);
    echo "  $do: alive of 3: ", implode(', ', $seen), "\n";
}
X
php -n -r 'echo "PHP ", PHP_VERSION, "\n";'
out=$(for i in 0 1; do echo "zend.exception_ignore_args=$i"; timeout 60 php -n -d "zend.exception_ignore_args=$i" "$tmp/p.php"; done); echo "$out"
want='zend.exception_ignore_args=0
  fail: alive of 3: in catch 0, exception gone 0, next collection frees 0, left 0
  fail with argument: alive of 3: in catch 3, exception gone 3, next collection frees 3, left 0
zend.exception_ignore_args=1
  fail: alive of 3: in catch 0, exception gone 0, next collection frees 0, left 0
  fail with argument: alive of 3: in catch 0, exception gone 0, next collection frees 0, left 0'
[ "$out" = "$want" ] || { echo "changed: what lives after a destructor threw depends on the setting in another way now"; exit 1; }
