/* A heap that counts references and collects cycles, as the contract has it.
 *
 * An object dies when its counts fall to 0. It joins a queue then, so that nothing recurses, and the queue is worked off
 * before the outermost call returns. What only cycles hold is found by `collect`, which marks from the roots.
 *
 * `counted --bug`: the old value of an overwritten field is not released.
 *
 *     gcc -O2 -I.. counted.c -o counted
 *     heapproof check --subject 'exec:./counted'
 */
#define HEAPPROOF_IMPLEMENTATION
#include "heapproof.h"

#include <stdbool.h>

#define CAPACITY 1000000

typedef struct object object;

typedef struct {
    char *field; /* null in all but tables */
    hp_value value;
} slot;

struct object {
    hp_kind kind;
    uint64_t external, internal, weak;
    uint32_t function; /* of a closure */
    slot *slots;       /* fields, elements, captures, or the value of a box or a scalar */
    size_t count, room;
    object *target;         /* of a weak object, until it dies */
    bool queued, dead;      /* waits for its turn or has it */
    bool coded, begun;      /* has code, which has begun */
    bool ends;              /* lives as the heap goes away */
    bool member, marked;    /* in the set that a collection has taken, reached by a mark */
    object *before, *after; /* all objects, in order of age */
    object *next;           /* in the queue */
    object *link;           /* in the list of a mark, of a set or of its dead */
};

static object *oldest, *youngest, *queue, *queue_end;
static size_t living;
static bool busy;   /* a call is under way that will work off the queue */
static bool in_set; /* code of a set's member runs */
static bool bug;

/* Values and slots. A slot owns its text; references are counted apart. */

static hp_value copied(const hp_value *value) {
    hp_value copy = *value;
    if (value->type == HP_TEXT) {
        char *bytes = malloc(value->as.text.length + 1);
        memcpy(bytes, value->as.text.bytes, value->as.text.length);
        copy.as.text.bytes = bytes;
    }
    return copy;
}

static void free_text(hp_value *value) {
    if (value->type == HP_TEXT) free((void *)value->as.text.bytes);
}

static object *referred(const hp_value *value) { return value->type == HP_REFERENCE ? value->as.object : NULL; }

static void append(object *o, const char *field, const hp_value *value) {
    if (o->count == o->room) {
        o->room = o->room ? 2 * o->room : 4;
        o->slots = realloc(o->slots, o->room * sizeof *o->slots);
    }
    o->slots[o->count++] = (slot){field ? strdup(field) : NULL, copied(value)};
    if (referred(value)) referred(value)->internal++;
}

static slot *find(object *table, const char *field) {
    for (size_t i = 0; i < table->count; i++)
        if (!strcmp(table->slots[i].field, field)) return &table->slots[i];
    return NULL;
}

/* Deaths. */

static void enqueue_if_lost(object *o) {
    if (o->dead || o->queued || o->external + o->internal > 0) return;
    o->queued = true;
    o->next = NULL;
    if (queue) queue_end->next = o;
    else queue = o;
    queue_end = o;
}

static void release(object *o) {
    if (!o) return;
    o->internal--;
    enqueue_if_lost(o);
}

/* From here on nobody sees the object as living. */
static void die(object *o) {
    o->dead = true;
    living--;
    hp_died(o);
    for (object *other = oldest; o->weak && other; other = other->after)
        if (other->kind == HP_WEAK && other->target == o) other->target = NULL, o->weak--;
    if (o->target) o->target->weak--, o->target = NULL;
    if (o->before) o->before->after = o->after;
    else oldest = o->after;
    if (o->after) o->after->before = o->before;
    else youngest = o->before;
}

static void give_up_contents(object *o) {
    for (size_t i = 0; i < o->count; i++) {
        release(referred(&o->slots[i].value));
        free_text(&o->slots[i].value);
        free(o->slots[i].field);
    }
}

static void free_object(object *o) {
    free(o->slots);
    free(o);
}

/* The first of the queue has its turn, and stays queued during it. Its code may save it. */
static void turn(object *o) {
    bool lost = o->external + o->internal == 0;
    if (lost && o->coded && !o->begun) {
        o->begun = true;
        hp_run_code(o);
        lost = o->external + o->internal == 0;
    }
    queue = o->next;
    o->queued = false;
    if (!lost) return;
    die(o);
    give_up_contents(o);
    free_object(o);
}

