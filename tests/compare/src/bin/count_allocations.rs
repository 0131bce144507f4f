//! Counts heap allocations of each operation, and measures no time.

use std::process::ExitCode;

fn main() -> ExitCode {
    wireform_compare::main(&wireform_compare::Setting {
        allocator: "system, counting",
        count: Some(|operation| allocation_counter::measure(operation).count_total),
    })
}
