//! The one table of operations.
//!
//! An entry has a byte tag, a text form (a `$` for each operand), what the operation returns, its weight in the default
//! mix, its name and its operands. The order of the entries is the order of simplicity: a minimiser prefers an earlier
//! one. Tags never change: a tag once used is never given to another operation; 0 stands for none. From the table the macro makes
//! [`Operation`], [`Code`], the parser, the printer, the encoder and the decoder. What an operation *does* is in
//! [`crate::reference`] and in each subject's adapter, in a `match` that the compiler keeps complete.

mod line;
mod mention;
mod operand;
pub mod part;

pub use line::{DEEPEST_FINALIZER, Line};
pub use operand::Store;

use crate::fault::Fault;
use crate::value::{Field, Kind, Name, Object, Value};
use mention::Mention;
use operand::Operand;
use part::{AsPart, Part};

/// Calls a macro with the table: here to define operations, in `text` and `bytes` to write them.
macro_rules! operations {
    ($with:ident) => {
        $with! {
            // Reading and moving counts.
            /// Gives the mutator one more reference.
            0x40 "take $" Nothing 40 Take { object: Option<R> }
            /// Gives up one reference of the mutator.
            0x41 "drop $" Nothing 120 Drop { object: Option<R> }
            /// Returns a new reference to a weak object's target, if the target lives.
            0x42 "upgrade $" New 18 Upgrade { weak: Option<R> }
            /// Gives the mutator one more reference if the object lives and is not dying; says whether it does.
            0x43 "try take $" Nothing 16 TryTake { object: Option<R> }
            /// Returns the value of a table's field.
            0x20 "$.$" Look 14 ReadField { object: Option<R>, field: Field }
            /// Returns the value of an array's element.
            0x21 "$[$]" Look 10 ReadElement { object: Option<R>, index: u32 }
            /// Returns the value of a closure's capture.
            0x22 "${$}" Look 8 ReadCapture { object: Option<R>, index: u32 }
            /// Returns the value in a box, or of an ephemeron.
            0x23 "*$" Look 8 ReadBox { object: Option<R> }
            /// Returns how many elements an array has.
            0x24 "length $" Nothing 8 Length { object: Option<R> }

            // Writing.
            /// Stores in a table's field.
            0x30 "$.$ = $" Nothing 130 WriteField { object: Option<R>, field: Field, value: Value<R> }
            /// Stores in an array's element.
            0x31 "$[$] = $" Nothing 30 WriteElement { object: Option<R>, index: u32, value: Value<R> }
            /// Stores in a closure's capture.
            0x32 "${$} = $" Nothing 24 WriteCapture { object: Option<R>, index: u32, value: Value<R> }
            /// Stores in a box.
            0x33 "*$ = $" Nothing 24 WriteBox { object: Option<R>, value: Value<R> }
            /// Appends to an array.
            0x34 "push $ $" Nothing 34 Push { object: Option<R>, value: Value<R> }
            /// Removes the last element of an array and returns it; a reference then belongs to the caller.
            0x35 "pop $" Own 20 Pop { object: Option<R> }
            /// Removes a field of a table and returns its value; a reference then belongs to the caller.
            0x36 "remove $.$" Own 20 Remove { object: Option<R>, field: Field }
            /// Removes all elements of an array, or all fields of a table.
            0x3d "clear $" Nothing 14 Clear { object: Option<R> }
            /// Removes an element of an array and returns it, as `pop` does; those behind it move up.
            0x38 "remove $[$]" Own 16 RemoveElement { object: Option<R>, index: u32 }
            /// Does the same, but the last element takes the place.
            0x39 "swap remove $[$]" Own 14 SwapRemove { object: Option<R>, index: u32 }
            /// Adds an element to an array in front of the one at the index, or at the end.
            0x37 "insert $[$] $" Nothing 22 Insert { object: Option<R>, index: u32, value: Value<R> }
            /// Removes the elements of an array from that many on.
            0x3a "truncate $ $" Nothing 16 Truncate { object: Option<R>, length: u32 }
            /// Stores one value in so many elements of an array, from an index on.
            0x3b "fill $[$ $] $" Nothing 18 Fill { object: Option<R>, index: u32, count: u32, value: Value<R> }
            /// Exchanges an element of an array with one of another, or of the same.
            0x3e "swap $[$] $[$]" Nothing 18 Swap { object: Option<R>, index: u32, other: Option<R>, place: u32 }
            /// Stores a value, and gives up the mutator's reference to it in the same call.
            0x3c "transfer $" Nothing 30 Transfer { store: Store<R> }

            // Allocating.
            /// Allocates a table without fields.
            0x10 "table" New 90 Table {}
            /// Allocates a box.
            0x13 "box $" New 24 Box { value: Value<R> }
            /// Allocates an array.
            0x11 "array $" New 30 Array { values: Vec<Value<R>> }
            /// Allocates a closure.
            0x12 "closure $ $" New 24 Closure { function: u32, values: Vec<Value<R>> }
            /// Allocates a scalar.
            0x14 "scalar $" New 10 Scalar { value: Value<R> }
            /// Allocates a weak object.
            0x15 "weak $" New 36 Weak { target: Option<R> }
            /// Allocates an ephemeron: a weak object whose target is its key, with a value.
            0x19 "ephemeron $ $" New 30 Ephemeron { key: Option<R>, value: Value<R> }
            /// Allocates a table with the fields of another one, and these values.
            0x1a "table like $ $" New 30 TableLike { like: Option<R>, values: Vec<Value<R>> }
            /// Allocates tables, each in the field `next` of the one before.
            0x16 "chain $" New 3 Chain { length: u32 }
            /// Allocates a chain whose last table refers to its first.
            0x17 "ring $" New 4 Ring { length: u32 }

            // Managing.
            /// Frees all garbage.
            0x50 "collect" Nothing 16 Collect {}
            /// Makes the automatic check, if one is due.
            0x51 "check" Nothing 16 Check {}
            /// Finds all cycles by examining the whole heap.
            0x52 "detect full" Nothing 12 DetectFull {}
            /// Finds the same cycles by examining only what has changed.
            0x53 "detect" Nothing 14 Detect {}
            /// Does a slice of a detection, and returns whether it is complete.
            0x54 "detect $" Nothing 30 DetectSlice { objects: u32 }
            /// Does a slice of a collection, and returns whether it is complete.
            0x55 "collect $" Nothing 26 CollectSlice { objects: u32 }
            /// Makes an object a root until it is unpinned.
            0x44 "pin $" Nothing 12 Pin { object: Option<R> }
            /// Takes a pin back.
            0x45 "unpin $" Nothing 12 Unpin { object: Option<R> }
            /// Gives back memory that nothing lives in.
            0x59 "shrink" Nothing 8 Shrink {}
            /// Verifies the heap.
            0x58 "verify" Nothing 6 Verify {}

            // Frames.
            /// Opens a frame, in which checks may touch that many objects.
            0x56 "begin $" Nothing 48 Begin { objects: u32 }
            /// Closes the frame.
            0x57 "end" Nothing 70 End {}
            /// Allocates an object whose reference the end of the frame gives up.
            0x18 "temp $" New 200 Temp { allocation: Box<Operation<R>> }

            // User code.
            /// Adds a line to an object's finalizer.
            0x60 "on $: $" Nothing 60 On { object: Option<R>, line: Box<Line> }
            /// Gives an object the finalizer of another.
            0x63 "on $ like $" Nothing 16 Inherit { object: Option<R>, from: Option<R> }
            /// Adds a line to a weak object's callback, which runs when its target has died.
            0x62 "when $: $" Nothing 40 When { weak: Option<R>, line: Box<Line> }
            /// Ends its finalizer or callback by a panic.
            0x61 "panic" Nothing 4 Panic {}

            // Damage.
            /// Damages the heap.
            0x70 "fault $ $" Nothing 18 Fault { fault: Fault, object: Option<R> }
            /// Repairs the heap from its own contents.
            0x71 "recover" Nothing 2 Recover {}
            /// Repairs the heap, which also gets the references that the mutator holds.
            0x72 "recover roots" Nothing 2 RecoverRoots {}

            // Configuration.
            /// The initial number of operations between two automatic checks.
            0x01 "set interval $" Nothing 50 SetInterval { operations: u32 }
            /// The least and greatest interval that tuning may set.
            0x02 "set bounds $ $" Nothing 30 SetBounds { least: u32, greatest: u32 }
            /// The most objects that may live at once.
            0x03 "set capacity $" Nothing 8 SetCapacity { objects: u32 }
            /// The ceiling of each count.
            0x04 "set counts $" Nothing 8 SetCounts { ceiling: u32 }
            /// The most objects that one slot may hold, one after the other.
            0x05 "set generations $" Nothing 20 SetGenerations { ceiling: u32 }
            /// Whether allocations make automatic checks.
            0x06 "set checks $" Nothing 8 SetChecks { on: bool }
            /// How many objects a check may touch.
            0x07 "set budget $" Nothing 40 SetBudget { objects: u32 }
            /// Operations between two verifications that the heap makes by itself.
            0x08 "set verify $" Nothing 10 SetVerify { operations: u32 }
            /// After how many allocations a check is due, and how many objects it may touch for each of them.
            0x09 "set debt $ $" Nothing 50 SetDebt { allocations: u32, objects: u32 }

            // Expectations, which ask and do nothing. They have no tag: bytes leave them out (SPEC 10.20).
            /// So many objects live.
            0 "expect live $" Nothing 0 ExpectLive { objects: u32 }
            /// The object is dead.
            0 "expect dead $" Nothing 0 ExpectDead { object: Option<R> }
            /// There are so many strong references to the object.
            0 "expect $ $" Nothing 0 ExpectStrong { object: Option<R>, count: i64 }
            /// The mutator holds so many references to the object.
            0 "expect $ external $" Nothing 0 ExpectExternal { object: Option<R>, count: i64 }
            /// That value stands in a table's field.
            0 "expect $.$ = $" Nothing 0 ExpectField { object: Option<R>, field: Field, value: Value<R> }
        }
    };
}
pub(crate) use operations;

