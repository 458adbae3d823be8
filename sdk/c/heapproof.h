/* heapproof.h: puts a heap in C under proof by `heapproof check --subject 'exec:./my_heap'`.
 *
 * Describe the heap by an `hp_heap`, a record of functions, and call `hp_main` with it. The library speaks the protocol
 * of docs/protocol.md. It numbers the objects, knows which live, parses commands and values, and refuses what needs no
 * look into the heap: nil, dead objects, wrong kinds, indices out of range. The heap says what happens to its objects:
 * `hp_died` where one dies, and `hp_run_code` where it would call a finalizer or destructor.
 *
 * One source file in C has `#define HEAPPROOF_IMPLEMENTATION` before it includes this; others, in C or C++, do not. C99 and POSIX.
 * License: MIT OR Apache-2.0.
 */
#ifndef HEAPPROOF_H
#define HEAPPROOF_H

/* `-std=c99` hides POSIX; then this file must be included before others. */
#if defined(HEAPPROOF_IMPLEMENTATION) && defined(__STRICT_ANSI__) && !defined(_XOPEN_SOURCE)
#define _XOPEN_SOURCE 700
#endif

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a function of the heap returns. Whatever is refused has changed nothing. */
typedef enum {
    HP_DONE,
    HP_REFUSED, /* without a reason */
    HP_REFUSED_REENTRANT, HP_REFUSED_FRAME, HP_REFUSED_NIL, HP_REFUSED_STALE, HP_REFUSED_KIND, HP_REFUSED_INDEX,
    HP_REFUSED_FIELD, HP_REFUSED_STALE_VALUE, HP_REFUSED_NOT_PLAIN, HP_REFUSED_OVERFLOW, HP_REFUSED_NOT_HELD,
    HP_REFUSED_CAPACITY, HP_REFUSED_SETTING, HP_REFUSED_INAPPLICABLE, HP_REFUSED_PANICKED
} hp_result;

typedef enum { HP_NIL, HP_BOOLEAN, HP_INTEGER, HP_FLOAT, HP_CHARACTER, HP_TEXT, HP_REFERENCE } hp_type;

typedef struct {
    hp_type type;
    union {
        int boolean;
        int64_t integer;
        double number;
        uint32_t character;                                /* its code point */
        struct { const char *bytes; size_t length; } text; /* UTF-8; as an argument valid during the call only */
        void *object;                                      /* never null */
    } as;
} hp_value;

typedef enum { HP_TABLE, HP_ARRAY, HP_CLOSURE, HP_BOX, HP_SCALAR, HP_WEAK } hp_kind;

/* What can be seen of the heap. */
enum { HP_REFUSALS = 1, HP_CONTENTS = 2, HP_COUNTS = 4, HP_STRONG = 8, HP_JOURNAL = 16, HP_SETS = 32 };

/* A function that the heap has not stays null; the greeting lists the operations whose functions are there. Objects are
 * pointers that are not null and stay the same for life. `made` and `out` take results; `*out` is nil before the call. */
typedef struct {
    const char *name, *version;
    const char *dialect;   /* where the heap differs from the contract, or null */
    unsigned observations; /* HP_REFUSALS | .. */
    int look_disturbs;     /* `look` changes what happens next */
    int runs_differ;       /* two runs of a program may differ in what the contract leaves open */
    int panics;            /* `hp_run_code` may say that the code has panicked */

    /* Empties the heap; called at the start and for each new program. Without it each program gets a process. */
    void (*begin)(void);

    hp_result (*table)(void **made);
    hp_result (*array)(const hp_value *values, size_t count, void **made);
    hp_result (*closure)(uint32_t function, const hp_value *values, size_t count, void **made);
    hp_result (*box)(const hp_value *value, void **made);
    hp_result (*scalar)(const hp_value *value, void **made); /* never a reference */
    hp_result (*weak)(void *target, void **made);
    size_t (*room)(void); /* how many objects can still be made; only for chains and rings, which are refused whole */

    hp_result (*read_field)(void *table, const char *field, hp_value *out);
    hp_result (*write_field)(void *table, const char *field, const hp_value *value);
    hp_result (*remove)(void *table, const char *field, hp_value *out);
    size_t (*length)(void *object); /* of arrays and closures: the library judges indices by it */
    hp_result (*read_index)(void *object, size_t index, hp_value *out); /* array, closure; box, by index 0 */
    hp_result (*write_index)(void *object, size_t index, const hp_value *value);
    hp_result (*push)(void *array, const hp_value *value);
    hp_result (*pop)(void *array, hp_value *out); /* never an empty array */

    hp_result (*take)(void *object);
    hp_result (*drop)(void *object);
    hp_result (*upgrade)(void *weak, hp_value *out);
    hp_result (*collect)(hp_value *out);
    hp_result (*on)(void *object); /* the object has code from now on; the heap calls `hp_run_code` for it */

    /* Lets the heap go away as it does where a program ends, with what lives. It may exit with status 0. */
    void (*close)(void);

    /* Shows an object by calls of `hp_show..`; returns 0 if nothing can be said about it. */
    int (*look)(void *object);

    /* Further operations: their names in the greeting, and a function that gets their lines. */
    const char *other_operations;
    hp_result (*other)(const char *line, hp_value *out);
} hp_heap;

