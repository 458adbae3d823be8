<?php
/* heapproof.php: puts a heap in PHP under proof by `heapproof check --subject 'exec:php my_heap.php'`.
 *
 * Write a class with a method for each operation that the heap has, and call `heapproof\run` with an object of it. The
 * library speaks the protocol of docs/protocol.md. It numbers the objects, knows which live, parses commands and values,
 * and refuses what needs no look into the heap: nil, dead objects, wrong kinds, indices out of range. The heap says what
 * happens to its objects: `died` where one dies, and `runCode` where it would call a finalizer or destructor.
 *
 * PHP 8.1. License: MIT OR Apache-2.0.
 */
declare(strict_types=1);

namespace heapproof;

/** What a method returns that refuses; then it has changed nothing. */
enum Refusal: string
{
    case WithoutReason = '';
    case Reentrant = 'reentrant';
    case Frame = 'frame';
    case Nil = 'nil';
    case Stale = 'stale';
    case Kind = 'kind';
    case Index = 'index';
    case Field = 'field';
    case StaleValue = 'stale-value';
    case NotPlain = 'not-plain';
    case Overflow = 'overflow';
    case NotHeld = 'not-held';
    case Capacity = 'capacity';
    case Setting = 'setting';
    case Inapplicable = 'inapplicable';
    case Panicked = 'panicked';
}

/** A character. The other values are null, booleans, integers, floats, strings, and the heap's objects. */
final class Character
{
    public function __construct(public readonly string $utf8)
    {
    }
}

/** May be thrown out of a method when user code has panicked: the outermost operation is then refused as panicked. */
final class Panic extends \Exception
{
}

/** Speaks until the input ends. Call it before anything is printed. From then on `echo` goes to standard error.
 *
 * $observations: of `refusals journal sets`. The others follow from the methods `look`, `counts`, `strong`, `close`.
 * $operations: the names of those that the method `other` carries out.
 * $runsDiffer: two runs of a program may differ in what the contract leaves open.
 * $weakly: the library does not keep objects alive. They are PHP's own, and have died when PHP has freed them. */
function run(
    object $heap,
    string $name,
    string $version,
    string $observations = '',
    string $dialect = '',
    bool $panics = false,
    bool $lookDisturbs = false,
    string $operations = '',
    bool $weakly = false,
    bool $runsDiffer = false,
): void {
    $library = Library::$present = new Library($heap, $weakly);
    $library->greet($name, $version, $observations, $dialect, $panics, $lookDisturbs, $operations, $runsDiffer);
    $library->speak();
}

/** An object dies, at this moment. */
function died(object $object): void
{
    Library::$present->died(Library::$present->numberOf($object, 'died'));
}

/** Runs an object's code; the heap's methods are called meanwhile. True: it has panicked. */
function runCode(object $object): bool
{
    return Library::$present->runCode($object);
}

/** A collection has found these objects as one set. */
function took(array $objects): void
{
    Library::$present->event('took', $objects);
}

/** A slice or a check ends with more to do. */
function paused(): void
{
    Library::$present->event('paused', []);
}

/** Numbers a new object, of the kind `table` etc., before its method returns: needed if user code may run in the
 * meantime, and in `other`. */
function allocated(object $object, string $kind): void
{
    Library::$present->allocated($object, $kind);
}

/** The object of a number, null if it is dead: for `other`. */
function object(int $number): ?object
{
    return Library::$present->object($number);
}

/** Whether a value is one of the heap's objects. */
function isReference(mixed $value): bool
{
    return \is_object($value) && !$value instanceof Character;
}

/** The conversation; a process has one. Not for use from outside. */
final class Library
{
    public static Library $present;

    private const ESCAPES = ["\n" => '\n', "\r" => '\r', "\t" => '\t', "\0" => '\0', '\\' => '\\\\', '"' => '\"', "'" => "\\'"];
    private const UNESCAPES = ['n' => "\n", 'r' => "\r", 't' => "\t", '0' => "\0"];
    private const ACCESS = '/^\*?(#\d+|nil)(\.\w+|\[\d+\]|\{\d+\})?( = .+)?$/sD';
    // Possessive, as a text may be longer than the stack of the matcher.
    private const WORDS = '/"[^"\\\\]*+(?:\\\\.[^"\\\\]*+)*+"|\'[^\'\\\\]*+(?:\\\\.[^\'\\\\]*+)*+\'|[^ ]++/s';
    private const CHUNK = 65536;