/* The end of each call. What code drops waits until the code has returned. */
static hp_result settled(void) {
    if (busy) return HP_DONE;
    busy = true;
    while (queue) turn(queue);
    busy = false;
    return HP_DONE;
}

/* Collection. Lists go through `link`. */

static void mark(object *o, object **list) {
    if (o->marked) return;
    o->marked = true;
    o->link = *list;
    *list = o;
}

/* Marks what the list reaches. */
static void spread(object *list) {
    while (list) {
        object *o = list;
        list = o->link;
        for (size_t i = 0; i < o->count; i++)
            if (referred(&o->slots[i].value)) mark(referred(&o->slots[i].value), &list);
    }
}

/* One pass: the whole garbage is one set. Says whether there was any. */
static bool pass(void) {
    object *list = NULL, *set = NULL, *dead = NULL, **end = &dead, *next;
    for (object *o = oldest; o; o = o->after) o->marked = o->member = false;
    for (object *o = oldest; o; o = o->after)
        if (o->external > 0 || o->queued) mark(o, &list);
    spread(list);
    for (object *o = youngest; o; o = o->before)
        if (!o->marked) o->member = true, o->link = set, set = o;
    if (!set) return false;

    /* The code of all members, also what other code adds meanwhile. Nobody dies, since the queue waits. */
    for (bool again = true; again;) {
        again = false;
        for (object *o = set; o; o = o->link) {
            if (!o->coded || o->begun) continue;
            again = o->begun = in_set = true;
            hp_run_code(o);
            in_set = false;
        }
    }

    /* Members live on if the mutator holds them, or if anything outside the set or another survivor reaches them. The
     * set's list ends here; the dead are those that stay without a mark. */
    list = NULL;
    for (object *o = oldest; o; o = o->after) o->marked = false;
    for (object *o = oldest; o; o = o->after)
        if (!o->member || o->external > 0) mark(o, &list);
    spread(list);
    for (object *o = oldest; o; o = o->after)
        if (!o->marked) *end = o, end = &o->link, o->link = NULL;
    for (object **at = &queue; *at;) { /* being queued saves no member */
        if ((*at)->marked) queue_end = *at, at = &(*at)->next;
        else *at = (*at)->next;
    }
    for (object *o = dead; o; o = o->link) die(o);
    for (object *o = dead; o; o = o->link) give_up_contents(o);
    for (object *o = dead; o; o = next) next = o->link, free_object(o);
    return true;
}

static hp_result collect(hp_value *out) {
    (void)out;
    if (in_set) return HP_REFUSED_REENTRANT;
    bool outermost = !busy;
    for (bool more = true; more;) {
        busy = true;
        more = pass();
        if (outermost) busy = false, settled();
    }
    return HP_DONE;
}

/* Calls. */

static hp_result make(hp_kind kind, const hp_value *values, size_t count, void **made) {
    if (living >= CAPACITY) return HP_REFUSED_CAPACITY;
    object *o = calloc(1, sizeof *o);
    o->kind = kind;
    o->external = 1;
    o->before = youngest;
    if (youngest) youngest->after = o;
    else oldest = o;
    youngest = o;
    living++;
    for (size_t i = 0; i < count; i++) append(o, NULL, &values[i]);
    *made = o;
    return HP_DONE;
}

static size_t room(void) { return CAPACITY - living; }
static hp_result table(void **made) { return make(HP_TABLE, NULL, 0, made); }
static hp_result array(const hp_value *values, size_t n, void **made) { return make(HP_ARRAY, values, n, made); }
static hp_result box(const hp_value *value, void **made) { return make(HP_BOX, value, 1, made); }
static hp_result scalar(const hp_value *value, void **made) { return make(HP_SCALAR, value, 1, made); }

static hp_result closure(uint32_t function, const hp_value *values, size_t count, void **made) {
    hp_result result = make(HP_CLOSURE, values, count, made);
    if (result == HP_DONE) ((object *)*made)->function = function;
    return result;
}

static hp_result weak(void *target, void **made) {
    hp_result result = make(HP_WEAK, NULL, 0, made);
    if (result == HP_DONE) ((object *)*made)->target = target, ((object *)target)->weak++;
    return result;
}

static hp_result upgrade(void *weak, hp_value *out) {
    object *target = ((object *)weak)->target;
    if (target) target->external++;
    *out = hp_reference(target);
    return HP_DONE;
}

