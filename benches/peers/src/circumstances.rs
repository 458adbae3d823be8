//! When, where and how something was measured.

use std::process::Command;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

/// What a reader must know of figures besides them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circumstances {
    /// In UTC.
    pub date: String,
    /// The processor.
    pub machine: String,
    /// What `rustc --version` prints.
    pub rustc: String,
    /// The commit of the sources.
    pub commit: String,
    /// The command that measured.
    pub command: String,
}

impl Circumstances {
    /// Those of this process.
    pub fn now() -> Self {
        let words: Vec<String> = std::env::args().skip(1).collect();
        Self {
            date: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            machine: machine(),
            rustc: printed("rustc", &["--version"]),
            commit: printed("git", &["rev-parse", "--short=12", "HEAD"]),
            command: format!("cargo run --release -- {}", words.join(" ")),
        }
    }

    /// A paragraph of them.
    pub fn words(&self) -> String {
        let day = self.date.split('T').next().unwrap_or_default();
        let Self { machine, rustc, commit, command, .. } = self;
        format!("{day}, {machine}, {rustc}, commit {commit}: `{command}`\n\n")
    }
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|it| it.1));
    format!("{}, {cores} cores", model.unwrap_or(std::env::consts::ARCH))
}

/// What a program prints, or a word that says that it can't be known.
fn printed(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    match output {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        _ => String::from("unknown"),
    }
}
