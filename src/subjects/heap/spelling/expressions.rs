//! Writes operations as expressions: calls of the heap's public functions.

use crate::subjects::heap::refusals::done_to;
use heapproof_heap as heap;
use heapproof_model::{Fault, Field, Float, Operation, Refusal, Value};

/// What a call returns when it succeeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gives {
    /// Nothing, and it can't fail.
    Nothing,
    /// A result whose value does not matter.
    Result,
    /// A result with the id of a new object.
    New,
    /// A result with the id of an object, or nil.
    Id,
    /// A result with a value.
    Value,
    /// A result with a length, or with whether it was done.
    Plain,
    /// A result with a collection, which is complete or not.
    Collection,
    /// A result that says whether it is complete.
    Complete,
}

/// Writes references: a variable, or an expression for an id.
pub(super) trait Refer<R>: Place {
    /// The id of an object.
    fn id(&self, reference: R) -> Result<String, String>;
}

/// What a call needs to know of its place.
pub(super) trait Place {
    /// The variable of the heap, as an argument of a function.
    fn heap(&self) -> &'static str;
    /// All references that the mutator holds.
    fn roots(&self) -> Result<String, String>;
    /// The report that a recovery takes as its hint.
    fn report(&self) -> &'static str {
        "&heap.verify_heap()"
    }
    /// Whether fields are found through sites.
    fn by_site(&self) -> bool;
}

/// The call of an operation.
pub(super) fn expression<R: Copy>(operation: &Operation<R>, refer: &dyn Refer<R>) -> Result<(String, Gives), String> {
    let id = |object: &Option<R>| object.map_or_else(|| Ok("ObjectId::NIL".to_owned()), |object| refer.id(object));
    let value = |value: &Value<R>| value_of(value, refer);
    let list = |values: &[Value<R>]| values_of(values, refer);
    Ok(match operation {
        Operation::Table {} => ("heap.allocate_table()".to_owned(), Gives::New),
        Operation::TableLike { like, values } => {
            (format!("heap.allocate_table_like({}, &{})", id(like)?, list(values)?), Gives::New)
        }
        Operation::Array { values } => (format!("heap.allocate_array(&{})", list(values)?), Gives::New),
        Operation::Closure { function, values } => {
            (format!("heap.allocate_closure({function}, &{})", list(values)?), Gives::New)
        }
        Operation::Box { value: held } => (format!("heap.allocate_box({})", value(held)?), Gives::New),
        Operation::Scalar { value: held } => (format!("heap.allocate_scalar({})", value(held)?), Gives::New),
        Operation::Weak { target } => (format!("heap.allocate_weak({})", id(target)?), Gives::New),
        Operation::Ephemeron { key, value: held } => {
            (format!("heap.allocate_ephemeron({}, {})", id(key)?, value(held)?), Gives::New)
        }
        Operation::Temp { allocation } => {
            (format!("heap.allocate_temporary({})", temporary(allocation, refer)?), Gives::New)
        }
        Operation::ReadField { object, field } => (at_field(refer, &id(object)?, field, None), Gives::Value),
        Operation::ReadElement { object, index } => {
            (format!("heap.get_element({}, {index})", id(object)?), Gives::Value)
        }
        Operation::ReadCapture { object, index } => {
            (format!("heap.get_capture({}, {index})", id(object)?), Gives::Value)
        }
        Operation::ReadBox { object } => (format!("heap.get_box({})", id(object)?), Gives::Value),
        Operation::Length { object } => (format!("heap.length({})", id(object)?), Gives::Plain),
        Operation::WriteField { object, field, value: stored } => {
            (at_field(refer, &id(object)?, field, Some(value(stored)?)), Gives::Result)
        }
        Operation::WriteElement { object, index, value: stored } => {
            (format!("heap.set_element({}, {index}, {})", id(object)?, value(stored)?), Gives::Result)
        }
        Operation::WriteCapture { object, index, value: stored } => {
            (format!("heap.set_capture({}, {index}, {})", id(object)?, value(stored)?), Gives::Result)
        }
        Operation::WriteBox { object, value: stored } => {
            (format!("heap.set_box({}, {})", id(object)?, value(stored)?), Gives::Result)
        }
        Operation::Push { object, value: pushed } => {
            (format!("heap.push({}, {})", id(object)?, value(pushed)?), Gives::Result)
        }
        Operation::Pop { object } => (format!("heap.pop({})", id(object)?), Gives::Value),
        Operation::Remove { object, field } => {
            (format!("heap.remove_field({}, {:?})", id(object)?, field.as_str()), Gives::Value)
        }
        Operation::RemoveElement { object, index } => {
            (format!("heap.remove_element({}, {index})", id(object)?), Gives::Value)
        }
        Operation::SwapRemove { object, index } => {
            (format!("heap.swap_remove({}, {index})", id(object)?), Gives::Value)
        }
        Operation::Insert { object, index, value: stored } => {
            (format!("heap.insert_element({}, {index}, {})", id(object)?, value(stored)?), Gives::Result)
        }
        Operation::Truncate { object, length } => (format!("heap.truncate({}, {length})", id(object)?), Gives::Result),
        Operation::Clear { object } => (format!("heap.clear({})", id(object)?), Gives::Result),
        Operation::Swap { object, index, other, place } => {
            (format!("heap.swap({}, {index}, {}, {place})", id(object)?, id(other)?), Gives::Result)
        }
        Operation::Fill { object, index, count, value: stored } => {
            (format!("heap.fill({}, {index}, {count}, {})", id(object)?, value(stored)?), Gives::Result)
        }
        Operation::Transfer { store } => (transfer(&store.0, refer)?, Gives::Result),
        Operation::Take { object } => (format!("heap.inc_ref({})", id(object)?), Gives::Result),
        Operation::TryTake { object } => (format!("heap.try_hold({})", id(object)?), Gives::Plain),
        Operation::Pin { object } => (format!("heap.pin({})", id(object)?), Gives::Result),
        Operation::Unpin { object } => (format!("heap.unpin({})", id(object)?), Gives::Result),
        Operation::Drop { object } => (format!("heap.dec_ref({})", id(object)?), Gives::Result),
        Operation::Upgrade { weak } => (format!("heap.upgrade({})", id(weak)?), Gives::Id),
        // What it gives is code of the test's, as that of `on`.
        Operation::On { object, .. } | Operation::Inherit { object, .. } => {
            (format!("heap.arm_finalizer({})", id(object)?), Gives::Result)
        }
        Operation::When { weak, .. } => (format!("heap.arm_callback({})", id(weak)?), Gives::Result),
        Operation::Fault { fault, object } => {
            (format!("heap.inject(Fault::{}, {})", fault_variant(*fault)?, id(object)?), Gives::Result)
        }
        other => return management(other, refer),
    })
}

