//! Measures a workload: a process for each peer and size, in rounds, so that what the machine does otherwise meets all alike.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::circumstances::Circumstances;
use crate::one::{One, STACK};
use crate::peers::PEERS;
use crate::results::{Measurement, Results};
use crate::section::{GARBAGE, PEAK};
use crate::twin::Twin;
use crate::workload::{Figures, Work, bytes};

/// How long a process may take.
const LONGEST: Duration = Duration::from_secs(300);

/// The programs: one for time, one for memory.
pub struct Programs {
    time: PathBuf,
    memory: PathBuf,
}

impl Programs {
    /// Builds the one for memory: `cargo run` has built no other than this.
    ///
    /// # Errors
    /// It can't be built.
    pub fn build() -> Result<Self, String> {
        let time = std::env::current_exe().map_err(|error| error.to_string())?;
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .args(["build", "--release", "--quiet", "--bin", "measure-memory", "--manifest-path"])
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
            .status()
            .map_err(|error| format!("cargo: {error}"))?;
        let memory = time.with_file_name("measure-memory");
        match status.success() && memory.exists() {
            true => Ok(Self { time, memory }),
            false => Err(String::from("the program that measures memory could not be built")),
        }
    }

    /// Measures a workload with all peers that it suits.
    pub fn measure(&self, work: Work, rounds: usize) -> Results {
        let mut measurements = Vec::new();
        for &size in work.plan().sizes {
            let mut of_size = self.begin(work, size);
            for round in 1..=rounds {
                for measurement in &mut of_size {
                    self.time(work, measurement, round);
                }
            }
            measurements.extend(of_size);
        }
        Results { circumstances: Circumstances::now(), measurements }
    }

    /// A measurement for each peer, with its bytes.
    fn begin(&self, work: Work, size: usize) -> Vec<Measurement> {
        let plan = work.plan();
        let measured = PEERS.iter().filter(|peer| peer.suits(&plan)).map(|peer| {
            let peer = peer.name.to_owned();
            let (memory, failure) = match run(&self.memory, &request(work, &peer, size)) {
                Ok(figures) => (figures.into_iter().filter(|(name, _)| is_of_memory(name)).collect(), None),
                Err(error) => (Figures::new(), Some(error)),
            };
            Measurement { peer, size, rounds: Vec::new(), memory, failure }
        });
        measured.collect()
    }

    /// A round with one peer; none if it has failed before.
    fn time(&self, work: Work, measurement: &mut Measurement, round: usize) {
        if work == Work::Bytes || measurement.failure.is_some() {
            return;
        }
        eprintln!("{} of {}: {}, round {round}", work.name(), measurement.size, measurement.peer);
        match run(&self.time, &request(work, &measurement.peer, measurement.size)) {
            Ok(figures) => measurement.rounds.push(figures),
            Err(error) => measurement.failure = Some(error),
        }
    }
}

fn is_of_memory(figure: &str) -> bool {
    figure.ends_with(PEAK) || figure.ends_with(GARBAGE) || bytes::FIGURES.contains(&figure)
}

fn request(work: Work, peer: &str, size: usize) -> One {
    One { work, peer: peer.to_owned(), size, times: work.plan().times, twin: Twin::Plain, stack: STACK }
}

/// Runs a process and reads its figures.
fn run(program: &PathBuf, one: &One) -> Result<Figures, String> {
    let mut child = Command::new(program)
        .args(one.arguments())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| error.to_string())?;
    let start = Instant::now();
    let status = loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None if start.elapsed() > LONGEST => {
                // It may have ended by itself meanwhile.
                _ = child.kill();
                _ = child.wait();
                return Err(format!("over {} s", LONGEST.as_secs()));
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    if !status.success() {
        return Err(format!("died: {status}"));
    }
    let mut text = String::new();
    if let Some(output) = &mut child.stdout {
        output.read_to_string(&mut text).map_err(|error| error.to_string())?;
    }
    serde_json::from_str(&text).map_err(|error| error.to_string())
}
