//! The child: runs the programs that it is given.

use crate::judge::guard::protocol::{self, FAILED, FIRST, NEXT, PASSED};
use crate::judge::lockstep;
use crate::judge::properties::Property;
use crate::judge::subject::SubjectKind;
use heapproof_model::Program;
use std::io::{self, Write};
use std::sync::mpsc::channel;

/// Serves programs from standard input until it ends, and says on standard output what comes of each.
///
/// # Errors
/// Where the process may not limit itself.
pub fn serve(property: Property, subject: &SubjectKind, memory: u64) -> io::Result<()> {
    limit(memory)?;
    let (send, receive) = channel::<Program>();
    let subject = subject.clone();
    // Where the heap is tested otherwise, it runs on such threads too, so that a stack is as deep here as there.
    std::thread::spawn(move || {
        for program in receive {
            lockstep::on_each_line(|step| say(if step == 0 { FIRST } else { NEXT }));
            let failed = property.check(&subject, &program).failure.is_some();
            say(if failed { FAILED } else { PASSED });
        }
    });
    // Whoever wanted to know has gone when this ends, so whatever still runs is of no use.
    while let Ok(program) = protocol::receive(&mut io::stdin()) {
        if send.send(program).is_err() {
            break;
        }
    }
    Ok(())
}

/// Where it can't be said, nobody listens any more.
fn say(byte: u8) {
    let mut out = io::stdout();
    let _ = out.write_all(&[byte]).and_then(|()| out.flush());
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