    /** @var resource */
    private $in;
    /** @var resource */
    private $out;
    private array $stray;
    private array $lines = []; // complete lines that have arrived
    private int $next = 0;     // the first of them that is not read
    private string $rest = ''; // of a line that is not complete
    private bool $ended = false;
    private string $answers = '';
    private string $line = ''; // carried out now
    private int $depth = 0;    // of user code
    private array $objects = []; // those that live, or weak references to them, by number
    private array $kinds = [];
    private array $coded = [];
    private array $numbers = []; // by PHP's id; a dead object's stays until the id has a new tenant
    private int $count = 0;

    public function __construct(private object $heap, private bool $weakly)
    {
        \ini_set('display_errors', 'stderr');
        \ini_set('log_errors', '0'); // or each warning comes twice
        \ini_set('memory_limit', '-1');
        \ini_set('serialize_precision', '-1');
        // The protocol takes descriptors of its own. What is opened next gets the lowest free number, so that stray
        // reads find nothing on descriptor 0, and prints by 1 arrive at standard error.
        $this->in = \fopen('php://fd/0', 'r');
        $this->out = \fopen('php://fd/1', 'w');
        \fclose(\STDIN);
        $this->stray = [\fopen('/dev/null', 'r')];
        \fclose(\STDOUT);
        $this->stray[] = \fopen('php://fd/2', 'w');
        \stream_set_read_buffer($this->in, 0);
        // At `exit` and fatal errors what was answered before says where it broke.
        \register_shutdown_function($this->flush(...));
    }

    public function greet(
        string $name,
        string $version,
        string $observations,
        string $dialect,
        bool $panics,
        bool $lookDisturbs,
        string $others,
        bool $runsDiffer,
    ): void {
        $has = fn (string ...$methods) => \array_filter($methods, fn ($m) => !\method_exists($this->heap, $m)) === [];
        $operations = [
            'Table' => $has('table'), 'Box' => $has('box'), 'Array' => $has('array'), 'Closure' => $has('closure'),
            'Scalar' => $has('scalar'), 'Weak' => $has('weak'), 'Chain' => $has('table', 'writeField', 'drop'),
            'Ring' => $has('table', 'writeField', 'drop'), 'ReadField' => $has('table', 'readField'),
            'WriteField' => $has('table', 'writeField'), 'Remove' => $has('table', 'remove'),
            'ReadElement' => $has('array', 'readIndex'), 'WriteElement' => $has('array', 'writeIndex'),
            'Push' => $has('array', 'push'), 'Pop' => $has('array', 'pop'),
            'ReadCapture' => $has('closure', 'readIndex'), 'WriteCapture' => $has('closure', 'writeIndex'),
            'ReadBox' => $has('box', 'readIndex'), 'WriteBox' => $has('box', 'writeIndex'), 'Take' => $has('take'),
            'Drop' => $has('drop'), 'Upgrade' => $has('weak', 'upgrade'), 'Collect' => $has('collect'),
            'On' => $has('on'), 'Panic' => $has('on') && $panics,
        ];
        if (($has('array') || $has('closure')) && !$has('length')) {
            $this->fail('arrays and closures need the method `length`');
        }
        $seen = ['contents' => $has('look'), 'counts' => $has('counts'), 'strong' => $has('strong'), 'closing' => $has('close')];
        $this->answers = "heapproof 1\nname $name $version\n"
            . \rtrim('operations ' . \implode(' ', \array_keys(\array_filter($operations))) . " $others") . "\n"
            . \rtrim('observations ' . \implode(' ', \array_keys(\array_filter($seen))) . " $observations") . "\n"
            . ($dialect === '' ? '' : "dialect $dialect\n")
            . ($has('begin') ? "begin anew\n" : "begin fresh\n")
            . ($lookDisturbs ? "look disturbs\n" : "look harmless\n")
            . ($runsDiffer ? "runs differ\n" : "runs alike\n")
            . "ready\n";
    }

    public function speak(): void
    {
        try {
            $this->begin();
            $this->commands();
        } catch (\Throwable $e) {
            $this->fail(\sprintf('%s, at `%s` (%s:%d)', $e->getMessage(), $this->line, $e->getFile(), $e->getLine()));
        }
    }

    private function fail(string $message): never
    {
        \fwrite(\STDERR, 'heapproof.php: ' . \strtr($message, "\n", ' ') . "\n");
        exit(2);
    }

    private function unread(): never
    {
        $this->fail("can't read the command `$this->line`, or the heap has no method for it");
    }

    // Lines.

    private function flush(): void
    {
        while ($this->answers !== '') {
            $sent = @\fwrite($this->out, $this->answers);
            if (!$sent) {
                $this->answers = '';
                exit(1); // nobody listens any more
            }
            $this->answers = \substr($this->answers, $sent);
        }
    }