/* Speaks until the input ends. Call it first: it moves standard output to standard error. Returns the exit status. */
int hp_main(const hp_heap *heap);

/* Events, at the moment at which they happen. */
void hp_died(void *object);
int hp_run_code(void *object); /* 0: the code has returned. 1: it has panicked. Calls the heap's functions meanwhile. */
void hp_took(void *const *objects, size_t count);
void hp_paused(void);

/* Within `look`. A closure shows its function's number first, a weak object its target or nil. */
void hp_show(hp_value value);
void hp_show_field(const char *field, hp_value value);
void hp_show_counts(uint64_t external, uint64_t internal, uint64_t weak);
void hp_show_strong(uint64_t strong);

/* Values: `hp_integer(3)`. */
hp_value hp_nil(void);
hp_value hp_integer(int64_t integer);
hp_value hp_boolean(int boolean);
hp_value hp_reference(void *object); /* nil for null */

/* Rarely needed. `hp_allocated` numbers a new object before its function returns: call it if user code may run in the
 * meantime, and in `other`. `hp_object` is the object of a number, or null if it is dead. */
void hp_allocated(void *object, hp_kind kind);
void *hp_object(uint32_t number);

#ifdef __cplusplus
}
#endif

#endif

#ifdef HEAPPROOF_IMPLEMENTATION
#undef HEAPPROOF_IMPLEMENTATION

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HP_LONGEST_LINE 1048576
#define HP_CHUNK 65536

typedef struct { void *object; unsigned char kind, lives, has_code; } hp_known;

/* The line that is carried out. One for each depth of user code: what an outer call was given stays in place. */
typedef struct {
    char *line, *at; /* the text, and how far it is read */
    hp_value *values;
    size_t line_room, value_room, value_count;
    int stale;      /* one of the values refers to a dead object */
    int64_t number; /* of the object that the line is about, -1 for nil */
    void *object;
} hp_frame;

/* A process has one heap and one conversation, so nothing here needs to be passed around. */
static struct {
    const hp_heap *heap;
    int in, out;
    char *input, *output;
    size_t in_room, in_start, in_end, out_room, out_end, line_start;
    hp_known *objects;
    size_t count, known_room, numbered_before;
    /* From addresses to numbers: open addressing. A dead object's entry stays until its address has a new tenant, which
     * shows second deaths. `begin` forgets all entries at once by a new epoch. */
    struct hp_slot { void *object; uint32_t number, epoch; } *slots;
    size_t slot_room, slot_used;
    uint32_t epoch;
} hp_;

static void hp_fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "heapproof.h: ");
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(2); /* which sends what has been answered so far */
}

static void *hp_grow(void *memory, size_t *room, size_t needed, size_t size) {
    if (needed <= *room) return memory;
    *room = needed < 32 ? 64 : 2 * needed;
    memory = realloc(memory, *room * size);
    if (!memory) hp_fail("no memory");
    return memory;
}

/* Output. Lines are never split: `look` may take one back. */

static void hp_flush(void) {
    for (size_t sent = 0; sent < hp_.out_end;) {
        ssize_t n = write(hp_.out, hp_.output + sent, hp_.out_end - sent);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) exit(1); /* nobody listens any more */
        sent += (size_t)n;
    }
    hp_.out_end = hp_.line_start = 0;
}

/* The last act of a process: what was answered before it broke says where it broke. */
static void hp_flush_lines(void) {
    hp_.out_end = hp_.line_start;
    for (size_t sent = 0; sent < hp_.out_end;) {
        ssize_t n = write(hp_.out, hp_.output + sent, hp_.out_end - sent);
        if (n <= 0) break;
        sent += (size_t)n;
    }
    hp_.out_end = hp_.line_start = 0;
}

static void hp_crashed(int signal) {
    hp_flush_lines();
    raise(signal); /* the action is the default again */
}

/* Signals that somebody handles, a sanitizer perhaps, are left alone. Overflows of the stack need another stack. */
static void hp_watch(void) {
    static char stack[16384];
    static const int signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    stack_t other = {.ss_sp = stack, .ss_size = sizeof stack}, before;
    if (!sigaltstack(NULL, &before) && before.ss_flags & SS_DISABLE) sigaltstack(&other, NULL);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction present, ours = {0};
        ours.sa_handler = hp_crashed;
        ours.sa_flags = SA_ONSTACK | (int)SA_RESETHAND;
        sigemptyset(&ours.sa_mask);
        if (!sigaction(signals[i], NULL, &present) && present.sa_handler == SIG_DFL) sigaction(signals[i], &ours, NULL);
    }
    atexit(hp_flush_lines);
}

