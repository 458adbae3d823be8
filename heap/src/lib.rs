//! A reference-counted heap with cycle collection, for the virtual machine of a scripting
//! language.
//!
//! Objects are tables, arrays, closures, boxes, scalars, weak references and ephemerons. The virtual machine
//! (the *mutator*) names them by [`ObjectId`], and tells the [`Heap`] what it holds: it holds a
//! new object once, [`Heap::inc_ref`] and [`Heap::dec_ref`] change that, and what it stores in
//! other objects is counted for it. An object dies as soon as nothing refers to it strongly.
//! Cycles that nothing reaches any more die when they are collected, which happens by itself
//! every so often, or when [`Heap::collect_cycles`] asks for it.
//!
//! ```
//! use heapproof_heap::{Heap, Value};
//!
//! let mut heap = Heap::<()>::new();
//! let person = heap.allocate_table()?;
//! let name = heap.allocate_box(Value::from("Ada"))?;
//! heap.set_field(person, "name", name.into())?;
//! heap.dec_ref(name)?; // the field keeps it
//! assert_eq!(heap.get_box(name)?, Value::from("Ada"));
//!
//! heap.dec_ref(person)?; // and now both are gone
//! assert!(heap.is_empty());
//! assert!(heap.get_box(name).is_err());
//! # Ok::<(), heapproof_heap::HeapError>(())
//! ```
//!
//! What is promised:
//!
//! - A wrong call returns a [`HeapError`] and changes nothing. An id that outlived its object is
//!   recognised, and never reaches the slot's next tenant. Nothing panics.
//! - No depth of nesting overflows the stack, neither in release nor in collection.
//! - [Finalizers](Host::finalize) may call whatever the heap offers, and may make objects live
//!   again. A panic in one ends that finalizer and nothing else. A heap that is dropped with objects alive runs none.
//! - Counts are exact at every moment in which the mutator or a finalizer can look.
//!
//! [`Heap::verify_heap`] compares all that the heap records with what it is derived from, and
//! [`Heap::attempt_recovery`] makes it anew, should a defect have damaged it. In builds with debug
//! assertions a heap verifies itself every so often, see
//! [`Configuration::with_verification_interval`]; in others [`Heap::quick_health_check`] is cheap
//! enough to be called now and then. What a heap does it says through the `log` facade, if it is
//! [verbose](Configuration::with_verbose).
//!
//! An object takes 32 bytes, 8 more for the set of candidates that it can be in, and what its values
//! take beyond: nothing for a box, a scalar or a weak reference, 48 bytes for an ephemeron, 16 for each element, capture or
//! field. Counts above 255 take an entry of a map. Once collections have been made, they keep up to 8
//! bytes for each slot, and once cycles have been detected, that keeps up to 16.
//! Slots are used again, and given back where that is asked for ([`Heap::shrink`]). Up to 12 fields a table shares their names with all
//! tables that have the same; a [`Symbol`] is compared with names as a number, and a [`FieldSite`] finds
//! a field without looking at names. A larger
//! table takes 32 bytes for each field and an index of its names; so do all tables with new
//! combinations of names once a heap has seen 4,096, which a program that uses small tables as
//! dictionaries does.
//!
//! What a collection costs follows what might be garbage, not the heap: it starts from objects that
//! have lost a reference. Where these can't be judged by what they refer to, the live heap is marked from
//! what the mutator holds, and that costs what lives. What lives as long as the program can be
//! [pinned](Heap::pin), and then costs no collection anything. The checks that happen by themselves, and
//! [`Heap::collect_slice`], do not do that at once, but keep to a budget, which follows what was allocated
//! ([`Configuration::with_debt`]). In a frame ([`Heap::begin_frame`]) that budget is another, and what was allocated for the moment goes at its end.
//!
//! With the feature `serde` statistics, reports and the like can be serialised; an id is written as
//! its text. With the feature `visits` it is counted how often objects are reached.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(missing_docs)]

mod allocate;
mod arena;
mod arrays;
mod callbacks;
mod clear;
mod configuration;
mod copying;
mod counts;
mod cycles;
mod digest;
mod directory;
mod elements;
mod ephemerons;
mod error;
#[cfg(feature = "fault-injection")]
mod faults;
mod fields;
mod fifo;
mod finalize;
mod footprint;
mod frames;
mod graph;
mod header;
mod headers;
mod heap;
mod host;
mod id;
mod like;
mod logging;
mod object;
mod pins;
mod read;
mod recovery;
mod release;
mod shapes;
mod shrink;
mod sites;
mod slots;
mod spare;
mod statistics;
mod swap;
mod symbols;
mod transfer;
mod vacancies;
mod value;
mod verify;
mod visits;
mod weak;
mod write;

pub use allocate::New;
pub use configuration::Configuration;
pub use counts::Counts;
pub use cycles::{Budget, Collection};
pub use digest::Parts;
pub use error::HeapError;
#[cfg(feature = "fault-injection")]
pub use faults::Fault;
pub use fields::Fields;
pub use finalize::FinalizerPanic;
pub use frames::FrameStats;
pub use graph::Graph;
pub use heap::Heap;
pub use host::Host;
pub use id::ObjectId;
pub use object::{Kind, View};
pub use recovery::{Lost, Recovery, RecoveryAction, Unknown};
pub use sites::FieldSite;
pub use statistics::HeapStats;
pub use symbols::{FieldName, Symbol};
pub use transfer::To;
pub use value::{Text, Value};
pub use verify::{
    CountKind, ErrorSeverity, Place, Structure, VerificationDetail, VerificationError, VerificationErrorKind,
    VerificationReport,
};

#[cfg(feature = "visits")]
pub use visits::{Visits, visits};

/// The examples of the readme are tests too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
