//! The comparison with mimalloc.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    wireform_compare::main(&wireform_compare::Setting {
        allocator: "mimalloc",
        count: None,
    })
}