static void hp_put(const char *bytes, size_t length) {
    hp_.output = hp_grow(hp_.output, &hp_.out_room, hp_.out_end + length, 1);
    memcpy(hp_.output + hp_.out_end, bytes, length);
    hp_.out_end += length;
}

static void hp_puts(const char *text) { hp_put(text, strlen(text)); }

static void hp_put_number(uint64_t number) {
    char digits[20];
    size_t at = sizeof digits;
    do digits[--at] = (char)('0' + number % 10); while (number /= 10);
    hp_put(digits + at, sizeof digits - at);
}

static void hp_end_line(void) {
    hp_put("\n", 1);
    size_t length = hp_.out_end - hp_.line_start;
    if (length > HP_LONGEST_LINE) hp_fail("an answer of %zu bytes is longer than the protocol allows", length);
    hp_.line_start = hp_.out_end;
    if (hp_.out_end >= HP_CHUNK) hp_flush();
}

/* Objects. */

static struct hp_slot *hp_slot_of(void *object) {
    size_t at = (size_t)(((uint64_t)(uintptr_t)object * 0x9E3779B97F4A7C15u) >> 20);
    for (;; at++) {
        struct hp_slot *slot = &hp_.slots[at & (hp_.slot_room - 1)];
        if (slot->epoch != hp_.epoch || slot->object == object) return slot;
    }
}

static uint32_t hp_number_of(void *object, const char *where) {
    struct hp_slot *slot = hp_.slot_room ? hp_slot_of(object) : NULL;
    if (!slot || slot->epoch != hp_.epoch) hp_fail("%s names %p, which is no object that was allocated", where, object);
    return slot->number;
}

static void hp_bind(void *object, uint32_t number) {
    struct hp_slot *slot = hp_slot_of(object);
    if (slot->epoch != hp_.epoch) hp_.slot_used++;
    *slot = (struct hp_slot){object, number, hp_.epoch};
}

void hp_allocated(void *object, hp_kind kind) {
    if (!object) hp_fail("an allocation is done, but gave no object");
    if (hp_.slot_used * 2 >= hp_.slot_room) { /* twice the room; of each address the latest tenant counts */
        free(hp_.slots);
        hp_.slot_room = hp_.slot_room ? 2 * hp_.slot_room : 1024;
        hp_.slots = calloc(hp_.slot_room, sizeof *hp_.slots);
        if (!hp_.slots) hp_fail("no memory");
        hp_.slot_used = 0;
        for (size_t i = 0; i < hp_.count; i++) hp_bind(hp_.objects[i].object, (uint32_t)i);
    }
    struct hp_slot *slot = hp_slot_of(object);
    if (slot->epoch == hp_.epoch && hp_.objects[slot->number].lives) {
        /* Numbered already, by the heap itself or as a weak object that is shared? */
        if (slot->number >= hp_.numbered_before || kind == HP_WEAK) return;
        fprintf(stderr, "heapproof.h: a new object has the address of #%u, whose death was not told\n", slot->number);
    }
    hp_.objects = hp_grow(hp_.objects, &hp_.known_room, hp_.count + 1, sizeof *hp_.objects);
    hp_.objects[hp_.count] = (hp_known){object, (unsigned char)kind, 1, 0};
    hp_bind(object, (uint32_t)hp_.count++);
}

void *hp_object(uint32_t number) {
    return number < hp_.count && hp_.objects[number].lives ? hp_.objects[number].object : NULL;
}

/* Values. */

hp_value hp_nil(void) { return (hp_value){HP_NIL, {0}}; }
hp_value hp_integer(int64_t integer) { return (hp_value){HP_INTEGER, {.integer = integer}}; }
hp_value hp_boolean(int boolean) { return (hp_value){HP_BOOLEAN, {.boolean = boolean}}; }
hp_value hp_reference(void *object) {
    return object ? (hp_value){HP_REFERENCE, {.object = object}} : hp_nil();
}

static size_t hp_encode(uint32_t c, char *to) {
    if (c < 0x80) return to[0] = (char)c, 1;
    size_t length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, c >>= 6) to[i] = (char)(0x80 | (c & 0x3F));
    to[0] = (char)((0xF00 >> length & 0xFF) | c);
    return length;
}

static uint32_t hp_decode(const char *bytes, size_t length) {
    unsigned char first = (unsigned char)bytes[0];
    if (length < 2) return first;
    uint32_t c = first & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) c = c << 6 | ((unsigned char)bytes[i] & 0x3F);
    return c;
}

