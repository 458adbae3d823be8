//! A conversation with a child: what is asked, what comes back, and how it is lost when that is not what was asked for.

use super::Greeting;
use super::child::{Child, shortened};
use super::coming::{Queue, write};
use super::pool::Served;
use super::words::{Answer, Seen};
use crate::judge::lost::{Loss, Lost};
use crate::judge::subject::Coming;
use heapproof_model::Object;
use heapproof_model::dialect::Names;
use std::collections::BTreeMap;

/// What is said to the child, also where it is only looked at.
pub(super) struct Talk {
    pub served: Option<Served>,
    /// What was asked and is not called yet.
    pub announced: Queue,
    /// What the last look has shown, until something changes.
    pub seen: Option<BTreeMap<Object, Seen>>,
    pub lost: Option<Lost>,
}

impl Talk {
    /// With a child that has said nothing of this program.
    pub fn with(served: Served) -> Talk {
        Talk { served: Some(served), announced: Queue::default(), seen: None, lost: None }
    }

    pub fn child(&mut self) -> Option<&mut Child> {
        self.served.as_mut().filter(|_| self.lost.is_none()).map(|served| &mut served.child)
    }

    pub fn wrong(&mut self, how: Loss) {
        let lost = self.child().map(|child| child.wrong(how));
        self.lost = self.lost.take().or(lost);
    }

    /// The next line of the child, as `read` reads it; `None` where it is lost.
    pub fn next<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        if self.served.as_mut().is_some_and(|served| std::mem::take(&mut served.begins)) {
            self.line(|line| (line == "done").then_some(()))?;
        }
        self.line(read)
    }

    fn line<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let line = match self.child()?.line() {
            Ok(line) => line,
            Err(lost) => {
                self.lost = Some(lost);
                return None;
            }
        };
        match read(line) {
            Some(read) => Some(read),
            None => {
                let is_one = Answer::parse(line).is_some() || line.starts_with("end ");
                let line = shortened(line);
                self.wrong(if is_one { Loss::Untimely(line) } else { Loss::Garbled(line) });
                None
            }
        }
    }

    /// Asks that, unless it was asked ahead.
    pub fn ask(&mut self, now: &Coming) {
        let Some(served) = self.served.as_mut().filter(|_| self.lost.is_none()) else { return };
        if self.announced.is_empty() && !served.begins && served.child.says_more() {
            let lost = served.child.line().map(shortened);
            return match lost {
                Ok(line) => self.wrong(Loss::Untimely(line)),
                Err(lost) => self.lost = Some(lost),
            };
        }
        let out = served.child.outbox();
        match self.announced.next(out) {
            Some(announced) if announced == *now => {}
            Some(_) => self.wrong(Loss::Contradicted("what was asked ahead is not what is asked now".to_owned())),
            None => write(now, out),
        }
    }

    /// Looks, unless nothing has changed since the last look.
    pub fn look(&mut self, greeting: &Greeting, lives: &[bool]) {
        if self.seen.is_some() || self.lost.is_some() {
            return;
        }
        self.ask(&Coming::Look);
        self.read_look(greeting, lives);
        self.lost.iter_mut().for_each(|lost| lost.looked = true);
    }

    /// Reads what a look shows.
    fn read_look(&mut self, greeting: &Greeting, lives: &[bool]) {
        let mut seen = BTreeMap::new();
        let count = loop {
            match self.next(|line| Shown::parse(line, greeting)) {
                Some(Shown::Object(object, shown)) => drop(seen.insert(object, *shown)),
                Some(Shown::End(count)) => break count,
                None => return,
            }
        };
        let may_leave_out = greeting.dialect.names == Names::Held;
        let wrong = match count == seen.len() {
            false => Some(format!("it looks at {} objects and says {count}", seen.len())),
            true => contradiction(&seen, lives, may_leave_out),
        };
        match wrong {
            Some(wrong) => self.wrong(Loss::Contradicted(wrong)),
            None => self.seen = Some(seen),
        }
    }
}

/// A line of the answer to a look.
enum Shown {
    Object(Object, Box<Seen>),
    End(usize),
}

impl Shown {
    fn parse(line: &str, greeting: &Greeting) -> Option<Shown> {
        match line.strip_prefix("end ") {
            Some(count) => count.parse().ok().map(Shown::End),
            None => Seen::parse(line, greeting).map(|(object, seen)| Shown::Object(object, Box::new(seen))),
        }
    }
}

/// How a look contradicts what was said of deaths, if it does.
fn contradiction(seen: &BTreeMap<Object, Seen>, lives: &[bool], may_leave_out: bool) -> Option<String> {
    let lives_by_number = |object: &Object| lives.get(object.index()).copied().unwrap_or(false);
    if let Some(object) = seen.keys().find(|object| !lives_by_number(object)) {
        return Some(format!("a look shows object {}, which has died or was never there", object.0));
    }
    let mut living = (0..lives.len() as u32).map(Object).filter(lives_by_number);
    let left_out = living.find(|object| !may_leave_out && !seen.contains_key(object))?;
    Some(format!("a look leaves out object {}, which has not died", left_out.0))
}