/// What an operation returns to its caller, and so whether a line may bind a name to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// Nothing to bind.
    Nothing,
    /// An id that is not counted: a line may bind it.
    Look,
    /// A reference that belongs to the caller, or another value: a line may bind it.
    Own,
    /// A reference that belongs to the caller: a line must bind it.
    New,
}

macro_rules! defined {
    ($($(#[$doc:meta])* $tag:literal $text:literal $gives:ident $weight:literal
       $code:ident { $($operand:ident: $type:ty),* })*) => {
        /// An operation and its operands; `R` is a [`Name`] in programs and an [`Object`] in calls.
        ///
        /// An operand `object`, `target`, `key` or `weak` of `None` is nil.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[allow(missing_docs)] // the operands are named for what they are
        pub enum Operation<R> {
            $($(#[$doc])* $code { $($operand: $type),* },)*
        }

        /// An operation without its operands, in order of simplicity.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $($(#[$doc])* $code,)*
        }

        impl Code {
            /// All operations and expectations, in order of simplicity.
            pub const EVERY: &[Code] = &[$(Code::$code),*];

            /// The byte that begins its record; an expectation has none.
            pub fn tag(self) -> Option<u8> {
                let tag = match self { $(Code::$code => $tag),* };
                (tag != 0).then_some(tag)
            }

            /// Its form in a trace, a `$` for each operand.
            pub fn text(self) -> &'static str {
                match self { $(Code::$code => $text),* }
            }

            /// What it returns.
            pub fn gives(self) -> Gives {
                match self { $(Code::$code => Gives::$gives),* }
            }

            /// How often it occurs in the default mix, relative to the others.
            pub fn weight(self) -> u32 {
                match self { $(Code::$code => $weight),* }
            }

            /// Its name, as in `WriteField`.
            pub fn name(self) -> &'static str {
                match self { $(Code::$code => stringify!($code)),* }
            }
        }

        impl<R> Operation<R> {
            /// Which operation it is.
            pub fn code(&self) -> Code {
                match self { $(Operation::$code { .. } => Code::$code),* }
            }
        }

        impl Operation<Object> {
            /// The objects that it names, as operands or as values. Those of a finalizer's line are not known yet.
            pub fn objects(&self) -> Vec<Object> {
                let mut objects = Vec::new();
                let each = &mut |object| objects.push(object);
                match self { $(Operation::$code { $($operand),* } => { $($operand.mention(each);)* let _ = each; })* }
                objects
            }
        }

        impl Operation<Name> {
            /// The same operation with objects for names; `None` where a name is unbound.
            pub fn resolve(&self, look_up: &dyn Fn(Name) -> Option<Object>) -> Option<Operation<Object>> {
                Some(match self {
                    $(Operation::$code { $($operand),* } =>
                        Operation::$code { $($operand: $operand.resolve(look_up)?),* },)*
                })
            }

            /// Calls `each` with every name that it uses, including those in a finalizer's operation.
            pub(crate) fn rename(&mut self, each: &mut dyn FnMut(&mut Name)) {
                match self { $(Operation::$code { $($operand),* } => { $($operand.rename(each);)* let _ = each; })* }
            }

            /// What it is done to, if that is an object.
            pub fn receiver(&self) -> Option<Name> {
                let mut operation = self.clone();
                operation.parts().into_iter().find_map(|part| match part {
                    Part::Object(object) => *object,
                    Part::Store(store) => store.receiver(),
                    _ => None,
                })
            }

            /// The operation with the simplest operands.
            pub fn simplest(code: Code) -> Self {
                match code { $(Code::$code => Operation::$code { $($operand: AsPart::simplest()),* },)* }
            }

            /// Its operands in order, for changes.
            pub fn parts(&mut self) -> Vec<Part<'_>> {
                match self { $(Operation::$code { $($operand),* } => vec![$($operand.part()),*],)* }
            }
        }
    };
}
operations!(defined);

