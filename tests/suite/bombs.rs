//! What tries to blow up a reader, run in a process of its own: a stack that overflows takes it
//! with it.

use std::process::Command;

use wireform_limits::{BUILD_LIMIT, output};

#[test]
fn no_bomb_goes_off() {
    let run = output(
        &mut Command::new(env!("CARGO_BIN_EXE_avro-bombs")),
        BUILD_LIMIT,
    );
    let printed = String::from_utf8_lossy(&run.stdout);
    let bad = printed.lines().filter(|line| {
        ["WRONG END", "TOO MUCH MEMORY", "NOT REFUSED"]
            .iter()
            .any(|word| line.contains(word))
    });
    let bad: Vec<_> = bad.chain(printed.lines().last()).collect();
    assert!(run.status.success(), "{}\n{bad:#?}", run.status);
    // As many as there are: an empty list passes, too.
    let count = printed
        .lines()
        .filter(|line| line.contains(" bytes"))
        .count();
    assert!(count >= 400, "{count} bombs");
}
