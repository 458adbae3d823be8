//! What calls return beside their values (SPEC 9.4): what has happened in the call, or since its frame was opened.

use super::Telling;
use crate::failure::explain::story::Lines;
use crate::judge::figure::Figure;
use heapproof_model::{Code, Event, Operation};

impl Telling<'_> {
    /// Tells what a figure is the number of.
    pub(super) fn returned(&mut self, figure: Figure) {
        let story = self.story;
        let operation = |moment: usize| story.history.moments[moment].operation.as_ref().map(Operation::code);
        let ends = operation(story.at) == Some(Code::End);
        match figure {
            Figure::Objects => self.sets(),
            Figure::Cycles if matches!(operation(story.at), Some(Code::Detect | Code::DetectFull)) => self.known(),
            Figure::Cycles => self.statistics("cycles_collected"),
            Figure::Checks => self.statistics("checks"),
            Figure::Temporaries => {}
        }
        if !ends {
            return;
        }
        let mut lines = Lines::new();
        let begun = story.last_line(&[Code::Begin]).unwrap_or(story.at);
        let temporaries: Vec<usize> =
            (begun..story.at).filter(|moment| operation(*moment) == Some(Code::Temp)).collect();
        let since = story.when(begun, &mut lines);
        let told: Vec<String> = temporaries.iter().map(|moment| story.when(*moment, &mut lines)).collect();
        let text = match (figure, told.is_empty()) {
            (Figure::Temporaries, false) => {
                format!("the frame is open since {since}; temporaries at {}", told.join(", "))
            }
            (Figure::Temporaries, true) => format!("the frame is open since {since}, and has no temporary"),
            _ => format!("what happens from {since} on belongs to the frame"),
        };
        self.add(text, lines);
    }

    /// Tells which sets have been freed, as far back as the call returns them.
    pub(super) fn sets(&mut self) {
        let story = self.story;
        let moments = &story.history.moments;
        let ends = matches!(moments[story.at].operation, Some(Operation::End {}));
        let first = if ends { story.last_line(&[Code::Begin]).unwrap_or(story.at) } else { story.at };
        let mut none = true;
        for (moment, happened) in moments.iter().enumerate().take(story.at + 1).skip(first) {
            for event in &happened.model.events {
                let Event::Took(set) = event else { continue };
                let mut lines = Lines::new();
                let when = story.when(moment, &mut lines);
                self.add(
                    format!("a set of {} is freed at {when}: {}", set.len(), story.history.names.objects(set)),
                    lines,
                );
                none = false;
            }
        }
        if none {
            self.add("no set is freed".to_owned(), Lines::new());
        }
    }
}
