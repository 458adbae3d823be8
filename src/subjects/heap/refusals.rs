//! Why the heap refuses a call, in the model's words. That depends on what the call is done to: a dead one of these is stale, and a dead value is a
//! stale value.

use heapproof_heap::{HeapError, ObjectId};
use heapproof_model::{Code, Object, Operation, Refusal};

/// The object that an operation is done to, not a value that it stores.
pub(super) fn done_to<R: Copy>(operation: &Operation<R>) -> Option<R> {
    match operation {
        Operation::Take { object }
        | Operation::TryTake { object }
        | Operation::Drop { object }
        | Operation::Pin { object }
        | Operation::Unpin { object }
        | Operation::ReadField { object, .. }
        | Operation::ReadElement { object, .. }
        | Operation::ReadCapture { object, .. }
        | Operation::ReadBox { object }
        | Operation::Length { object }
        | Operation::WriteField { object, .. }
        | Operation::WriteElement { object, .. }
        | Operation::WriteCapture { object, .. }
        | Operation::WriteBox { object, .. }
        | Operation::Push { object, .. }
        | Operation::Pop { object }
        | Operation::Remove { object, .. }
        | Operation::RemoveElement { object, .. }
        | Operation::SwapRemove { object, .. }
        | Operation::Insert { object, .. }
        | Operation::Truncate { object, .. }
        | Operation::Clear { object }
        | Operation::Fill { object, .. }
        | Operation::Swap { object, .. }
        | Operation::Inherit { object, .. }
        | Operation::On { object, .. }
        | Operation::Fault { object, .. } => *object,
        Operation::Upgrade { weak } | Operation::When { weak, .. } => *weak,
        Operation::Weak { target } | Operation::Ephemeron { key: target, .. } => *target,
        Operation::TableLike { like, .. } => *like,
        Operation::Temp { allocation } => done_to(allocation),
        Operation::Transfer { store } => done_to(&store.0),
        _ => None,
    }
}

/// The other object that an operation is done to, if there are two.
pub(super) fn also_done_to<R: Copy>(operation: &Operation<R>) -> Option<R> {
    if let Operation::Swap { other, .. } = operation { *other } else { None }
}

/// The model's refusal for the error of an operation; `object` is the one that it was done to.
pub(super) fn refusal(error: &HeapError, operation: &Operation<Object>, object: ObjectId) -> Refusal {
    match error {
        HeapError::Reentrant => Refusal::Reentrant,
        HeapError::Frame => Refusal::Frame,
        HeapError::Inapplicable => Refusal::Inapplicable,
        HeapError::Nil => Refusal::Nil,
        // A swap stores no value: it is done to both.
        HeapError::Stale { .. } if operation.code() == Code::Swap => Refusal::Stale,
        HeapError::Stale { object: stale } if *stale == object => Refusal::Stale,
        HeapError::Stale { .. } => Refusal::StaleValue,
        HeapError::Kind { .. } => Refusal::Kind,
        HeapError::Index { .. } => Refusal::Index,
        HeapError::Field { .. } => Refusal::Field,
        HeapError::ScalarReference { .. } => Refusal::NotPlain,
        HeapError::Overflow { .. } => Refusal::Overflow,
        HeapError::NotHeld { .. } => Refusal::NotHeld,
        HeapError::Setting { .. } => Refusal::Setting,
        _ => Refusal::Capacity,
    }
}
