//! How faults are made in what several objects have in common: shapes, known cycles, the collection
//! under way, the open frame.

use std::sync::Arc;

use super::Fault;
use crate::arena::NONE;
use crate::fields::Values;
use crate::header::Mark;
use crate::object::Content;
use crate::{Heap, Host, ObjectId};

impl<H: Host> Heap<H> {
    pub(super) fn damage_shape_link(&mut self, fault: Fault, object: ObjectId) -> Option<()> {
        let Content::Table { shape: own, values: Values::Shaped(_) } = *self.arena.content(object).ok()? else {
            return None;
        };
        let shape = self.shapes.list.get(own as usize)?;
        let (parent, last) = (shape.parent, Arc::clone(shape.names.last()?.name()));
        if fault == Fault::ShapeLinkMissing {
            let children = &mut self.shapes.list.get_mut(parent as usize)?.children;
            return if children.get(&last) == Some(&own) { children.remove(&last).map(|_| ()) } else { None };
        }
        let is_free = |number: u32| number != parent && !self.shapes.list[number as usize].children.contains_key(&last);
        let other = (0..self.shapes.list.len() as u32).find(|&number| is_free(number))?;
        self.shapes.list.get_mut(other as usize)?.children.insert(last, own);
        Some(())
    }

    pub(super) fn damage_known_cycles(&mut self, fault: Fault, object: ObjectId) -> Option<()> {
        let is_member = self.cycles.all().any(|(_, members, _)| members.contains(&object));
        let recorded = self.cycles.of_slot(object.slot());
        let damaged = match fault {
            Fault::CycleEntryMissing if is_member && recorded != NONE => NONE,
            Fault::CycleEntryExtra if !is_member => self.cycles.all().next()?.0,
            _ => return None,
        };
        self.cycles.misdirect(object.slot(), damaged);
        Some(())
    }

    pub(super) fn damage_pass(&mut self, fault: Fault, object: ObjectId) -> Option<()> {
        let under_way = self.slices.marking().is_under_way();
        match (under_way, fault == Fault::PassEntryMissing, self.arena.headers.is_white(object.slot())) {
            (true, true, false) | (false, false, false) => {}
            (true, false, true) => {
                self.slices.go_on_from(object.slot());
                return Some(());
            }
            _ => return None,
        }
        let mut white = self.arena.headers.colour;
        white.flip();
        self.arena.headers.find_mut(object).ok()?.marks.paint(white);
        // Nothing may show that the mark has come to it: then there is nothing wrong.
        if self.verify_colours(&self.census()).iter().any(|error| error.object == object) {
            return Some(());
        }
        self.arena.headers.paint(object.slot());
        None
    }

    pub(super) fn damage_temporaries(&mut self, fault: Fault, object: ObjectId) -> Option<()> {
        let marks = &mut self.arena.headers.find_mut(object).ok()?.marks;
        if fault == Fault::TemporaryFlag {
            marks.set(Mark::Temporary);
            if let Some(frame) = &mut self.frame {
                frame.temporaries.retain(|&it| it != object);
            }
            return Some(());
        }
        let temporaries = &mut self.frame.as_mut()?.temporaries;
        marks.clear(Mark::Temporary);
        if !temporaries.contains(&object) {
            temporaries.push(object);
        }
        Some(())
    }
}