/* The new value is counted and in place before the old one is given up. */
static hp_result overwrite(slot *at, const hp_value *value) {
    hp_value old = at->value;
    at->value = copied(value);
    if (referred(value)) referred(value)->internal++;
    if (!bug) release(referred(&old));
    free_text(&old);
    return settled();
}

static hp_result write_field(void *table, const char *field, const hp_value *value) {
    slot *at = find(table, field);
    if (at) return overwrite(at, value);
    append(table, field, value);
    return HP_DONE;
}

static hp_result read_field(void *table, const char *field, hp_value *out) {
    slot *at = find(table, field);
    if (at) *out = at->value;
    return HP_DONE;
}

static size_t length(void *o) { return ((object *)o)->count; }

static hp_result read_index(void *o, size_t index, hp_value *out) {
    *out = ((object *)o)->slots[index].value;
    return HP_DONE;
}

static hp_result write_index(void *o, size_t index, const hp_value *value) {
    return overwrite(&((object *)o)->slots[index], value);
}

static hp_result push(void *array, const hp_value *value) {
    append(array, NULL, value);
    return HP_DONE;
}

/* A reference that is taken out belongs to the mutator. A text is left to the answer, and freed at the next call. */
static hp_result take_out(object *o, slot *at, hp_value *out) {
    static hp_value last;
    free_text(&last);
    last = *out = at->value;
    if (referred(out)) referred(out)->internal--, referred(out)->external++;
    free(at->field);
    o->count--;
    memmove(at, at + 1, (size_t)(o->slots + o->count - at) * sizeof *at);
    return HP_DONE;
}

static hp_result pop(void *array, hp_value *out) {
    object *o = array;
    return take_out(o, &o->slots[o->count - 1], out);
}

static hp_result remove_field(void *table, const char *field, hp_value *out) {
    slot *at = find(table, field);
    return at ? take_out(table, at, out) : HP_REFUSED_FIELD;
}

static hp_result take(void *o) {
    ((object *)o)->external++;
    return HP_DONE;
}

static hp_result drop(void *dropped) {
    object *o = dropped;
    if (o->external == 0) return HP_REFUSED_NOT_HELD;
    o->external--;
    enqueue_if_lost(o);
    return settled();
}

static hp_result on(void *o) {
    ((object *)o)->coded = true;
    return HP_DONE;
}

static int look(void *shown) {
    object *o = shown;
    if (o->kind == HP_CLOSURE) hp_show(hp_integer(o->function));
    if (o->kind == HP_WEAK) hp_show(hp_reference(o->target));
    for (size_t i = 0; i < o->count; i++) {
        if (o->kind == HP_TABLE) hp_show_field(o->slots[i].field, o->slots[i].value);
        else hp_show(o->slots[i].value);
    }
    hp_show_counts(o->external, o->internal, o->weak);
    return 1;
}

/* What lives is finalized, and nothing of it dies. What code allocates is not. */
static void close_heap(void) {
    object *o;
    busy = true;
    for (o = oldest; o; o = o->after) o->ends = true;
    do { /* from the oldest again, since code may collect any of them */
        for (o = oldest; o && !(o->ends && o->coded && !o->begun);) o = o->after;
        if (!o) break;
        o->begun = true;
        hp_run_code(o);
    } while (true);
}

/* Forgets everything, as it is. */
static void begin(void) {
    for (object *o = oldest, *after; o; o = after) {
        after = o->after;
        for (size_t i = 0; i < o->count; i++) free_text(&o->slots[i].value), free(o->slots[i].field);
        free_object(o);
    }
    oldest = youngest = queue = NULL;
    living = 0;
    busy = in_set = false;
}

int main(int count, char **arguments) {
    static const hp_heap heap = {
        .name = "counted-c", .version = "1.0", .dialect = "at-end finalized",
        .observations = HP_REFUSALS | HP_CONTENTS | HP_COUNTS | HP_JOURNAL,
        .panics = 1,
        .begin = begin, .close = close_heap, .room = room, .length = length, .look = look,
        .table = table, .array = array, .closure = closure, .box = box, .scalar = scalar, .weak = weak,
        .read_field = read_field, .write_field = write_field, .remove = remove_field,
        .read_index = read_index, .write_index = write_index, .push = push, .pop = pop,
        .take = take, .drop = drop, .upgrade = upgrade, .collect = collect, .on = on,
    };
    bug = count > 1 && !strcmp(arguments[1], "--bug");
    return hp_main(&heap);
}
