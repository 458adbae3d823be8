//! The command line `heapproof`.

fn main() -> std::process::ExitCode {
    heapproof::cli::main(&heapproof::subjects::all())
}