static void hp_put_quoted(char quote, const char *bytes, size_t length) {
    hp_put(&quote, 1);
    for (size_t i = 0; i < length; i++) {
        const char *escape = NULL;
        switch (bytes[i]) {
        case '\n': escape = "\\n"; break;
        case '\r': escape = "\\r"; break;
        case '\t': escape = "\\t"; break;
        case '\0': escape = "\\0"; break;
        case '\\': escape = "\\\\"; break;
        case '"': escape = "\\\""; break;
        case '\'': escape = "\\'"; break;
        }
        hp_put(escape ? escape : bytes + i, escape ? 2 : 1);
    }
    hp_put(&quote, 1);
}

static void hp_put_float(double number) {
    char text[40] = "nan";
    if (number - number != 0) { /* infinite, or not a number */
        if (number == number) strcpy(text, number > 0 ? "inf" : "-inf");
    } else {
        for (int digits = 15; digits <= 17; digits++) { /* the shortest that is read back as the same */
            snprintf(text, sizeof text, "%.*g", digits, number);
            if (strtod(text, NULL) == number) break;
        }
        if (!strpbrk(text, ".e")) strcat(text, ".0");
    }
    hp_puts(text);
}

static void hp_put_value(const hp_value *value) {
    char utf8[4];
    switch (value->type) {
    case HP_NIL: hp_puts("nil"); break;
    case HP_BOOLEAN: hp_puts(value->as.boolean ? "true" : "false"); break;
    case HP_INTEGER:
        if (value->as.integer < 0) hp_put("-", 1);
        hp_put_number(value->as.integer < 0 ? -(uint64_t)value->as.integer : (uint64_t)value->as.integer);
        break;
    case HP_FLOAT: hp_put_float(value->as.number); break;
    case HP_CHARACTER: hp_put_quoted('\'', utf8, hp_encode(value->as.character, utf8)); break;
    case HP_TEXT: hp_put_quoted('"', value->as.text.bytes, value->as.text.length); break;
    case HP_REFERENCE:
        hp_put("#", 1);
        hp_put_number(hp_number_of(value->as.object, "a value"));
        break;
    default: hp_fail("a value has the type %d, which there is not", (int)value->type);
    }
}

/* Events and what `look` shows. */

void hp_died(void *object) {
    uint32_t number = hp_number_of(object, "hp_died");
    /* A second death is told as well, since the parent shall see it. */
    if (!hp_.objects[number].lives) fprintf(stderr, "heapproof.h: object #%u dies a second time\n", number);
    hp_.objects[number].lives = 0;
    hp_puts("died ");
    hp_put_number(number);
    hp_end_line();
}

void hp_took(void *const *objects, size_t count) {
    hp_puts("took");
    for (size_t i = 0; i < count; i++) {
        hp_put(" ", 1);
        hp_put_number(hp_number_of(objects[i], "hp_took"));
    }
    hp_end_line();
}

void hp_paused(void) { hp_puts("paused"), hp_end_line(); }

void hp_show(hp_value value) {
    if (!(hp_.heap->observations & HP_CONTENTS)) return;
    hp_put(" ", 1);
    hp_put_value(&value);
}

void hp_show_field(const char *field, hp_value value) {
    if (!(hp_.heap->observations & HP_CONTENTS)) return;
    hp_put(" ", 1), hp_puts(field), hp_put("=", 1);
    hp_put_value(&value);
}

void hp_show_counts(uint64_t external, uint64_t internal, uint64_t weak) {
    if (!(hp_.heap->observations & HP_COUNTS)) return;
    hp_puts(" | "), hp_put_number(external);
    hp_put(" ", 1), hp_put_number(internal);
    hp_put(" ", 1), hp_put_number(weak);
}

void hp_show_strong(uint64_t strong) {
    if (!(hp_.heap->observations & HP_STRONG)) return;
    hp_puts(" | "), hp_put_number(strong);
}

static void hp_look(void) {
    static const char *const kinds[] = {" table", " array", " closure", " box", " scalar", " weak"};
    size_t shown = 0;
    for (size_t i = 0; i < hp_.count; i++) {
        if (!hp_.objects[i].lives) continue;
        hp_put_number(i);
        if (hp_.heap->observations & HP_CONTENTS) hp_puts(kinds[hp_.objects[i].kind]);
        if (hp_.heap->look && !hp_.heap->look(hp_.objects[i].object)) {
            hp_.out_end = hp_.line_start;
            continue;
        }
        shown++;
        hp_end_line();
    }
    hp_puts("end "), hp_put_number(shown), hp_end_line();
}

/* Input. The rest of a line that is not complete moves to the front before more is read. */

