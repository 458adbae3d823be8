<?php
/* A heap that counts references and collects cycles, as the contract has it.
 *
 * An object dies when its counts fall to 0. It joins a queue then, so that nothing recurses, and the queue is worked off
 * before the outermost call returns. What only cycles hold is found by `collect`, which marks from the roots.
 *
 * `counted.php --bug`: an object that its code has saved dies all the same.
 *
 *     heapproof check --subject 'exec:php counted.php'
 */
declare(strict_types=1);

require __DIR__ . '/../heapproof.php';

use heapproof\Refusal;

final class Cell
{
    public int $external = 1;
    public int $internal = 0;
    public int $weak = 0;
    public array $slots = [];     // fields by name, else values by index
    public ?Cell $target = null;  // of a weak object, until it dies
    public bool $queued = false;  // waits for its turn, or has it
    public bool $coded = false;   // has code
    public bool $begun = false;   // which has begun
    public bool $dead = false;

    public function __construct(public readonly int $age, public readonly string $kind, public readonly int $function)
    {
    }

    public function references(): array
    {
        return array_filter($this->slots, heapproof\isReference(...));
    }

    public function lost(): bool
    {
        return $this->external + $this->internal === 0;
    }
}

final class Counted
{
    private const CAPACITY = 1000000;

    private array $all = []; // what lives, by age
    private int $born = 0;
    private array $queue = [];
    private int $front = 0;       // of the queue
    private bool $busy = false;   // a call is under way that will work off the queue
    private bool $inSet = false;  // code of a set's member runs

    public function __construct(private readonly bool $bug)
    {
    }

    public function begin(): void
    {
        foreach ($this->all as $cell) {
            $cell->slots = []; // so that PHP frees it at once
        }
        $this->all = $this->queue = [];
        $this->born = $this->front = 0;
        $this->busy = $this->inSet = false;
    }

    // Deaths.

    private function enqueueIfLost(Cell $cell): void
    {
        if ($cell->lost() && !$cell->queued && !$cell->dead) {
            $cell->queued = true;
            $this->queue[] = $cell;
        }
    }

    private function release(mixed $value): void
    {
        if ($value instanceof Cell) {
            $value->internal--;
            $this->enqueueIfLost($value);
        }
    }

    /** From here on nobody sees the object as living. */
    private function die(Cell $cell): void
    {
        $cell->dead = true;
        unset($this->all[$cell->age]);
        heapproof\died($cell);
        foreach ($cell->weak > 0 ? $this->all : [] as $other) {
            if ($other->target === $cell) {
                $other->target = null;
            }
        }
        if ($cell->target !== null) {
            $cell->target->weak--;
            $cell->target = null;
        }
    }

    private function giveUpContents(Cell $cell): void
    {
        foreach ($cell->slots as $value) {
            $this->release($value);
        }
        $cell->slots = [];
    }

    /** The first of the queue has its turn, and stays queued during it. Its code may save it. */
    private function turn(Cell $cell): void
    {
        $lost = $cell->lost();
        if ($lost && $cell->coded && !$cell->begun) {
            $cell->begun = true;
            heapproof\runCode($cell);
            $lost = $this->bug || $cell->lost();
        }
        $cell->queued = false;
        if ($lost) {
            $this->die($cell);
            $this->giveUpContents($cell);
        }
    }

    /** The end of each call. What code drops waits until the code has returned. */
    private function settle(): void
    {
        if ($this->busy) {
            return;
        }
        $this->busy = true;
        for (; isset($this->queue[$this->front]); $this->front++) {
            $this->turn($this->queue[$this->front]);
        }
        $this->queue = [];
        $this->front = 0;
        $this->busy = false;
    }

    // Collection.

    /** What these objects reach, themselves too, by age. */
    private function reached(array $from): array
    {
        $reached = [];
        while (($cell = array_pop($from)) !== null) {
            if (!isset($reached[$cell->age])) {
                $reached[$cell->age] = true;
                array_push($from, ...array_values($cell->references()));
            }
        }
        return $reached;
    }

    /** One pass: the whole garbage is one set. Says whether there was any. */
    private function pass(): bool
    {
        $roots = array_filter($this->all, fn ($cell) => $cell->external > 0 || $cell->queued);
        $set = array_diff_key($this->all, $this->reached($roots));
        if ($set === []) {
            return false;
        }
        // The code of all members, also what other code adds meanwhile. Nobody dies, since the queue waits.
        do {
            $again = false;
            foreach ($set as $cell) {
                if ($cell->coded && !$cell->begun) {
                    $again = $cell->begun = $this->inSet = true;
                    heapproof\runCode($cell);
                    $this->inSet = false;
                }
            }
        } while ($again);
        // Members live on if the mutator holds them, or if anything outside the set or another survivor reaches them.
        $savers = array_filter($this->all, fn ($cell) => $cell->external > 0 || !isset($set[$cell->age]));
        $dead = array_diff_key($set, $this->reached($savers));
        foreach ($dead as $cell) {
            $this->die($cell);
        }
        // Being queued saves no member. The one whose turn it is, at the front, is never among them.
        $waiting = array_slice($this->queue, $this->front);
        $this->queue = array_values(array_filter($waiting, fn ($cell) => !$cell->dead));
        $this->front = 0;
        foreach ($dead as $cell) {
            $this->giveUpContents($cell);
        }
        return true;
    }

