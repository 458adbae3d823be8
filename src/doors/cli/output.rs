//! Standard output, which its reader may close early.

use crate::failure::explain::Paint;
use anstream::{AutoStream, ColorChoice};
use std::io::{self, BufWriter, ErrorKind, Stdout, Write};

/// Whether standard output gets colours: a terminal does, unless `NO_COLOR` or `CLICOLOR` forbid it.
pub(super) fn paint() -> Paint {
    match AutoStream::choice(&io::stdout()) {
        ColorChoice::Never => Paint::Plain,
        _ => Paint::Coloured,
    }
}

/// Standard output. If its reader has closed it, writes are dropped, and the command still does its work.
pub(super) struct Output {
    inner: Option<BufWriter<Stdout>>,
}

impl Default for Output {
    fn default() -> Output {
        Output { inner: Some(BufWriter::new(io::stdout())) }
    }
}

impl Output {
    fn unless_closed<T: Default>(&mut self, result: io::Result<T>) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                // Dropping the writer would write its buffer again.
                if let Some(closed) = self.inner.take() {
                    let _ = closed.into_parts();
                }
                Ok(T::default())
            }
            other => other,
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(inner) = &mut self.inner else { return Ok(bytes.len()) };
        let written = inner.write_all(bytes);
        self.unless_closed(written)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let Some(inner) = &mut self.inner else { return Ok(()) };
        let flushed = inner.flush();
        self.unless_closed(flushed)
    }
}
