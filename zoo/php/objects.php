<?php
/* The objects of PHP that are under proof, and how they are found.
 *
 * Nothing keeps an object alive but `$held`, which has the references of the mutator. What else a line names, garbage too, is
 * found by a weak reference: PHP clears it when the object is freed, and it works while a destructor runs.
 */
declare(strict_types=1);

/* Objects without a destructor. The label is the first property, as PHP frees them in their order: a stream that the object
 * alone has. So its closing is the death of the object. A stream is nothing that PHP's collector would see as part of a set. */
class Node
{
    /** @var resource */
    public $label;
    public array $slots = [];
    public ?WeakReference $target = null;
    public ?WeakMap $map = null; // of an ephemeron, with its one entry

    public function __construct(public readonly int $number, public readonly string $kind)
    {
    }

    /** The value that an ephemeron has for its key, while that lives. */
    public function value(): mixed
    {
        $key = $this->target->get();
        return $key === null ? null : $this->map[$key] ?? null;
    }
}

/* A destructor belongs to a class, and runs once in an object's life, whether there are lines for it or not. */
final class Coded extends Node
{
    public bool $armed = false;
    public bool $spent = false;

    public function __destruct()
    {
        $this->spent = true;
        if ($this->armed && !Objects::$emptying) {
            say("began $this->number");
            [$outer, Objects::$running] = [Objects::$running, $this];
            serve();
            Objects::$running = $outer;
            Objects::$ending && send();
        }
    }
}

final class Label
{
    public $context;
    private int $number;

    public function stream_open(string $path): bool
    {
        $this->number = (int) substr($path, strlen('label://'));
        return true;
    }

    public function stream_close(): void
    {
        unset(Objects::$known[$this->number]);
        if (!Objects::$emptying) {
            say("died $this->number");
        }
    }
}

final class Objects
{
    public static array $held = [];  // by number, the references of the mutator, one entry each
    public static array $known = []; // by number, a weak reference to each object that lives
    public static int $count = 0;
    public static bool $ending = false; // nobody else sends what is said last
    public static bool $emptying = false; // between programs nobody listens
    public static string $class = Node::class;
    public static ?Node $running = null; // whose code runs

    public static function make(string $kind, array $slots): Node
    {
        $node = new self::$class(self::$count++, $kind);
        $node->label = fopen("label://$node->number", 'r');
        $node->slots = $slots;
        self::$known[$node->number] = WeakReference::create($node);
        self::take($node);
        return $node;
    }

    public static function take(Node $node): void
    {
        self::$held[$node->number][] = $node;
    }

    public static function find(string $word, ?string $kind = null): Node
    {
        if ($word === 'nil') {
            throw new Refused('nil');
        }
        $node = (self::$known[substr($word, 1)] ?? throw new Refused('stale'))->get();
        if ($kind !== null && $node->kind !== $kind) {
            throw new Refused('kind');
        }
        return $node;
    }

    /** Whether user code has a handle that leads to an object: from what is held, or from its own object. */
    public static function isReached(string $number): bool
    {
        $next = [self::$running, ...array_column(self::$held, 0)];
        $seen = [];
        while (($node = array_pop($next)) !== null) {
            if ($node instanceof Node && !isset($seen[$node->number])) {
                $seen[$node->number] = true;
                array_push($next, ...array_values($node->slots));
            }
        }
        return isset($seen[$number]);
    }

    /** Gives code to an object. If its destructor has run already, without lines, a new one takes its place wherever it stands. */
    public static function arm(Coded $node): void
    {
        if ($node->spent && !$node->armed) {
            $new = new Coded($node->number, $node->kind);
            [$new->label, $new->slots, $new->target] = [$node->label, $node->slots, $node->target];
            [$node->label, $node->slots] = [null, []];
            self::$known[$node->number] = WeakReference::create($new);
            self::replace($node, $new);
            $node = $new;
        }
        $node->armed = true;
    }

    private static function replace(Node $old, Node $new): void
    {
        $put = fn (mixed $value): mixed => $value === $old ? $new : $value;
        if (isset(self::$held[$old->number])) {
            self::$held[$old->number] = array_map($put, self::$held[$old->number]);
        }
        foreach (self::$known as $reference) {
            $node = $reference->get();
            $node->slots = array_map($put, $node->slots);
            if ($node->target?->get() === $old) {
                $node->target = WeakReference::create($new);
            }
        }
    }

    public static function begin(): void
    {
        self::$emptying = true;
        self::$held = [];
        // Where nothing collects, rings are cut.
        foreach (self::$known as $reference) {
            if (($node = $reference->get()) !== null) {
                $node->slots = [];
                $node->map = null;
            }
            unset($node);
        }
        self::$known = [];
        self::$count = 0;
        self::$emptying = false;
    }
}

final class Refused extends Exception
{
}

stream_wrapper_register('label', Label::class);
