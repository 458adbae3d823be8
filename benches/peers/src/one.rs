//! One measurement, in the process that was started for it.

use std::sync::mpsc;
use std::thread;

use clap::Args;

use crate::peers;
use crate::twin::Twin;
use crate::workload::{Figures, Request, Work};

/// The stack of a measurement, in MiB. Memory that nobody touches costs nothing.
pub const STACK: usize = 4_096;

/// One measurement; its figures are printed as JSON.
#[derive(Args, Clone, Debug)]
pub struct One {
    /// The workload
    pub work: Work,
    /// The peer
    pub peer: String,
    /// How many objects
    #[arg(long)]
    pub size: usize,
    /// How often the operation is repeated
    #[arg(long)]
    pub times: usize,
    /// What else goes on in our heap
    #[arg(long, default_value = "plain")]
    pub twin: Twin,
    /// The stack, in MiB; some peers recurse
    #[arg(long, default_value_t = STACK)]
    pub stack: usize,
}

impl One {
    /// The arguments that say the same.
    pub fn arguments(&self) -> Vec<String> {
        let mut words = vec![String::from("one"), self.work.name(), self.peer.clone()];
        for (option, value) in [("size", self.size), ("times", self.times), ("stack", self.stack)] {
            words.push(format!("--{option}={value}"));
        }
        words.push(format!("--twin={}", self.twin.name()));
        words
    }

    /// Measures in a thread with a large stack. The heap is not taken down: the process ends.
    ///
    /// # Errors
    /// No such peer, or a thread that could not be made or that died.
    pub fn run(&self) -> Result<(), String> {
        let peer = peers::find(&self.peer).ok_or_else(|| format!("`{}` is no peer", self.peer))?;
        let &Self { work, size, times, twin, .. } = self;
        let request = Request { work, size, times, twin };
        let (sender, receiver) = mpsc::channel::<Figures>();
        let measure = move || {
            // Nobody listens any more only if the process ends.
            _ = sender.send((peer.run)(&request));
            loop {
                thread::park();
            }
        };
        let builder = thread::Builder::new().stack_size(self.stack << 20);
        builder.spawn(measure).map_err(|error| format!("no thread: {error}"))?;
        let figures = receiver.recv().map_err(|_| String::from("the thread died"))?;
        println!("{}", serde_json::to_string(&figures).map_err(|error| error.to_string())?);
        Ok(())
    }
}