    public function collect(): ?Refusal
    {
        if ($this->inSet) {
            return Refusal::Reentrant;
        }
        $outermost = !$this->busy;
        do {
            $this->busy = true;
            $more = $this->pass();
            if ($outermost) {
                $this->busy = false;
                $this->settle();
            }
        } while ($more);
        return null;
    }

    // Calls.

    private function make(string $kind, array $values, int $function = 0): Cell|Refusal
    {
        if ($this->room() === 0) {
            return Refusal::Capacity;
        }
        $cell = $this->all[$this->born] = new Cell($this->born, $kind, $function);
        $this->born++;
        foreach ($values as $value) {
            $this->push($cell, $value);
        }
        return $cell;
    }

    public function room(): int
    {
        return self::CAPACITY - count($this->all);
    }

    public function table(): Cell|Refusal
    {
        return $this->make('table', []);
    }

    public function array(array $values): Cell|Refusal
    {
        return $this->make('array', $values);
    }

    public function closure(int $function, array $values): Cell|Refusal
    {
        return $this->make('closure', $values, $function);
    }

    public function box(mixed $value): Cell|Refusal
    {
        return $this->make('box', [$value]);
    }

    public function scalar(mixed $value): Cell|Refusal
    {
        return $this->make('scalar', [$value]);
    }

    public function weak(Cell $target): Cell|Refusal
    {
        $cell = $this->make('weak', []);
        if ($cell instanceof Cell) {
            $cell->target = $target;
            $target->weak++;
        }
        return $cell;
    }

    public function upgrade(Cell $weak): ?Cell
    {
        if ($weak->target !== null) {
            $weak->target->external++;
        }
        return $weak->target;
    }

    public function length(Cell $cell): int
    {
        return count($cell->slots);
    }

    public function readField(Cell $table, string $field): mixed
    {
        return $table->slots[$field] ?? null;
    }

    public function readIndex(Cell $cell, int $index): mixed
    {
        return $cell->slots[$index];
    }

    public function writeField(Cell $table, string $field, mixed $value): void
    {
        $this->write($table, $field, $value);
    }

    public function writeIndex(Cell $cell, int $index, mixed $value): void
    {
        $this->write($cell, $index, $value);
    }

    /** The new value is counted and in place before the old one is given up. */
    private function write(Cell $cell, string|int $slot, mixed $value): void
    {
        if ($value instanceof Cell) {
            $value->internal++;
        }
        $old = $cell->slots[$slot] ?? null;
        $cell->slots[$slot] = $value;
        $this->release($old);
        $this->settle();
    }

    public function push(Cell $array, mixed $value): void
    {
        if ($value instanceof Cell) {
            $value->internal++;
        }
        $array->slots[] = $value;
    }

    public function pop(Cell $array): mixed
    {
        return $this->given(array_pop($array->slots));
    }

    public function remove(Cell $table, string $field): mixed
    {
        if (!array_key_exists($field, $table->slots)) {
            return Refusal::Field;
        }
        $value = $table->slots[$field];
        unset($table->slots[$field]);
        return $this->given($value);
    }

    /** A reference that is taken out belongs to the mutator. */
    private function given(mixed $value): mixed
    {
        if ($value instanceof Cell) {
            $value->internal--;
            $value->external++;
        }
        return $value;
    }

    public function take(Cell $cell): void
    {
        $cell->external++;
    }

    public function drop(Cell $cell): ?Refusal
    {
        if ($cell->external === 0) {
            return Refusal::NotHeld;
        }
        $cell->external--;
        $this->enqueueIfLost($cell);
        $this->settle();
        return null;
    }

    public function on(Cell $cell): void
    {
        $cell->coded = true;
    }

    public function look(Cell $cell): array
    {
        return match ($cell->kind) {
            'closure' => [$cell->function, ...$cell->slots],
            'weak' => [$cell->target],
            default => $cell->slots,
        };
    }

    /** What lives is finalized, and nothing of it dies. */
    public function close(): void
    {
        $this->busy = true;
        foreach ($this->all as $cell) {
            if ($cell->coded && !$cell->begun) {
                $cell->begun = true;
                heapproof\runCode($cell);
            }
        }
    }

    public function counts(Cell $cell): array
    {
        return [$cell->external, $cell->internal, $cell->weak];
    }
}

heapproof\run(
    new Counted(in_array('--bug', $argv, true)),
    name: 'counted-php',
    version: '1.0',
    observations: 'refusals journal',
    panics: true,
    dialect: 'at-end finalized',
);