    /** The next line, null at the end of the input. */
    private function read(): ?string
    {
        while (!isset($this->lines[$this->next])) {
            $this->flush(); // no further command is here, so the answers must go out
            $chunk = \fread($this->in, self::CHUNK);
            if ($chunk === false || ($chunk === '' && \feof($this->in))) {
                $this->ended = true;
                return null;
            }
            $this->lines = \explode("\n", $this->rest . $chunk);
            $this->rest = \array_pop($this->lines);
            $this->next = 0;
        }
        return $this->lines[$this->next++];
    }

    /** Reads and carries out commands, within user code until that ends. True after `panic`. */
    private function commands(): bool
    {
        while (($line = $this->read()) !== null) {
            if ($line === 'return' || $line === 'panic') {
                if ($this->depth === 0) {
                    $this->fail("`$line`, but no user code is running");
                }
                return $line === 'panic';
            }
            $this->line = $line;
            $answer = 'done';
            try {
                // Whatever it held is released when it returns, before the answer.
                $this->carryOut($line, $answer);
            } catch (Panic) {
                // In user code that other code called a panic is contained.
                $answer = $this->depth === 0 ? 'refused panicked' : $answer;
            }
            if ($this->weakly) {
                $this->findDead();
            }
            $this->answers .= "$answer\n";
            if (\strlen($this->answers) > self::CHUNK) {
                $this->flush();
            }
        }
        if ($this->depth > 0) {
            exit(0);
        }
        return false;
    }

    // Objects and events.

    public function allocated(object $object, string $kind): int
    {
        $id = \spl_object_id($object);
        $number = $this->numbers[$id] ?? null;
        if ($number !== null && $this->object($number) === $object) {
            return $number; // numbered by the heap itself, or a weak object that is shared
        }
        $this->objects[$this->count] = $this->weakly ? \WeakReference::create($object) : $object;
        $this->kinds[$this->count] = $kind;
        return $this->numbers[$id] = $this->count++;
    }

    public function object(int $number): ?object
    {
        $object = $this->objects[$number] ?? null;
        return $this->weakly ? $object?->get() : $object;
    }

    public function numberOf(object $object, string $where): int
    {
        return $this->numbers[\spl_object_id($object)]
            ?? throw new \Error("$where names an object of class " . $object::class . ' that was not allocated');
    }

    public function died(int $number): void
    {
        if (!isset($this->objects[$number])) { // told as well, since the parent shall see it
            \fwrite(\STDERR, "heapproof.php: object #$number dies a second time\n");
        }
        unset($this->objects[$number]);
        $this->answers .= "died $number\n";
    }

    private function findDead(): void
    {
        foreach ($this->objects as $number => $reference) {
            if ($reference->get() === null) {
                $this->died($number);
            }
        }
    }

    public function event(string $word, array $objects): void
    {
        foreach ($objects as $object) {
            $word .= ' ' . $this->numberOf($object, $word);
        }
        $this->answers .= "$word\n";
    }

    public function runCode(object $object): bool
    {
        $number = $this->numberOf($object, 'runCode');
        if (!isset($this->coded[$number]) || $this->ended) {
            return false; // its code is empty, or PHP destroys what is left
        }
        unset($object);
        $this->answers .= "began $number\n";
        $this->depth++;
        $panicked = $this->commands();
        $this->depth--;
        return $panicked;
    }

    // Values.

    private static function utf8(int $c): string
    {
        return match (true) {
            $c < 0x80 => \chr($c),
            $c < 0x800 => \chr(0xC0 | $c >> 6) . \chr(0x80 | $c & 0x3F),
            $c < 0x10000 => \chr(0xE0 | $c >> 12) . \chr(0x80 | $c >> 6 & 0x3F) . \chr(0x80 | $c & 0x3F),
            default => \chr(0xF0 | $c >> 18) . \chr(0x80 | $c >> 12 & 0x3F) . \chr(0x80 | $c >> 6 & 0x3F) . \chr(0x80 | $c & 0x3F),
        };
    }

    /** A value of a command. A dead object's is a refusal. */
    private function parse(string $word): mixed
    {
        switch ($word[0]) {
            case '#':
                return $this->object((int) \substr($word, 1)) ?? Refusal::StaleValue;
            case '"':
            case "'":
                $text = \substr($word, 1, -1);
                if (\str_contains($text, '\\')) {
                    $text = \preg_replace_callback(
                        '/\\\\(?:u\{([0-9a-fA-F]+)\}|(.))/s',
                        fn ($m) => isset($m[2]) ? self::UNESCAPES[$m[2]] ?? $m[2] : self::utf8((int) \hexdec($m[1])),
                        $text,
                    );
                }
                return $word[0] === '"' ? $text : new Character($text);
        }
        return match ($word) {
            'nil' => null,
            'true' => true,
            'false' => false,
            'inf' => \INF,
            '-inf' => -\INF,
            'nan' => \NAN,
            default => !\is_numeric($word) ? $this->unread()
                : (\strpbrk($word, '.eE') === false ? (int) $word : (float) $word),
        };
    }

