<?php
/* PHP's own heap, held to the contract.
 *
 * A node is an object of PHP, and what it holds are PHP's references. The mutator's references are in `$held`. The
 * library holds nodes weakly and sees at the end of each command which of them PHP has freed. There is no moment at which
 * PHP tells a death, so there is no journal, and no user code.
 *
 *     heapproof check --subject 'exec:php engine.php'
 */
declare(strict_types=1);

require __DIR__ . '/../heapproof.php';

use heapproof\Refusal;

final class Node
{
    public array $slots = [];
    public ?WeakReference $target = null;
}

final class Engine
{
    /** What the mutator holds: for each node as many references as it has taken. */
    private array $held = [];

    public function begin(): void
    {
        $this->held = [];
        gc_collect_cycles();
    }

    private function made(array $slots): Node
    {
        $node = new Node();
        $node->slots = $slots;
        $this->take($node);
        return $node;
    }

    public function table(): Node
    {
        return $this->made([]);
    }

    public function array(array $values): Node
    {
        return $this->made($values);
    }

    public function box(mixed $value): Node
    {
        return $this->made([$value]);
    }

    public function weak(Node $target): Node
    {
        $node = $this->made([]);
        $node->target = WeakReference::create($target);
        return $node;
    }

    public function upgrade(Node $weak): ?Node
    {
        $target = $weak->target->get();
        if ($target !== null) {
            $this->take($target);
        }
        return $target;
    }

    public function readField(Node $table, string $field): mixed
    {
        return $table->slots[$field] ?? null;
    }

    public function writeField(Node $table, string $field, mixed $value): void
    {
        $table->slots[$field] = $value;
    }

    public function remove(Node $table, string $field): mixed
    {
        if (!array_key_exists($field, $table->slots)) {
            return Refusal::Field;
        }
        $value = $table->slots[$field];
        unset($table->slots[$field]);
        return $this->given($value);
    }

    public function length(Node $node): int
    {
        return count($node->slots);
    }

    public function readIndex(Node $node, int $index): mixed
    {
        return $node->slots[$index];
    }

    public function writeIndex(Node $node, int $index, mixed $value): void
    {
        $node->slots[$index] = $value;
    }

    public function push(Node $array, mixed $value): void
    {
        $array->slots[] = $value;
    }

    public function pop(Node $array): mixed
    {
        return $this->given(array_pop($array->slots));
    }

    private function given(mixed $value): mixed
    {
        if ($value instanceof Node) {
            $this->take($value);
        }
        return $value;
    }

    public function take(Node $node): void
    {
        $this->held[spl_object_id($node)][] = $node;
    }

    public function drop(Node $node): ?Refusal
    {
        $id = spl_object_id($node);
        if (!isset($this->held[$id])) {
            return Refusal::NotHeld;
        }
        array_pop($this->held[$id]);
        if ($this->held[$id] === []) {
            unset($this->held[$id]);
        }
        return null;
    }

    public function collect(): int
    {
        return gc_collect_cycles();
    }

    public function look(Node $node): array
    {
        return $node->target === null ? $node->slots : [$node->target->get()];
    }
}

gc_disable(); // it would collect whenever it likes
heapproof\run(
    new Engine(),
    name: 'php-engine',
    version: PHP_VERSION,
    observations: 'refusals',
    // `collect` counts arrays of PHP as well.
    dialect: 'names held, depth 20000, release nested, collect-gives anything',
    weakly: true,
);
