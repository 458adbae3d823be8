<?php
/* PHP's own heap, held to the contract: counts, and a collector of cycles that runs when asked.
 *
 *     heapproof check --subject 'exec:php heap.php SORT DIALECT'
 *
 * The objects under proof are objects of PHP (objects.php). This file carries out commands on them. SORT is `rings`, with the collector
 * and without destructors, `keys`, the same with WeakMaps, `destructors`, with destructors alone, or `sets` and `set-weak`, with both. DIALECT is
 * what PHP answers otherwise than the contract.
 *
 * Plain values do not concern a heap. They are kept as the words that came.
 */
declare(strict_types=1);

require __DIR__ . '/objects.php';

function show(mixed $value): string
{
    return $value instanceof Node ? "#$value->number" : $value;
}

/** A value to be stored. */
function parse(string $word): mixed
{
    if ($word[0] !== '#') {
        return $word;
    }
    return (Objects::$known[substr($word, 1)] ?? throw new Refused('stale-value'))->get();
}

/* Commands. Each returns what stands behind `done`, and leaves the reference that it gives up in `$old`. The caller lets that go when
 * nothing else of the command refers to an object: so what dies then dies at once. */

/** The object and the key of `#1.x`, `#1[0]` or `*#1`. */
function place(string $word): array
{
    if ($word[0] === '*') {
        $node = Objects::find(substr($word, 1));
        return $node->kind === 'box' || $node->map !== null ? [$node, 0] : throw new Refused('kind');
    }
    preg_match('/^(#\d+|nil)([.[])(\w+)/', $word, $m);
    $node = Objects::find($m[1], $m[2] === '.' ? 'table' : 'array');
    if ($m[2] === '[' && $m[3] >= count($node->slots)) {
        throw new Refused('index');
    }
    return [$node, $m[3]];
}

function write(string $word, string $value, mixed &$old): string
{
    [$node, $key] = place($word);
    if ($node->map !== null) {
        throw new Refused('kind');
    }
    $new = parse($value);
    $old = $node->slots[$key] ?? null;
    $node->slots[$key] = $new;
    return 'nil';
}

function remove(string $word): string
{
    [$node, $key] = place($word);
    $value = $node->slots[$key] ?? throw new Refused('field');
    unset($node->slots[$key]);
    return given($value);
}

function pop(string $word): string
{
    $node = Objects::find($word, 'array');
    return $node->slots === [] ? throw new Refused('index') : given(array_pop($node->slots));
}

/** What is cleared goes as one array, when the object is empty. */
function clear(string $word, mixed &$old): string
{
    $node = Objects::find($word);
    if ($node->kind !== 'table' && $node->kind !== 'array') {
        throw new Refused('kind');
    }
    [$old, $node->slots] = [$node->slots, []];
    return 'nil';
}

/** Of two places that are refused, the reason counts that stands first here. */
const RANKS = ['nil', 'stale', 'kind', 'index'];

function swap(string $one, string $other): string
{
    $refused = $places = [];
    foreach ([$one, $other] as $word) {
        try {
            $places[] = place($word);
        } catch (Refused $why) {
            $refused[] = array_search($why->getMessage(), RANKS, true);
        }
    }
    if ($refused !== []) {
        throw new Refused(RANKS[min($refused)]);
    }
    [[$a, $i], [$b, $j]] = $places;
    [$a->slots[$i], $b->slots[$j]] = [$b->slots[$j], $a->slots[$i]];
    return 'nil';
}

/** A reference that the mutator has from now on. */
function given(mixed $value): string
{
    if ($value instanceof Node) {
        Objects::take($value);
    }
    return show($value);
}

function drop(string $word, mixed &$old): string
{
    if ($word === 'nil') {
        return 'nil';
    }
    $number = Objects::find($word)->number;
    if (!isset(Objects::$held[$number])) {
        throw new Refused('not-held');
    }
    $old = array_pop(Objects::$held[$number]);
    if (Objects::$held[$number] === []) {
        unset(Objects::$held[$number]);
    }
    return 'nil';
}

function make(string $kind, array $words): string
{
    if ($kind === 'weak') {
        $target = WeakReference::create(Objects::find($words[0]));
        $node = Objects::make('weak', []);
        $node->target = $target;
        return show($node);
    }
    if ($kind === 'ephemeron') {
        $key = Objects::find($words[0]);
        $value = parse($words[1]);
        $node = Objects::make('weak', []);
        $node->target = WeakReference::create($key);
        $node->map = new WeakMap();
        $node->map[$key] = $value;
        return show($node);
    }
    $values = array_map(parse(...), $words);
    if ($kind === 'scalar' && $values[0] instanceof Node) {
        throw new Refused('not-plain');
    }
    return show(Objects::make($kind, $values));
}

/** A chain or a ring of tables. The mutator holds the first only. */
function row(int $length, bool $closed): string
{
    $first = $last = $length === 0 ? null : Objects::make('table', []);
    for ($i = 1; $i < $length; $i++) {
        $next = Objects::make('table', []);
        $last->slots['next'] = $next;
        unset(Objects::$held[$next->number]);
        $last = $next;
    }
    if ($closed && $first !== null) {
        $last->slots['next'] = $first;
    }
    return $first === null ? 'nil' : show($first);
}