    private function show(mixed $value): string
    {
        return match (true) {
            $value === null => 'nil',
            \is_int($value) => (string) $value,
            \is_string($value) => '"' . \strtr($value, self::ESCAPES) . '"',
            \is_bool($value) => $value ? 'true' : 'false',
            \is_float($value) => \strtolower(\var_export($value, true)),
            $value instanceof Character => "'" . \strtr($value->utf8, self::ESCAPES) . "'",
            \is_object($value) => '#' . $this->numberOf($value, 'a value'),
            default => throw new \Error('the heap gave a value of type ' . \get_debug_type($value)),
        };
    }

    // Commands. Reasons are looked for in the contract's order, from `nil` to `not-plain`; the rest is the heap's.

    /** The object of a word, if it is of the kind. */
    private function find(string $word, ?string $kind = null): object
    {
        if ($word === 'nil') {
            return Refusal::Nil;
        }
        if (($word[0] ?? '') !== '#') {
            $this->unread();
        }
        $number = (int) \substr($word, 1);
        return match (true) {
            !isset($this->objects[$number]) => Refusal::Stale,
            $kind !== null && $this->kinds[$number] !== $kind => Refusal::Kind,
            default => $this->object($number) ?? Refusal::Stale,
        };
    }

    /** Its words, texts whole. */
    private static function words(string $line): array
    {
        if (\strpbrk($line, '"\'') === false) {
            return \explode(' ', $line);
        }
        \preg_match_all(self::WORDS, $line, $matches);
        return $matches[0];
    }

    private function carryOut(string $line, string &$answer): void
    {
        $heap = $this->heap;
        $first = $line[0] ?? '';
        if ($first === '#' || $first === '*' || \str_starts_with($line, 'nil')) {
            $result = $this->access($line);
            $gives = !\str_contains($line, ' ');
        } elseif ($line === 'look') {
            $answer = $this->look();
            return;
        } elseif ($line === 'begin') {
            $this->begin();
            return;
        } elseif ($line === 'collect') {
            $result = $heap->collect();
            $gives = $result !== null;
        } elseif ($line === 'close') {
            $result = $heap->close();
            $gives = false;
        } else {
            $words = self::words($line);
            $word = $words[0];
            $gives = true;
            switch ($word) {
                case 'table':
                case 'array':
                case 'closure':
                case 'box':
                case 'scalar':
                case 'weak':
                    $result = $this->make($word, \array_slice($words, 1));
                    if (!$result instanceof Refusal) {
                        $this->allocated($result, $word);
                    }
                    break;
                case 'chain':
                case 'ring':
                    $result = $this->chain((int) $words[1], $word === 'ring');
                    break;
                case 'remove':
                    if (!\preg_match('/^(\S+)\.(\w+)$/', $words[1] ?? '', $m)) {
                        $this->unread();
                    }
                    $result = $this->find($m[1], 'table');
                    $result = $result instanceof Refusal ? $result : $heap->remove($result, $m[2]);
                    break;
                case 'take':
                case 'drop':
                case 'on':
                    $gives = false;
                    $result = $this->find($words[1] ?? '');
                    if ($result instanceof Refusal) {
                        $result = $result === Refusal::Nil && $word !== 'on' ? null : $result;
                        break;
                    }
                    if ($word === 'on') {
                        $this->coded[(int) \substr($words[1], 1)] = true;
                    }
                    $result = $heap->$word($result);
                    break;
                case 'upgrade':
                    $result = $this->find($words[1] ?? '', 'weak');
                    $result = $result instanceof Refusal ? $result : $heap->upgrade($result);
                    break;
                case 'push':
                case 'pop':
                    $gives = $word === 'pop';
                    $result = $this->changeLength($words[1] ?? '', $words[2] ?? null, $gives);
                    break;
                default:
                    $result = \method_exists($heap, 'other') ? $heap->other($line) : $this->unread();
                    $gives = $result !== null;
            }
        }
        if ($result instanceof Refusal) {
            $answer = \rtrim("refused $result->value");
        } elseif ($gives) {
            $answer = 'done ' . $this->show($result);
        }
    }

