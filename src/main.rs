//! The command line `heapproof`.

use heapproof::subjects;

fn main() -> std::process::ExitCode {
    let ending = subjects::ending().map(|canary| canary.kind.clone());
    heapproof::cli::main(&subjects::all().into_iter().chain(ending).collect::<Vec<_>>())
}