impl Operation<Object> {
    /// Whether it can be done to a damaged heap; other operations are skipped (SPEC 7.6).
    pub fn suits_damage(&self) -> bool {
        matches!(
            self,
            Operation::Verify {} | Operation::Recover {} | Operation::RecoverRoots {} | Operation::Fault { .. }
        )
    }
}

impl<R> Operation<R> {
    /// The value that it stores, if it [stores](Code::stores) one.
    pub fn stored(&self) -> Option<&Value<R>> {
        match self {
            Operation::WriteField { value, .. }
            | Operation::WriteElement { value, .. }
            | Operation::WriteCapture { value, .. }
            | Operation::WriteBox { value, .. }
            | Operation::Push { value, .. }
            | Operation::Insert { value, .. } => Some(value),
            Operation::Transfer { store: Store(store) } => store.stored(),
            _ => None,
        }
    }

    /// The field that it names, itself or in the write or the line of user code that stands in it.
    pub fn field(&self) -> Option<&Field> {
        match self {
            Operation::ReadField { field, .. }
            | Operation::WriteField { field, .. }
            | Operation::Remove { field, .. }
            | Operation::ExpectField { field, .. } => Some(field),
            Operation::Transfer { store: Store(store) } => store.field(),
            Operation::On { line, .. } | Operation::When { line, .. } => line.operation.field(),
            _ => None,
        }
    }