static char *hp_next_line(size_t *length) {
    size_t searched = 0;
    for (;;) {
        char *start = hp_.input + hp_.in_start;
        size_t held = hp_.in_end - hp_.in_start;
        char *end = held > searched ? memchr(start + searched, '\n', held - searched) : NULL;
        if (end) {
            *length = (size_t)(end - start);
            hp_.in_start += *length + 1;
            return start;
        }
        searched = held;
        if (held) memmove(hp_.input, start, held);
        hp_.in_start = 0, hp_.in_end = held;
        hp_.input = hp_grow(hp_.input, &hp_.in_room, held + HP_CHUNK, 1);
        hp_flush(); /* no further command is here, so the answers must go out */
        ssize_t n = read(hp_.in, hp_.input + held, hp_.in_room - held);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return NULL;
        hp_.in_end += (size_t)n;
    }
}

static void hp_unread(hp_frame *f) { hp_fail("can't read the command `%s` from `%s` on", f->line, f->at); }

static void hp_skip(hp_frame *f, const char *text) {
    size_t length = strlen(text);
    if (strncmp(f->at, text, length)) hp_unread(f);
    f->at += length;
}

static uint64_t hp_parse_number(hp_frame *f) {
    char *end;
    if (*f->at < '0' || *f->at > '9') hp_unread(f);
    uint64_t number = strtoull(f->at, &end, 10);
    f->at = end;
    return number;
}

/* Unescapes in place: what comes out is never longer. */
static void hp_parse_quoted(hp_frame *f, char **bytes, size_t *length) {
    char quote = *f->at, *from = f->at + 1, *to = from;
    *bytes = to;
    while (*from != quote) {
        if (!*from) hp_unread(f);
        if (*from != '\\') {
            *to++ = *from++;
            continue;
        }
        switch (from[1]) {
        case 'n': *to++ = '\n'; break;
        case 'r': *to++ = '\r'; break;
        case 't': *to++ = '\t'; break;
        case '0': *to++ = '\0'; break;
        case 'u': {
            if (from[2] != '{') hp_unread(f);
            uint32_t c = (uint32_t)strtoul(from + 3, &from, 16);
            if (*from != '}') hp_unread(f);
            to += hp_encode(c, to);
            from++;
            continue;
        }
        case '\0': hp_unread(f); break;
        default: *to++ = from[1];
        }
        from += 2;
    }
    *length = (size_t)(to - *bytes);
    f->at = from + 1;
}

static void hp_parse_value(hp_frame *f) {
    char *bytes;
    size_t length;
    f->values = hp_grow(f->values, &f->value_room, f->value_count + 1, sizeof *f->values);
    hp_value *v = &f->values[f->value_count++];
    *v = hp_nil();
    /* nil stands in for a dead object: the heap is not asked then */
    if (*f->at == '#') {
        f->at++;
        void *object = hp_object((uint32_t)hp_parse_number(f));
        if (object) *v = hp_reference(object);
        else f->stale = 1;
        return;
    }
    if (*f->at == '"' || *f->at == '\'') {
        int text = *f->at == '"';
        hp_parse_quoted(f, &bytes, &length);
        v->type = text ? HP_TEXT : HP_CHARACTER;
        if (text) v->as.text.bytes = bytes, v->as.text.length = length;
        else v->as.character = hp_decode(bytes, length);
        return;
    }
    char *word = f->at, *end = NULL;
    length = strcspn(word, " ");
    f->at += length;
    if (length == 3 && !memcmp(word, "nil", 3)) return;
    if (length == 4 && !memcmp(word, "true", 4)) *v = hp_boolean(1);
    else if (length == 5 && !memcmp(word, "false", 5)) *v = hp_boolean(0);
    else if (strcspn(word, ".eEin") < length) v->type = HP_FLOAT, v->as.number = strtod(word, &end);
    else *v = hp_integer(strtoll(word, &end, 10));
    if (v->type > HP_BOOLEAN && (!length || end != f->at)) f->at = word, hp_unread(f);
}

static void hp_parse_values(hp_frame *f) {
    while (*f->at == ' ') f->at++, hp_parse_value(f);
}

static void hp_parse_object(hp_frame *f) {
    if (!strncmp(f->at, "nil", 3)) f->at += 3, f->number = -1;
    else hp_skip(f, "#"), f->number = (int64_t)hp_parse_number(f);
}

/* Commands. Reasons are looked for in the contract's order, from `nil` to `not-plain`; the rest is the heap's. */

#define HP_ANY 0x3F
#define HP_OF(kind) (1u << (kind))

static hp_result hp_find(hp_frame *f, unsigned kinds) {
    if (f->number < 0) return HP_REFUSED_NIL;
    f->object = hp_object((uint32_t)f->number);
    if (!f->object) return HP_REFUSED_STALE;
    return kinds >> hp_.objects[f->number].kind & 1 ? HP_DONE : HP_REFUSED_KIND;
}

