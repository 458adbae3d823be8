//! Where a child says what it has to say: what was standard output, from now on for this alone.
//!
//! What the subject prints is thrown away; amid answers it would do harm.

use crate::judge::guard::protocol::Said;
use std::io::{self, Write};
use std::sync::{Mutex, OnceLock, PoisonError};

static CHANNEL: OnceLock<Mutex<Box<dyn Write + Send>>> = OnceLock::new();

/// Opens it, once.
pub(super) fn open() {
    CHANNEL.get_or_init(|| Mutex::new(of_its_own().unwrap_or_else(|_| Box::new(io::stdout()))));
}

/// Where it can't be said, nobody listens any more.
pub(super) fn say(said: &Said) {
    if let Some(channel) = CHANNEL.get() {
        let _ = said.send(&mut *channel.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(unix)]
fn of_its_own() -> io::Result<Box<dyn Write + Send>> {
    use std::os::fd::AsFd;
    let channel = io::stdout().as_fd().try_clone_to_owned()?;
    nix::unistd::dup2_stdout(std::fs::File::create("/dev/null")?)?;
    Ok(Box::new(io::BufWriter::new(std::fs::File::from(channel))))
}

#[cfg(not(unix))]
fn of_its_own() -> io::Result<Box<dyn Write + Send>> {
    Ok(Box::new(io::stdout()))
}
