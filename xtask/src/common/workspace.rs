//! This workspace: its root, its corpus, and cargo.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// All traces of the corpus, sorted by path.
pub(crate) fn traces() -> io::Result<Vec<PathBuf>> {
    let mut traces = Vec::new();
    for folder in fs::read_dir(root().join("corpus"))? {
        for file in fs::read_dir(folder?.path())? {
            traces.push(file?.path());
        }
    }
    traces.retain(|path| path.extension().is_some_and(|extension| extension == "trace"));
    traces.sort();
    Ok(traces)
}

/// The commit of the sources in a folder, and whether they differ from it; `None` where git does not know.
pub(crate) fn commit(folder: &Path) -> Option<String> {
    let mut git = Command::new("git");
    git.current_dir(folder).args(["describe", "--always", "--dirty", "--abbrev=12", "--exclude", "*"]);
    let output = git.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The cargo that started this process, in a folder.
pub(crate) fn cargo(folder: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(folder);
    cargo
}

/// The cargo from `PATH`, in a folder: only this one finds cargo-fuzz and can select a toolchain.
pub(crate) fn cargo_of_the_path(folder: &Path) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.env_remove("CARGO").current_dir(folder);
    cargo
}