static void hp_answer(hp_result result, const hp_value *value) {
    static const char *const reasons[] = {
        "", "", " reentrant", " frame", " nil", " stale", " kind", " index", " field", " stale-value", " not-plain",
        " overflow", " not-held", " capacity", " setting", " inapplicable", " panicked"};
    if ((unsigned)result > HP_REFUSED_PANICKED) hp_fail("a function gave the result %d, which there is not", (int)result);
    hp_puts(result == HP_DONE ? "done" : "refused");
    hp_puts(reasons[result]);
    if (result == HP_DONE && value) hp_put(" ", 1), hp_put_value(value);
    hp_end_line();
}

static void hp_answer_new(hp_result result, void *made, hp_kind kind) {
    hp_value value = hp_reference(made);
    if (result == HP_DONE) hp_allocated(made, kind);
    hp_answer(result, &value);
}

/* `#1.x`, `#1[0]`, `#1{0}`, `*#1`, also with ` = VALUE` behind, and `remove #1.x`. */
static void hp_access(hp_frame *f, int box, int remove) {
    const hp_heap *h = hp_.heap;
    char *field = NULL;
    size_t index = 0;
    unsigned kinds = HP_OF(HP_BOX);
    hp_parse_object(f);
    if (!box && *f->at == '.') {
        kinds = HP_OF(HP_TABLE);
        field = ++f->at;
        f->at += strcspn(f->at, " ");
    } else if (!box) {
        int element = *f->at == '[';
        kinds = HP_OF(element ? HP_ARRAY : HP_CLOSURE);
        hp_skip(f, element ? "[" : "{");
        index = (size_t)hp_parse_number(f);
        hp_skip(f, element ? "]" : "}");
    }
    int write = *f->at == ' ';
    if (write) {
        char *end = f->at;
        hp_skip(f, " = ");
        hp_parse_value(f);
        *end = '\0';
    }
    if (*f->at || (remove && (write || !field))) hp_unread(f);
    if (!remove && (field ? write ? !h->write_field : !h->read_field : write ? !h->write_index : !h->read_index))
        hp_fail("`%s` is an operation that the greeting did not offer", f->line);
    hp_value out = hp_nil();
    hp_result result = hp_find(f, kinds);
    if (!result && !field && !box && index >= h->length(f->object)) result = HP_REFUSED_INDEX;
    if (!result && f->stale) result = HP_REFUSED_STALE_VALUE;
    if (!result && remove) result = h->remove(f->object, field, &out);
    else if (!result && field)
        result = write ? h->write_field(f->object, field, f->values) : h->read_field(f->object, field, &out);
    else if (!result)
        result = write ? h->write_index(f->object, index, f->values) : h->read_index(f->object, index, &out);
    hp_answer(result, write ? NULL : &out);
}

/* `chain 3` and `ring 3` are as their single calls: each table is stored in the one before it, and dropped. */
static void hp_chain(hp_frame *f, int ring) {
    const hp_heap *h = hp_.heap;
    uint64_t length = hp_parse_number(f);
    void *first = NULL, *last = NULL, *made = NULL;
    if (h->room && length > h->room()) {
        hp_answer(HP_REFUSED_CAPACITY, NULL);
        return;
    }
    for (uint64_t i = 0; i < length; i++, last = made) {
        hp_result result = h->table(&made);
        if (result && !i) {
            hp_answer(result, NULL);
            return;
        }
        if (result) hp_fail("`table` was refused in the middle of a chain; say by `room` how much room there is");
        hp_allocated(made, HP_TABLE);
        hp_value next = hp_reference(made);
        if (!i) first = made;
        else if (h->write_field(last, "next", &next) || h->drop(made)) hp_fail("a chain's store or drop was refused");
    }
    hp_value value = hp_reference(first);
    if (ring && first && h->write_field(last, "next", &value)) hp_fail("the store that closes a ring was refused");
    hp_answer(HP_DONE, &value);
}

static void hp_begin(void) {
    hp_.count = hp_.slot_used = 0;
    hp_.epoch++;
    if (hp_.heap->begin) hp_.heap->begin();
}

/* Whether the line has this first word and the heap the operation; then the word is read. */
static int hp_word(hp_frame *f, const char *word, int has) {
    size_t length = strlen(word);
    if (!has || strncmp(f->line, word, length) || (f->line[length] && f->line[length] != ' ')) return 0;
    f->at = f->line + length;
    return 1;
}