    /// The object whose finalizer or callback it adds a line to, and that line.
    pub fn armed(&self) -> Option<(Option<&R>, &Line)> {
        match self {
            Operation::On { object, line } | Operation::When { weak: object, line } => Some((object.as_ref(), line)),
            _ => None,
        }
    }

    /// That line, to be changed.
    pub fn armed_mut(&mut self) -> Option<&mut Line> {
        match self {
            Operation::On { line, .. } | Operation::When { line, .. } => Some(line),
            _ => None,
        }
    }

    /// The kind of object that it allocates; `None` if it allocates nothing.
    pub fn allocated(&self) -> Option<Kind> {
        Some(match self {
            Operation::Temp { allocation } => return allocation.allocated(),
            Operation::Table {} | Operation::TableLike { .. } => Kind::Table,
            Operation::Chain { .. } | Operation::Ring { .. } => Kind::Table,
            Operation::Box { .. } => Kind::Box,
            Operation::Array { .. } => Kind::Array,
            Operation::Closure { .. } => Kind::Closure,
            Operation::Scalar { .. } => Kind::Scalar,
            Operation::Weak { .. } | Operation::Ephemeron { .. } => Kind::Weak,
            _ => return None,
        })
    }
}

impl Code {
    /// All operations, in order of simplicity.
    pub const ALL: &[Code] = Code::EVERY.split_at(Code::ExpectLive as usize).0;

    /// The operation of that tag.
    pub fn from_tag(tag: u8) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.tag() == Some(tag))
    }

    /// Whether it is a setting, and so comes before all other operations.
    pub fn is_setting(self) -> bool {
        (Code::SetInterval..=Code::SetDebt).contains(&self)
    }

    /// Whether it sets when checks are due: by an interval or by debt (SPEC 4.9).
    pub fn paces_checks(self) -> bool {
        matches!(self, Code::SetInterval | Code::SetBounds | Code::SetDebt)
    }

    /// Whether it only says what the heap must be. No heap carries it out.
    pub fn is_expectation(self) -> bool {
        self >= Code::ExpectLive
    }

    /// Whether it allocates one object that is not a temporary.
    pub fn allocates_plainly(self) -> bool {
        (Code::Table..=Code::TableLike).contains(&self)
    }

    /// Whether it allocates one object. Such operations check first (SPEC 4).
    pub fn allocates(self) -> bool {
        self.allocates_plainly() || self == Code::Temp
    }

    /// Whether it adds lines to user code.
    pub fn arms(self) -> bool {
        matches!(self, Code::On | Code::Inherit | Code::When)
    }

    /// Whether it stores one value in one place, so that it can stand in a `transfer`.
    pub fn stores(self) -> bool {
        (Code::WriteField..=Code::Push).contains(&self) || self == Code::Insert
    }

    /// Whether it reads.
    pub fn reads(self) -> bool {
        (Code::ReadField..=Code::Length).contains(&self)
    }

    /// Whether it can be done within finalizers, unless a set's finalizers forbid it too (SPEC 2.8).
    pub fn suits_finalizers(self) -> bool {
        !matches!(self, Code::Temp | Code::Begin | Code::End | Code::Shrink | Code::Recover | Code::RecoverRoots)
    }

    /// Whether it writes contents.
    pub fn writes(self) -> bool {
        (Code::WriteField..=Code::Transfer).contains(&self)
    }
}