/// Collections, detections, frames and recovery.
fn management<R: Copy>(operation: &Operation<R>, refer: &dyn Refer<R>) -> Result<(String, Gives), String> {
    Ok(match operation {
        Operation::Collect {} => ("heap.collect_cycles()".to_owned(), Gives::Result),
        Operation::Check {} => ("heap.maybe_check_cycles()".to_owned(), Gives::Nothing),
        Operation::CollectSlice { objects } => (format!("heap.collect_slice({objects})"), Gives::Collection),
        Operation::Detect {} => ("heap.detect_cycles()".to_owned(), Gives::Nothing),
        Operation::DetectFull {} => ("heap.detect_cycles_full()".to_owned(), Gives::Nothing),
        Operation::DetectSlice { objects } => (format!("heap.detect_slice({objects})"), Gives::Complete),
        Operation::Shrink {} => ("heap.shrink()".to_owned(), Gives::Result),
        // Outside of finalizers the heap may be damaged, and other code writes the call.
        Operation::Verify {} => ("assert!(heap.verify_heap().is_clean())".to_owned(), Gives::Nothing),
        Operation::Begin { objects } => (format!("heap.begin_frame(Budget::Objects({objects}))"), Gives::Result),
        Operation::End {} => ("heap.end_frame()".to_owned(), Gives::Result),
        Operation::Recover {} => (format!("heap.attempt_recovery({}, None)", refer.report()), Gives::Result),
        Operation::RecoverRoots {} => {
            let (roots, report) = (refer.roots()?, refer.report());
            (format!("heap.attempt_recovery({report}, Some(&[{roots}]))"), Gives::Result)
        }
        other => return Err(format!("the heap has no function for `{}`", other.code().name())),
    })
}

fn at_field<R>(refer: &dyn Refer<R>, object: &str, field: &Field, value: Option<String>) -> String {
    let (name, heap) = (field.as_str(), refer.heap());
    match (refer.by_site(), value) {
        (false, None) => format!("heap.get_field({object}, {name:?})"),
        (false, Some(value)) => format!("heap.set_field({object}, {name:?}, {value})"),
        (true, None) => format!("at_site({heap}, {name:?}, |heap, site| heap.get_field_at({object}, site))"),
        (true, Some(value)) => {
            format!("at_site({heap}, {name:?}, |heap, site| heap.set_field_at({object}, site, {value}))")
        }
    }
}

fn temporary<R: Copy>(allocation: &Operation<R>, refer: &dyn Refer<R>) -> Result<String, String> {
    let id = |object: &Option<R>| object.map_or_else(|| Ok("ObjectId::NIL".to_owned()), |object| refer.id(object));
    Ok(match allocation {
        Operation::TableLike { like, values } => {
            format!("New::TableLike {{ {}, values: &{} }}", set("like", &id(like)?), values_of(values, refer)?)
        }
        Operation::Array { values } => format!("New::Array(&{})", values_of(values, refer)?),
        Operation::Closure { function, values } => {
            format!("New::Closure {{ function: {function}, captures: &{} }}", values_of(values, refer)?)
        }
        Operation::Box { value } => format!("New::Box({})", value_of(value, refer)?),
        Operation::Scalar { value } => format!("New::Scalar({})", value_of(value, refer)?),
        Operation::Weak { target } => format!("New::Weak({})", id(target)?),
        Operation::Ephemeron { key, value } => {
            format!("New::Ephemeron {{ {}, value: {} }}", set("key", &id(key)?), value_of(value, refer)?)
        }
        _ => "New::Table".to_owned(),
    })
}