/* `take #1` and its like: an object, and for `push` a value. */
static void hp_object_command(hp_frame *f) {
    const hp_heap *h = hp_.heap;
    enum { WEAK, PUSH, POP, TAKE, DROP, UPGRADE, ON } word = ON;
    unsigned kinds = HP_ANY;
    void *made = NULL;
    hp_value out = hp_nil();
    if (hp_word(f, "take", h->take != 0)) word = TAKE;
    else if (hp_word(f, "drop", h->drop != 0)) word = DROP;
    else if (hp_word(f, "weak", h->weak != 0)) word = WEAK;
    else if (hp_word(f, "upgrade", h->upgrade != 0)) word = UPGRADE, kinds = HP_OF(HP_WEAK);
    else if (hp_word(f, "push", h->push != 0)) word = PUSH, kinds = HP_OF(HP_ARRAY);
    else if (hp_word(f, "pop", h->pop != 0)) word = POP, kinds = HP_OF(HP_ARRAY);
    else if (!hp_word(f, "on", h->on != 0)) hp_unread(f);
    hp_skip(f, " ");
    hp_parse_object(f);
    hp_parse_values(f);
    if (*f->at || f->value_count != (word == PUSH)) hp_unread(f);
    hp_result result = hp_find(f, kinds);
    if (result == HP_REFUSED_NIL && (word == TAKE || word == DROP)) {
        hp_answer(HP_DONE, NULL);
        return;
    }
    if (!result && word == POP && h->length(f->object) == 0) result = HP_REFUSED_INDEX;
    if (!result && f->stale) result = HP_REFUSED_STALE_VALUE;
    if (!result) switch (word) {
        case WEAK: result = h->weak(f->object, &made); break;
        case PUSH: result = h->push(f->object, f->values); break;
        case POP: result = h->pop(f->object, &out); break;
        case TAKE: result = h->take(f->object); break;
        case DROP: result = h->drop(f->object); break;
        case UPGRADE: result = h->upgrade(f->object, &out); break;
        case ON:
            hp_.objects[f->number].has_code = 1;
            result = h->on(f->object);
        }
    if (word == WEAK) hp_answer_new(result, made, HP_WEAK);
    else hp_answer(result, word == POP || word == UPGRADE ? &out : NULL);
}

/* Allocations with values. */
static void hp_make(hp_frame *f, hp_kind kind) {
    const hp_heap *h = hp_.heap;
    uint32_t function = 0;
    void *made = NULL;
    hp_result result;
    if (kind == HP_CLOSURE) hp_skip(f, " "), function = (uint32_t)hp_parse_number(f);
    hp_parse_values(f);
    if (*f->at || ((kind == HP_BOX || kind == HP_SCALAR) && f->value_count != 1)) hp_unread(f);
    if (f->stale) result = HP_REFUSED_STALE_VALUE;
    else if (kind == HP_SCALAR && f->values->type == HP_REFERENCE) result = HP_REFUSED_NOT_PLAIN;
    else if (kind == HP_ARRAY) result = h->array(f->values, f->value_count, &made);
    else if (kind == HP_CLOSURE) result = h->closure(function, f->values, f->value_count, &made);
    else if (kind == HP_TABLE) result = h->table(&made);
    else result = (kind == HP_BOX ? h->box : h->scalar)(f->values, &made);
    hp_answer_new(result, made, kind);
}

/* Whether a line is of none of the operations that the library knows. */
static int hp_is_other(const char *line) {
    static const char *const known[] = {"take ", "drop ", "weak ", "upgrade ", "push ", "pop ", "on "};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strncmp(line, known[i], strlen(known[i]))) return 0;
    return 1;
}

static void hp_command(hp_frame *f) {
    const hp_heap *h = hp_.heap;
    hp_value out = hp_nil();
    hp_result result;
    int chain = h->table && h->write_field && h->drop, collect = !strcmp(f->line, "collect") && h->collect;
    f->at = f->line;
    f->value_count = 0;
    f->stale = 0;
    hp_.numbered_before = hp_.count;
    if (*f->at == '#' || !strncmp(f->at, "nil", 3)) hp_access(f, 0, 0);
    else if (*f->at == '*') f->at++, hp_access(f, 1, 0);
    else if (hp_word(f, "remove", h->remove != 0)) hp_skip(f, " "), hp_access(f, 0, 1);
    else if (hp_word(f, "table", h->table != 0)) hp_make(f, HP_TABLE);
    else if (hp_word(f, "array", h->array != 0)) hp_make(f, HP_ARRAY);
    else if (hp_word(f, "closure", h->closure != 0)) hp_make(f, HP_CLOSURE);
    else if (hp_word(f, "box", h->box != 0)) hp_make(f, HP_BOX);
    else if (hp_word(f, "scalar", h->scalar != 0)) hp_make(f, HP_SCALAR);
    else if (hp_word(f, "chain", chain)) hp_skip(f, " "), hp_chain(f, 0);
    else if (hp_word(f, "ring", chain)) hp_skip(f, " "), hp_chain(f, 1);
    else if (!strcmp(f->line, "look")) hp_look();
    else if (!strcmp(f->line, "begin")) hp_begin(), hp_answer(HP_DONE, NULL);
    else if (!strcmp(f->line, "close") && h->close) h->close(), hp_answer(HP_DONE, NULL);
    else if (collect || (h->other && hp_is_other(f->line))) {
        result = collect ? h->collect(&out) : h->other(f->line, &out);
        hp_answer(result, out.type == HP_NIL ? NULL : &out);
    } else hp_object_command(f);
}