function carryOut(string $line, mixed &$old): string
{
    preg_match_all('/"(?:\\\\.|[^"\\\\])*+"|\'(?:\\\\.|[^\'\\\\])*+\'|[^ ]++/s', $line, $m);
    [$word, $a, $b] = [...$m[0], '', ''];
    switch ($word) {
        case 'table':
        case 'array':
        case 'box':
        case 'scalar':
        case 'weak':
        case 'ephemeron':
            return make($word, array_slice($m[0], 1));
        case 'chain':
        case 'ring':
            return row((int) $a, $word === 'ring');
        case 'push':
            $array = Objects::find($a, 'array');
            $array->slots[] = parse($b);
            return 'nil';
        case 'pop':
            return pop($a);
        case 'remove':
            return remove($a);
        case 'clear':
            return clear($a, $old);
        case 'swap':
            return swap($a, $b);
        case 'take':
            $a === 'nil' || Objects::take(Objects::find($a));
            return 'nil';
        case 'drop':
            return drop($a, $old);
        case 'upgrade':
            return given(Objects::find($a, 'weak')->target->get() ?? 'nil');
        case 'on':
            Objects::arm(Objects::find($a));
            return 'nil';
        case 'collect':
            return (string) gc_collect_cycles();
    }
    if ($a === '=') {
        return write($word, $b, $old);
    }
    [$node, $key] = place($word);
    return show(($node->map === null ? $node->slots[$key] ?? null : $node->value()) ?? 'nil');
}

function look(): void
{
    ksort(Objects::$known);
    foreach (Objects::$known as $number => $reference) {
        $node = $reference->get();
        $line = "$number $node->kind";
        if ($node->kind === 'weak') {
            $line .= ' ' . show($node->target->get() ?? 'nil');
        }
        if ($node->map !== null) {
            $line .= ' ' . show($node->value() ?? 'nil');
        }
        foreach ($node->slots as $key => $value) {
            $line .= ' ' . ($node->kind === 'table' ? "$key=" : '') . show($value);
        }
        say($line);
    }
    say('end ' . count(Objects::$known));
}

/** Carries out a command and lets go of what it gives up. */
function answer(string $line): string
{
    $old = null;
    $answer = 'done ' . carryOut($line, $old);
    unset($old);
    return $answer;
}

/** Whether user code has no handle to an object of this line. Only with `names held` that matters. */
function isHidden(string $line): bool
{
    global $dialect;
    preg_match_all('/"(?:\\\\.|[^"\\\\])*+"|\'(?:\\\\.|[^\'\\\\])*+\'|#(\d+)/s', $line, $m);
    foreach (array_filter($m[1], strlen(...)) as $number) {
        if (str_contains($dialect, 'names held') && !Objects::isReached($number)) {
            return true;
        }
    }
    return false;
}

/** Answers commands up to the end of the code that runs. There are no panics: while an exception is on its way PHP calls no
 * function of a stream, so labels could not tell deaths. */
function serve(): void
{
    while (true) {
        $line = hear();
        if ($line === 'return') {
            return;
        }
        if ($line === 'look') {
            look();
            continue;
        }
        if ($line === 'close') {
            Objects::$ending = true;
            send();
            exit(0);
        }
        if ($line === 'begin') {
            Objects::begin();
            say('done');
            continue;
        }
        if (Objects::$running !== null && isHidden($line)) {
            say('skipped');
            continue;
        }
        try {
            say(answer($line));
        } catch (Refused $refused) {
            say('refused ' . $refused->getMessage());
        }
        unset($refused);
    }
}

require __DIR__ . '/lines.php';

[, $sort, $dialect] = $argv;
gc_disable(); // it would collect whenever it likes
$is_coded = $sort !== 'rings' && $sort !== 'keys';
Objects::$class = $is_coded ? Coded::class : Node::class;
/* What no clause says of the code of sets is kept out of all code:
 * - PHP chooses the destructors to call before it calls any, so what is armed meanwhile is too late.
 * - An object that loses its last reference to its own code dies right behind it, before the code of the others.
 * - What code left to members alone is no member. It dies with the first of them that refers to it, before the others.
 * - A ring with code that other code drops has that run in the same collection, but dies in the next.
 * - Code keeps no object that it got by a weak reference. Every object has a destructor here, mostly an empty one, and code either
 *   keeps objects or upgrades. */
$kept_out = ['On', 'WriteField', 'WriteElement', 'WriteBox', 'Remove', 'Pop', 'Push', 'Clear', 'Swap', 'Drop'];
$out = 'Collect On not-in-code:' . implode(' not-in-code:', $kept_out);
$more = ['rings' => 'Collect', 'keys' => 'Collect Ephemeron', 'destructors' => 'On', 'sets' => "$out not-in-code:Upgrade", 'set-weak' => "$out not-in-code:Take"];
say("heapproof 1\nname php-$sort " . PHP_VERSION);
say('operations Table Box Array Scalar Weak Chain Ring ReadField ReadElement ReadBox WriteField WriteElement WriteBox '
    . "Push Pop Remove Clear Swap Take Drop Upgrade $more[$sort]");
// A WeakMap gives a value up before the label of its key tells of the death. To end costs a process each time, so it is done where that is asked for.
$seen = ($sort === 'keys' ? '' : ' journal') . (str_contains($dialect, 'at-end') ? ' closing' : '');
say("observations refusals contents$seen\ndialect $dialect\nbegin anew\nlook harmless\nready");
serve();