/// A field of a struct, with what it is set to; once, if that is called like it.
fn set(field: &str, to: &str) -> String {
    if field == to { field.to_owned() } else { format!("{field}: {to}") }
}

fn transfer<R: Copy>(store: &Operation<R>, refer: &dyn Refer<R>) -> Result<String, String> {
    let holder = done_to(store).map_or_else(|| Ok("ObjectId::NIL".to_owned()), |holder| refer.id(holder))?;
    let value = store.stored().map_or_else(|| Ok("Value::Nil".to_owned()), |value| value_of(value, refer))?;
    let to = match store {
        Operation::WriteField { field, .. } if refer.by_site() => {
            let (name, heap) = (field.as_str(), refer.heap());
            let transfer = format!("heap.transfer({holder}, To::FieldAt(site), {value})");
            return Ok(format!("at_site({heap}, {name:?}, |heap, site| {transfer})"));
        }
        Operation::WriteField { field, .. } => format!("To::Field({:?}.into())", field.as_str()),
        Operation::WriteElement { index, .. } => format!("To::Element({index})"),
        Operation::WriteCapture { index, .. } => format!("To::Capture({index})"),
        Operation::Insert { index, .. } => format!("To::Before({index})"),
        Operation::Push { .. } => "To::End".to_owned(),
        _ => "To::Box".to_owned(),
    };
    Ok(format!("heap.transfer({holder}, {to}, {value})"))
}

pub(super) fn value_of<R: Copy>(value: &Value<R>, refer: &dyn Refer<R>) -> Result<String, String> {
    Ok(match value {
        Value::Nil => "Value::Nil".to_owned(),
        Value::Bool(value) => format!("Value::Bool({value})"),
        Value::Char(value) => format!("Value::Char({value:?})"),
        Value::Int(value) => format!("Value::Int({value})"),
        Value::Float(value) => format!("Value::Float({})", float(*value)),
        Value::Text(value) => format!("Value::from({value:?})"),
        Value::Reference(reference) => format!("Value::Reference({})", refer.id(*reference)?),
    })
}

pub(super) fn values_of<R: Copy>(values: &[Value<R>], refer: &dyn Refer<R>) -> Result<String, String> {
    let values: Vec<String> = values.iter().map(|value| value_of(value, refer)).collect::<Result<_, _>>()?;
    Ok(format!("[{}]", values.join(", ")))
}

fn float(value: Float) -> String {
    match value.get() {
        value if value.is_nan() => "f64::NAN".to_owned(),
        f64::INFINITY => "f64::INFINITY".to_owned(),
        f64::NEG_INFINITY => "f64::NEG_INFINITY".to_owned(),
        value => format!("{value:?}"),
    }
}

/// The heap's name of a fault.
fn fault_variant(fault: Fault) -> Result<String, String> {
    let same = heap::Fault::ALL.iter().find(|known| known.word() == fault.word());
    same.map(|fault| format!("{fault:?}")).ok_or_else(|| format!("the heap has no fault `{}`", fault.word()))
}

/// The pattern of the error for a refusal. A stale id is one error if it is that of `object`, or of the `other` that the operation is done to
/// as well, and another error if it is not.
pub(super) fn error_pattern(refusal: Refusal, object: &str, other: Option<&str>) -> String {
    if let (Refusal::Stale, Some(other)) = (refusal, other) {
        return format!("Err(HeapError::Stale {{ object: stale }}) if [{object}, {other}].contains(&stale)");
    }
    let variant = match refusal {
        Refusal::Stale => return format!("Err(HeapError::Stale {{ object: stale }}) if stale == {object}"),
        Refusal::StaleValue => return format!("Err(HeapError::Stale {{ object: stale }}) if stale != {object}"),
        Refusal::Reentrant => "Reentrant",
        Refusal::Frame => "Frame",
        Refusal::Nil => "Nil",
        Refusal::Kind => "Kind { .. }",
        Refusal::Index => "Index { .. }",
        Refusal::Field => "Field { .. }",
        Refusal::NotPlain => "ScalarReference { .. }",
        Refusal::Overflow => "Overflow { .. }",
        Refusal::NotHeld => "NotHeld { .. }",
        Refusal::Capacity => "Capacity",
        Refusal::Setting => "Setting { .. }",
        Refusal::Inapplicable => "Inapplicable",
        // Not in this heap's dialect.
        Refusal::Panicked => return "Err(_)".to_owned(),
    };
    format!("Err(HeapError::{variant})")
}
