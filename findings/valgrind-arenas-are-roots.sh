#!/usr/bin/env bash
# Valgrind 3.19.0 (Debian 12), Memcheck's client requests MALLOCLIKE_BLOCK, CREATE_MEMPOOL and MEMPOOL_ALLOC.
#
# Guess from the manual: a heap that announces its objects by MALLOCLIKE_BLOCK gets the leak check that malloc has, wherever it has its memory
# from; the manual names malloc and mmap as sources of superblocks in one breath. A lost ring is lost.
# What happens: with a superblock from malloc it is so. One from mmap, or a static array, is scanned as a root from end to end, with the objects
# in it. So what any object refers to, dead or not, is reachable: of a lost pair only its head is lost, and a lost ring, or an object that
# refers to itself, is "still reachable", which is not even shown by default. A meta pool around the superblock adds the superblock to the
# sums, and changes nothing else. Chunks of a plain pool, announced by MEMPOOL_ALLOC, are in no sum at all: neither lost nor reachable.
#
# For who writes a heap: let a build for Memcheck take its superblocks from malloc, and lose a ring on purpose to see that it is found. A
# leak check of a heap on mmap that reports nothing has looked at objects only to which nothing in the heap refers.
set -euo pipefail
have=$(valgrind --version 2>/dev/null || echo none)
[ "$have" = valgrind-3.19.0 ] || { echo "skipped: wants valgrind 3.19.0, found $have"; exit 0; }
[ -e /usr/include/valgrind/memcheck.h ] && command -v gcc >/dev/null || { echo "skipped: wants gcc and valgrind's headers"; exit 0; }
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
cat > "$tmp/p.c" <<'X'
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <valgrind/memcheck.h>

struct object { struct object *next; long rest[7]; };

enum { SIZE = 1 << 20, MANY = 100 };
static char array[SIZE] __attribute__((aligned(16)));
static char *free_from, pool;
static int pooled;
struct object *kept;

static struct object *make(void) {
    struct object *made = (struct object *)free_from;
    free_from += 2 * sizeof *made;
    if (pooled) VALGRIND_MEMPOOL_ALLOC(&pool, made, sizeof *made);
    else VALGRIND_MALLOCLIKE_BLOCK(made, sizeof *made, 0, 0);
    made->next = NULL;
    return made;
}

static void single(void) { make(); }
static void pair(void) { struct object *head = make(); head->next = make(); }
static void self(void) { struct object *one = make(); one->next = one; }
static void ring(void) { struct object *one = make(), *other = make(); one->next = other; other->next = one; }

static void overwrite_stack(void) { volatile char rest[8192]; memset((char *)rest, 0, sizeof rest); }

int main(int count, char **words) {
    const char *from = words[1], *names[] = { "alone", "pair", "self", "ring" };
    void (*shapes[])(void) = { single, pair, self, ring };
    if (!strcmp(from, "malloc")) free_from = malloc(SIZE);
    else if (!strcmp(from, "static")) free_from = array;
    else free_from = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!strcmp(from, "mmap-metapool")) {
        VALGRIND_CREATE_MEMPOOL_EXT(&pool, 0, 0, VALGRIND_MEMPOOL_METAPOOL | VALGRIND_MEMPOOL_AUTO_FREE);
        VALGRIND_MEMPOOL_ALLOC(&pool, free_from, SIZE);
    }
    if (!strcmp(from, "mmap-pool")) {
        VALGRIND_MAKE_MEM_NOACCESS(free_from, SIZE);
        VALGRIND_CREATE_MEMPOOL(&pool, 0, 0);
        pooled = 1;
    }
    free_from += 2 * sizeof *kept;
    for (int shape = 0; shape < 4; shape++) {
        if (strcmp(names[shape], words[2])) continue;
        kept = make();  /* the one that is still referred to */
        for (int each = 0; each < MANY; each++) shapes[shape]();
    }
    free_from = NULL;
    overwrite_stack();
    VALGRIND_DO_LEAK_CHECK;
    unsigned long lost, dubious, reachable, suppressed;
    VALGRIND_COUNT_LEAK_BLOCKS(lost, dubious, reachable, suppressed);
    printf("%s, %s: lost %lu, possibly %lu, reachable %lu\n", from, words[2], lost, dubious, reachable);
    return count != 3;
}
X
gcc -O0 -o "$tmp/p" "$tmp/p.c"
echo "$have; one object is kept, and 100 times one alone, two or a ring are lost"
out=$(for from in malloc mmap static mmap-metapool mmap-pool; do
    for shape in alone pair self ring; do timeout 60 valgrind -q --log-file="$tmp/log" "$tmp/p" "$from" "$shape"; done
done); echo "$out"
want='malloc, alone: lost 100, possibly 0, reachable 1
malloc, pair: lost 200, possibly 0, reachable 1
malloc, self: lost 100, possibly 0, reachable 1
malloc, ring: lost 200, possibly 0, reachable 1
mmap, alone: lost 100, possibly 0, reachable 1
mmap, pair: lost 100, possibly 0, reachable 101
mmap, self: lost 0, possibly 0, reachable 101
mmap, ring: lost 0, possibly 0, reachable 201
static, alone: lost 100, possibly 0, reachable 1
static, pair: lost 100, possibly 0, reachable 101
static, self: lost 0, possibly 0, reachable 101
static, ring: lost 0, possibly 0, reachable 201
mmap-metapool, alone: lost 101, possibly 0, reachable 1
mmap-metapool, pair: lost 101, possibly 0, reachable 101
mmap-metapool, self: lost 1, possibly 0, reachable 101
mmap-metapool, ring: lost 1, possibly 0, reachable 201
mmap-pool, alone: lost 0, possibly 0, reachable 0
mmap-pool, pair: lost 0, possibly 0, reachable 0
mmap-pool, self: lost 0, possibly 0, reachable 0
mmap-pool, ring: lost 0, possibly 0, reachable 0'
[ "$out" = "$want" ] || { echo "changed: Memcheck has other roots now"; exit 1; }
