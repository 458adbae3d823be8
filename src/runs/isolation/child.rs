//! The child: answers questions about programs.

use super::channel;
use super::requests::{Ended, Ran, Request, bytes, read};
use super::watchdog;
use crate::failure::explain::explain;
use crate::failure::viewer::Viewer;
use crate::judge::guard::protocol::{Message, Question};
use crate::judge::lockstep::{self, Failure};
use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use crate::runs::campaign::Judged;
use heapproof_model::Program;
use std::io;
use std::sync::mpsc;

/// Reads questions from standard input until it ends, and writes the answers to standard output. Drops what the subject
/// prints there.
///
/// # Errors
/// If the process may not limit its memory.
pub fn serve(property: Property, subject: &SubjectKind, memory: u64) -> io::Result<()> {
    limit(memory)?;
    channel::open();
    let (send, receive) = mpsc::channel::<Question>();
    // A child that is asked again about a program must answer as before, so everything is compared.
    let subject = subject.clone().patient();
    // Without `--isolate` programs run on a spawned thread too, so a stack is equally deep here.
    std::thread::spawn(move || {
        watchdog::begin();
        lockstep::on_each_line(|step| channel::send(&if step == 0 { Message::First } else { Message::Next }));
        for Question { patience, text, program } in receive {
            watchdog::start(patience);
            let answer = answer(property, &subject, &text, &program);
            watchdog::stop();
            channel::send(&Message::Answer(answer));
        }
    });
    // When standard input ends, the parent has gone, so nobody needs what still runs.
    while let Ok(question) = Question::receive(&mut io::stdin()) {
        if send.send(question).is_err() {
            break;
        }
    }
    Ok(())
}

/// The answer; empty if the question can't be read.
fn answer(property: Property, subject: &SubjectKind, text: &[u8], program: &Program) -> Vec<u8> {
    match read(text) {
        Ok(Request::Run { observes }) => {
            let judged = Judged::here(property, subject, program, observes);
            bytes(&Ran::new(program, judged, watchdog::stop()))
        }
        Ok(Request::Explain { trace, ended }) => {
            let program = named(&trace, program);
            let failure = failure(property, subject, &program, ended);
            bytes(&failure.map(|failure| explain(subject, &program, &failure)))
        }
        Ok(Request::Draw { trace, title, ended, explanation, wanted }) => {
            let program = named(&trace, program);
            let failure = explanation.as_ref().and_then(|_| failure(property, subject, &program, ended));
            let failed = failure.as_ref().zip(explanation.as_deref());
            bytes(&Viewer::new(&title, (property, subject), &program, failed).drawn(&wanted))
        }
        Err(_) => Vec::new(),
    }
}

/// The program with the names of its trace.
fn named(trace: &str, program: &Program) -> Program {
    trace.parse().unwrap_or_else(|_| program.clone())
}

/// How a program fails. If the failure ends the process, the request says how; else the program runs again.
fn failure(property: Property, subject: &SubjectKind, program: &Program, ended: Ended) -> Option<Failure> {
    ended.failure().or_else(|| property.check(subject, program).failure)
}

#[cfg(unix)]
fn limit(memory: u64) -> io::Result<()> {
    use nix::sys::resource::{Resource, setrlimit};
    let bytes = memory.saturating_mul(1 << 20);
    setrlimit(Resource::RLIMIT_AS, bytes, bytes)?;
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    Ok(())
}

#[cfg(not(unix))]
fn limit(_: u64) -> io::Result<()> {
    Ok(())
}