/* Reads and carries out commands, within user code until that ends. Gives 1 after `panic`. */
static int hp_commands(int nested) {
    hp_frame f = {0};
    size_t length;
    int ended = 0, panicked = 0;
    while (!ended) {
        char *line = hp_next_line(&length);
        if (!line && nested) exit(0);
        if (!line) break;
        f.line = hp_grow(f.line, &f.line_room, length + 1, 1);
        memcpy(f.line, line, length);
        f.line[length] = '\0';
        panicked = !strcmp(f.line, "panic");
        ended = panicked || !strcmp(f.line, "return");
        if (!ended) hp_command(&f);
        else if (!nested) hp_fail("`%s`, but no user code is running", f.line);
    }
    free(f.line);
    free(f.values);
    return panicked;
}

int hp_run_code(void *object) {
    uint32_t number = hp_number_of(object, "hp_run_code");
    size_t outer = hp_.numbered_before;
    if (!hp_.objects[number].has_code) return 0; /* its code is empty */
    hp_puts("began "), hp_put_number(number), hp_end_line();
    int panicked = hp_commands(1);
    hp_.numbered_before = outer;
    return panicked;
}

static void hp_greet(const hp_heap *h) {
    static const char *const observations[] = {" refusals", " contents", " counts", " strong", " journal", " sets"};
    int index = h->length || h->box;
    const struct { const char *name; int has; } operations[] = {
        {" Table", h->table != 0}, {" Box", h->box != 0}, {" Array", h->array != 0}, {" Closure", h->closure != 0},
        {" Scalar", h->scalar != 0}, {" Weak", h->weak != 0},
        {" Chain", h->table && h->write_field && h->drop}, {" Ring", h->table && h->write_field && h->drop},
        {" ReadField", h->table && h->read_field}, {" WriteField", h->table && h->write_field},
        {" Remove", h->table && h->remove},
        {" ReadElement", h->array && h->read_index}, {" WriteElement", h->array && h->write_index},
        {" Push", h->array && h->push}, {" Pop", h->array && h->pop},
        {" ReadCapture", h->closure && h->read_index}, {" WriteCapture", h->closure && h->write_index},
        {" ReadBox", h->box && h->read_index}, {" WriteBox", h->box && h->write_index},
        {" Take", h->take != 0}, {" Drop", h->drop != 0}, {" Upgrade", h->weak && h->upgrade},
        {" Collect", h->collect != 0}, {" On", h->on != 0}, {" Panic", h->on && h->panics}};
    if (!h->name || !h->version) hp_fail("the heap needs a name and a version");
    if (!h->length && (h->array || h->closure) && (h->read_index || h->write_index || h->pop))
        hp_fail("arrays and closures need the function `length`");
    if (!h->look && h->observations & (HP_CONTENTS | HP_COUNTS | HP_STRONG))
        hp_fail("contents and counts need the function `look`");
    if (!index && (h->read_index || h->write_index)) hp_fail("`read_index` and `write_index` need something to index");
    hp_puts("heapproof 1\nname "), hp_puts(h->name), hp_put(" ", 1), hp_puts(h->version), hp_puts("\noperations");
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        if (operations[i].has) hp_puts(operations[i].name);
    if (h->other_operations) hp_put(" ", 1), hp_puts(h->other_operations);
    hp_puts("\nobservations");
    for (size_t i = 0; i < 6; i++)
        if (h->observations >> i & 1) hp_puts(observations[i]);
    if (h->close) hp_puts(" closing");
    if (h->dialect && *h->dialect) hp_puts("\ndialect "), hp_puts(h->dialect);
    hp_puts(h->begin ? "\nbegin anew" : "\nbegin fresh");
    hp_puts(h->look_disturbs ? "\nlook disturbs" : "\nlook harmless");
    hp_puts(h->runs_differ ? "\nruns differ" : "\nruns alike");
    hp_puts("\nready"), hp_end_line();
}

int hp_main(const hp_heap *heap) {
    hp_.heap = heap;
    /* The protocol takes descriptors of its own. Stray reads find nothing, and stray prints go to standard error. */
    hp_.in = fcntl(0, F_DUPFD_CLOEXEC, 3);
    hp_.out = fcntl(1, F_DUPFD_CLOEXEC, 3);
    int nothing = open("/dev/null", O_RDONLY);
    if (hp_.in < 0 || hp_.out < 0 || nothing < 0 || dup2(nothing, 0) < 0 || dup2(2, 1) < 0)
        hp_fail("can't move standard input and output: %s", strerror(errno));
    close(nothing);
    setvbuf(stdout, NULL, _IOLBF, 0);
    hp_watch();
    hp_greet(heap);
    hp_begin();
    hp_commands(0);
    return 0;
}

#endif
