//! The channel for the messages of a child: its former standard output, used for nothing else.
//!
//! What the subject prints goes to `/dev/null`, since it would corrupt the messages.

use crate::judge::guard::protocol::Message;
use std::io::{self, Write};
use std::sync::{Mutex, OnceLock, PoisonError};

static CHANNEL: OnceLock<Mutex<Box<dyn Write + Send>>> = OnceLock::new();

/// Opens it, once.
pub(super) fn open() {
    CHANNEL.get_or_init(|| Mutex::new(take_standard_output().unwrap_or_else(|_| Box::new(io::stdout()))));
}

/// Sends a message. It ignores errors: then the parent has gone.
pub(super) fn send(message: &Message) {
    if let Some(channel) = CHANNEL.get() {
        let _ = message.send(&mut *channel.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(unix)]
fn take_standard_output() -> io::Result<Box<dyn Write + Send>> {
    use std::os::fd::AsFd;
    let channel = io::stdout().as_fd().try_clone_to_owned()?;
    nix::unistd::dup2_stdout(std::fs::File::create("/dev/null")?)?;
    Ok(Box::new(io::BufWriter::new(std::fs::File::from(channel))))
}

#[cfg(not(unix))]
fn take_standard_output() -> io::Result<Box<dyn Write + Send>> {
    Ok(Box::new(io::stdout()))
}
