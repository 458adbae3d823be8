//! The progress of a run: a bar on a terminal, else a line now and then, so that a log shows that the run goes on.

use super::say;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::cell::Cell;
use std::fmt::Write;
use std::time::Duration;

/// The time between two lines.
const INTERVAL: Duration = Duration::from_secs(10);

/// What most commands count.
const PROGRAMS: &str = "programs";

pub(super) struct Progress {
    bar: ProgressBar,
    /// What is counted.
    what: &'static str,
    lines: Option<Lines>,
}

/// When lines are due.
struct Lines {
    next: Cell<Duration>,
}

impl Progress {
    /// That of so many programs.
    pub fn of_programs(count: u64) -> Progress {
        Progress::of(count, PROGRAMS)
    }

    /// That of so many of something.
    pub fn of(count: u64, what: &'static str) -> Progress {
        let template = format!("{{bar:40}} {{pos}}/{{len}} {what}, {{each_second}}/s, {{eta}} left");
        Progress::new(ProgressBar::new(count).with_style(style(&template)), what)
    }

    /// That of programs for a time.
    pub fn of_time(time: Duration) -> Progress {
        let template = format!("{{spinner}} {{pos}} programs, {{each_second}}/s, {{elapsed}} of {} s", time.as_secs());
        Progress::new(ProgressBar::no_length().with_style(style(&template)), PROGRAMS)
    }

    /// That of what has a message of its own.
    pub fn of_messages() -> Progress {
        Progress::new(ProgressBar::no_length().with_style(style("{spinner} {msg}, {elapsed}")), PROGRAMS)
    }

    fn new(bar: ProgressBar, what: &'static str) -> Progress {
        bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
        let lines = bar.is_hidden().then(Lines::default);
        Progress { bar, what, lines }
    }

    /// So many programs, or what else is counted, are done after this time; `left` says what is left of them or of the time.
    pub fn programs(&self, programs: u64, elapsed: Duration, left: impl Fn() -> Option<Duration>) {
        self.bar.set_position(programs);
        self.line(elapsed, || {
            let each_second = programs as f64 / elapsed.as_secs_f64().max(1e-9);
            let left = left().map_or_else(String::new, |left| format!(", about {} s left", left.as_secs()));
            format!("{programs} {} after {} s, {each_second:.0}/s{left}", self.what, elapsed.as_secs())
        });
    }

    /// So many of all are done after this time.
    pub fn so_many(&self, done: usize, all: usize, elapsed: Duration) {
        self.programs(done as u64, elapsed, || left(done as f64, all as f64, elapsed));
    }

    /// It is so far after this time.
    pub fn message(&self, elapsed: Duration, message: impl Fn() -> String) {
        if self.lines.is_none() {
            self.bar.set_message(message());
            self.bar.tick();
        }
        self.line(elapsed, || format!("{} after {} s", message(), elapsed.as_secs()));
    }

    fn line(&self, elapsed: Duration, text: impl FnOnce() -> String) {
        if self.lines.as_ref().is_some_and(|lines| lines.are_due(elapsed)) {
            say(&text());
        }
    }

    /// Does work that prints.
    pub fn suspend<T>(&self, work: impl FnOnce() -> T) -> T {
        self.bar.suspend(work)
    }

    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// A command that ends early leaves no bar on the terminal.
impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

impl Default for Lines {
    fn default() -> Lines {
        Lines { next: Cell::new(INTERVAL) }
    }
}

impl Lines {
    /// Whether a line is due after this time. The first comes late, since most runs are short.
    fn are_due(&self, elapsed: Duration) -> bool {
        let is_due = elapsed >= self.next.get();
        if is_due {
            self.next.set(elapsed + INTERVAL);
        }
        is_due
    }
}

/// How long the rest takes if it takes as long as what is done.
pub(super) fn left(done: f64, all: f64, elapsed: Duration) -> Option<Duration> {
    let rest = (all - done).max(0.0) / done;
    Duration::try_from_secs_f64(elapsed.as_secs_f64() * rest).ok()
}

fn style(template: &str) -> ProgressStyle {
    let each_second = |state: &ProgressState, out: &mut dyn Write| {
        // An error here is no reason to fail.
        let _ = write!(out, "{:.0}", state.per_sec());
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
    style.with_key("each_second", each_second)
}

#[cfg(test)]
mod tests {
    use super::{Lines, left};
    use std::time::Duration;

    #[test]
    fn a_line_is_due_every_ten_seconds_and_none_in_a_short_run() {
        let lines = Lines::default();
        let seconds = [0, 1, 9, 10, 11, 19, 21, 30, 31, 45];
        let due: Vec<u64> = seconds.into_iter().filter(|second| lines.are_due(Duration::from_secs(*second))).collect();
        assert_eq!(due, [10, 21, 31, 45]);
    }

    #[test]
    fn the_rest_takes_as_long_as_what_is_done() {
        let ten = Duration::from_secs(10);
        assert_eq!(left(2.5, 10.0, ten), Some(Duration::from_secs(30)));
        assert_eq!(left(0.0, 10.0, ten), None);
    }
}
