<?php
/* The objects of PHP that are under proof, and how they are found.
 *
 * Nothing keeps an object alive but `$held`, which has the references of the mutator. What else a line names, garbage too, is
 * found by a weak reference: PHP clears it when the object is freed, and it works while a destructor runs.
 */
declare(strict_types=1);

/* Objects without code. The label is the first property, as PHP frees them in their order: a stream that the object
 * alone has. So its closing is the death of the object. A stream is nothing that PHP's collector would see as part of a set. */
class Node
{
    /** @var resource */
    public $label;
    public array $slots = [];
    public ?WeakReference $target = null;

    public function __construct(public readonly int $number, public readonly string $kind)
    {
    }
}

/* A destructor belongs to a class, and runs once in an object's life, whether there are lines for it or not. Where nothing collects,
 * that does not matter: it runs as the object dies. */
final class Coded extends Node
{
    public bool $armed = false;

    public function __destruct()
    {
        if ($this->armed && !Objects::$emptying) {
            $dead = Objects::tellDead(); // those of a collection that is under way
            say("began $this->number");
            serve();
            Objects::$dead = $dead;
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
        if (Objects::$dead !== null) {
            Objects::$dead[] = $this->number;
        } elseif (!Objects::$emptying) {
            say("died $this->number");
        }
    }
}

final class Objects
{
    public static array $held = [];  // by number, the references of the mutator, one entry each
    public static array $known = []; // by number, a weak reference to each object that lives
    public static int $count = 0;
    public static bool $emptying = false; // between programs nobody listens
    public static string $class = Node::class;
    public static ?array $dead = null; // in a collection, who has died of it

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

    /** No object of PHP changes its class. So one that has a destructor takes the place of one that has none, wherever that stands. */
    public static function arm(Node $node): void
    {
        if (!$node instanceof Coded) {
            $coded = new Coded($node->number, $node->kind);
            [$coded->label, $coded->slots, $coded->target] = [$node->label, $node->slots, $node->target];
            $node->label = null;
            self::$known[$node->number] = WeakReference::create($coded);
            self::replace($node, $coded);
            [$node->slots, $node] = [[], $coded];
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

    /* PHP does not free a set with code in the pass that runs the code, but in the next, together with the rings that the code made.
     * No code runs between these deaths, so no step of a program sees their order. They are told in the order of allocation: the
     * set, then what its code made. */
    public static function collect(): int
    {
        self::$dead = [];
        $count = gc_collect_cycles();
        self::tellDead();
        return $count;
    }

    /** Tells them. From now on deaths are told at once. Returns what `$dead` is to be when the collection goes on. */
    public static function tellDead(): ?array
    {
        [$dead, self::$dead] = [self::$dead, null];
        if ($dead === null) {
            return null;
        }
        sort($dead);
        foreach ($dead as $number) {
            say("died $number");
        }
        return [];
    }

    public static function begin(): void
    {
        self::$emptying = true;
        self::$held = [];
        // Where nothing collects, rings are cut.
        foreach (self::$known as $reference) {
            if (($node = $reference->get()) !== null) {
                $node->slots = [];
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