    private function make(string $kind, array $words): object
    {
        $heap = $this->heap;
        if ($kind === 'weak') {
            $target = $this->find($words[0] ?? '');
            return $target instanceof Refusal ? $target : $heap->weak($target);
        }
        $function = $kind === 'closure' ? (int) \array_shift($words) : 0;
        $values = \array_map($this->parse(...), $words);
        if (\in_array(Refusal::StaleValue, $values, true)) {
            return Refusal::StaleValue;
        }
        if (($kind === 'box' || $kind === 'scalar') && \count($values) !== 1) {
            $this->unread();
        }
        return match ($kind) {
            'table' => $heap->table(),
            'array' => $heap->array($values),
            'closure' => $heap->closure($function, $values),
            'box' => $heap->box($values[0]),
            'scalar' => isReference($values[0]) ? Refusal::NotPlain : $heap->scalar($values[0]),
        };
    }

    /** `#1.x`, `#1[0]`, `#1{0}`, `*#1`, also with ` = VALUE` behind. */
    private function access(string $line): mixed
    {
        if (!\preg_match(self::ACCESS, $line, $m)) {
            $this->unread();
        }
        $heap = $this->heap;
        $place = $m[2] ?? '';
        $written = $m[3] ?? '';
        $kind = match ($place[0] ?? '') { '.' => 'table', '[' => 'array', '{' => 'closure', default => 'box' };
        $object = $this->find($m[1], $kind);
        if ($object instanceof Refusal) {
            return $object;
        }
        $at = $kind === 'table' ? \substr($place, 1) : (int) \substr($place, 1, -1);
        if (($kind === 'array' || $kind === 'closure') && $at >= $heap->length($object)) {
            return Refusal::Index;
        }
        if ($written === '') {
            return $kind === 'table' ? $heap->readField($object, $at) : $heap->readIndex($object, $at);
        }
        $value = $this->parse(\substr($written, 3));
        if ($value === Refusal::StaleValue) {
            return $value;
        }
        return $kind === 'table' ? $heap->writeField($object, $at, $value) : $heap->writeIndex($object, $at, $value);
    }

    private function changeLength(string $word, ?string $value, bool $pop): mixed
    {
        $array = $this->find($word, 'array');
        if ($array instanceof Refusal) {
            return $array;
        }
        if ($pop) {
            return $this->heap->length($array) === 0 ? Refusal::Index : $this->heap->pop($array);
        }
        $value = $this->parse($value ?? $this->unread());
        return $value === Refusal::StaleValue ? $value : $this->heap->push($array, $value);
    }

    /** As the single calls: each table is stored in the one before it, and dropped. */
    private function chain(int $length, bool $ring): ?object
    {
        $heap = $this->heap;
        if (\method_exists($heap, 'room') && $length > $heap->room()) {
            return Refusal::Capacity;
        }
        $first = $last = null;
        for ($i = 0; $i < $length; $i++) {
            $made = $heap->table();
            if ($made instanceof Refusal) {
                return $i === 0 ? $made
                    : throw new \Error('`table` refused in the middle of a chain; let `room` say how much room there is');
            }
            $this->allocated($made, 'table');
            $first ??= $made;
            if ($last !== null) {
                $heap->writeField($last, 'next', $made);
                $heap->drop($made);
            }
            $last = $made;
        }
        if ($ring && $first !== null) {
            $heap->writeField($last, 'next', $first);
        }
        return $first;
    }

    private function begin(): void
    {
        $this->objects = $this->kinds = $this->coded = $this->numbers = [];
        $this->count = 0;
        if (\method_exists($this->heap, 'begin')) {
            $this->heap->begin();
        }
    }

    private function look(): string
    {
        $heap = $this->heap;
        $contents = \method_exists($heap, 'look');
        $counts = \method_exists($heap, 'counts') ? 'counts' : (\method_exists($heap, 'strong') ? 'strong' : null);
        $shown = 0;
        foreach ($this->objects as $number => $object) {
            $object = $this->weakly ? $object->get() : $object;
            $seen = $contents ? $heap->look($object) : [];
            if ($seen === null) {
                continue; // nothing can be said of it
            }
            $line = $contents ? "$number {$this->kinds[$number]}" : (string) $number;
            $table = $this->kinds[$number] === 'table';
            foreach ($seen as $field => $value) {
                $line .= $table ? " $field=" . $this->show($value) : ' ' . $this->show($value);
            }
            if ($counts !== null) {
                $line .= ' | ' . \implode(' ', (array) $heap->$counts($object));
            }
            $this->answers .= "$line\n";
            $shown++;
        }
        return "end $shown";
    }
}
