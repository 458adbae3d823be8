//! Starts processes from one thread that never ends.
//!
//! Linux can end a process with its parent, but the parent is a thread there: who starts a child in a thread that ends, ends
//! the child.

use std::io;
use std::process::{Child, Command};
use std::sync::mpsc::{Sender, channel};
use std::sync::{LazyLock, Mutex, PoisonError};

type Request = (Command, Sender<io::Result<Child>>);

static STARTER: LazyLock<Mutex<Sender<Request>>> = LazyLock::new(|| {
    let (send, requests) = channel::<Request>();
    std::thread::spawn(move || {
        for (mut command, answer) in requests {
            // Nobody waits for the answer where the asking thread has ended.
            let _ = answer.send(command.spawn());
        }
    });
    Mutex::new(send)
});

/// Starts a process.
///
/// # Errors
/// If that fails.
pub(super) fn start(command: Command) -> io::Result<Child> {
    let (send, answer) = channel();
    let gone = || io::Error::other("the thread that starts processes has ended");
    STARTER.lock().unwrap_or_else(PoisonError::into_inner).send((command, send)).map_err(|_| gone())?;
    answer.recv().map_err(|_| gone())?
}
