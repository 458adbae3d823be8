//! gc-arena: marks and sweeps incrementally, paid by allocation. A `Gc` can't leave `mutate`, so the workload's handles are
//! numbers of registers, which the arena's root holds, as a virtual machine's would be.

use gc_arena::lock::RefLock;
use gc_arena::{Arena, Collect, Gc, GcWeak, Rootable};

use crate::peer::Peer;

/// How many registers may be free at the end of the file before it is cut: it is traced in one piece.
const SPARE: usize = 65_536;

#[derive(Collect)]
#[collect(no_drop)]
struct Node<'gc> {
    edges: Vec<Pointer<'gc>>,
}

type Pointer<'gc> = Gc<'gc, RefLock<Node<'gc>>>;

#[derive(Collect)]
#[collect(no_drop)]
struct Registers<'gc> {
    strong: Vec<Option<Pointer<'gc>>>,
    weak: Vec<Option<GcWeak<'gc, RefLock<Node<'gc>>>>>,
}

#[derive(Collect)]
#[collect(no_drop)]
struct Root<'gc> {
    registers: Gc<'gc, RefLock<Registers<'gc>>>,
}

/// An arena, and the registers that are free.
pub struct GcArena {
    arena: Arena<Rootable![Root<'_>]>,
    free: Vec<u32>,
    free_weak: Vec<u32>,
}

/// Stores in a register that is free, or in a new one, and gives its number.
#[inline]
fn store<T>(registers: &mut Vec<Option<T>>, free: &mut Vec<u32>, value: T) -> u32 {
    match free.pop() {
        Some(register) => {
            registers[register as usize] = Some(value);
            register
        }
        None => {
            registers.push(Some(value));
            registers.len() as u32 - 1
        }
    }
}

#[inline]
fn pointer<'gc>(registers: &Registers<'gc>, register: u32) -> Pointer<'gc> {
    match registers.strong[register as usize] {
        Some(pointer) => pointer,
        None => unused(),
    }
}

#[cold]
fn unused() -> ! {
    eprintln!("a handle of a register that is not in use");
    std::process::exit(3);
}

impl Peer for GcArena {
    const NAME: &'static str = "gc-arena";
    const VERSION: &'static str = "0.7.0";
    const OWN_TRIGGER: bool = true;

    type Handle = u32;
    type Weak = u32;
    type WeakObject = u32;

    fn new() -> Self {
        let arena = Arena::new(|mutation| {
            let registers = Registers { strong: Vec::new(), weak: Vec::new() };
            Root { registers: Gc::new(mutation, RefLock::new(registers)) }
        });
        Self { arena, free: Vec::new(), free_weak: Vec::new() }
    }

    #[inline]
    fn make(&mut self, edges: usize) -> u32 {
        let Self { arena, free, .. } = self;
        arena.mutate(|mutation, root| {
            let new = Gc::new(mutation, RefLock::new(Node { edges: Vec::with_capacity(edges) }));
            store(&mut root.registers.borrow_mut(mutation).strong, free, new)
        })
    }

    #[inline]
    fn hold(&mut self, object: &u32) -> u32 {
        let Self { arena, free, .. } = self;
        arena.mutate(|mutation, root| {
            let mut registers = root.registers.borrow_mut(mutation);
            let held = pointer(&registers, *object);
            store(&mut registers.strong, free, held)
        })
    }

    #[inline]
    fn give_up(&mut self, object: u32) {
        self.arena.mutate(|mutation, root| root.registers.borrow_mut(mutation).strong[object as usize] = None);
        self.free.push(object);
    }

    #[inline]
    fn add_edge(&mut self, from: &u32, _edge: usize, to: &u32) {
        self.arena.mutate(|mutation, root| {
            let registers = root.registers.borrow();
            let (from, to) = (pointer(&registers, *from), pointer(&registers, *to));
            from.borrow_mut(mutation).edges.push(to);
        });
    }

    #[inline]
    fn set_edge(&mut self, from: &u32, edge: usize, to: &u32) {
        self.arena.mutate(|mutation, root| {
            let registers = root.registers.borrow();
            let (from, to) = (pointer(&registers, *from), pointer(&registers, *to));
            from.borrow_mut(mutation).edges[edge] = to;
        });
    }

    fn collect(&mut self) {
        if self.free.len() > SPARE {
            self.cut();
        }
        self.arena.finish_cycle();
    }

    #[inline]
    fn safe_point(&mut self) {
        self.arena.collect_debt();
    }

    fn weak(&mut self, object: &u32) -> u32 {
        self.make_weak(object)
    }

    #[inline]
    fn try_hold(&mut self, weak: &u32) -> Option<u32> {
        self.upgrade(weak)
    }

    #[inline]
    fn make_weak(&mut self, object: &u32) -> u32 {
        let Self { arena, free_weak, .. } = self;
        arena.mutate(|mutation, root| {
            let mut registers = root.registers.borrow_mut(mutation);
            let weak = Gc::downgrade(pointer(&registers, *object));
            store(&mut registers.weak, free_weak, weak)
        })
    }

    #[inline]
    fn upgrade(&mut self, weak: &u32) -> Option<u32> {
        let Self { arena, free, .. } = self;
        arena.mutate(|mutation, root| {
            let mut registers = root.registers.borrow_mut(mutation);
            let target = registers.weak[*weak as usize]?.upgrade(mutation)?;
            Some(store(&mut registers.strong, free, target))
        })
    }

    #[inline]
    fn drop_weak(&mut self, weak: u32) {
        self.arena.mutate(|mutation, root| root.registers.borrow_mut(mutation).weak[weak as usize] = None);
        self.free_weak.push(weak);
    }
}

impl GcArena {
    fn cut(&mut self) {
        let length = self.arena.mutate(|mutation, root| {
            let strong = &mut root.registers.borrow_mut(mutation).strong;
            let used = strong.iter().rposition(Option::is_some).map_or(0, |it| it + 1);
            strong.truncate(used);
            strong.shrink_to_fit();
            used as u32
        });
        self.free.retain(|register| *register < length);
    }
}
