//! The comparison with the system's allocator; runs the other two programs for their tables.

use std::process::ExitCode;

fn main() -> ExitCode {
    wireform_compare::main(&wireform_compare::Setting {
        allocator: "system",
        count: None,
    })
}
