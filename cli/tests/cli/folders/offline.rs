//! `check` and `lint` read the references of a schemas folder as `plan` does.

use std::path::Path;

use super::super::{Run, folder, run};
use super::{MONEY, ORDER, fine, write};

/// A folder of two versions of money, of which orders refer to one each.
fn orders(place: &Path, first: &str, second: &str) -> String {
    let money = |kind: &str| {
        let field = format!("{{\"name\":\"amount\",\"type\":\"{kind}\"}}");
        MONEY.replace("[]", &format!("[{field}]"))
    };
    let reference = |version: u32| {
        format!("[{{\"name\":\"n.Money\",\"subject\":\"money\",\"version\":{version}}}]")
    };
    write(
        place,
        &[
            ("money/v1.avsc", &money(first)),
            ("money/v2.avsc", &money(second)),
            ("order/v1.avsc", ORDER),
            ("order/v1.references", &reference(1)),
            ("order/v2.avsc", ORDER),
            ("order/v2.references", &reference(2)),
        ],
    )
}

fn check(dir: &str, more: &[&str]) -> Run {
    let [old, new] = ["v1", "v2"].map(|version| format!("{dir}/order/{version}.avsc"));
    let arguments = ["check", "--level", "backward", &old, &new];
    run(&[&arguments, more].concat(), "")
}

#[test]
fn lint_reads_the_references_of_a_folder() {
    let place = folder("folder-offline-lint");
    let dir = orders(&place, "int", "long");
    fine(&run(&["lint", &dir], ""));
    // Without a file of references, a name that only one schema has.
    for name in ["order/v1.references", "order/v2.references"] {
        std::fs::remove_file(place.join(name)).unwrap();
    }
    std::fs::remove_file(place.join("money/v2.avsc")).unwrap();
    fine(&run(&["lint", &dir], ""));
}

#[test]
fn a_break_behind_a_reference_of_a_folder_is_found() {
    let place = folder("folder-offline-check");
    let dir = orders(&place.join("fits"), "int", "long");
    fine(&check(&dir, &[]));
    let dir = orders(&place.join("breaks"), "int", "string");
    let broken = check(&dir, &[]);
    assert_eq!(broken.code, Some(1), "{}{}", broken.out, broken.talk);
    assert!(broken.out.contains("TYPE_MISMATCH"), "{}", broken.out);
}

#[test]
fn a_reference_that_the_folder_lacks_is_a_finding_or_is_given() {
    let place = folder("folder-offline-missing");
    let dir = orders(&place, "int", "long");
    let moved = place.join("elsewhere.avsc");
    std::fs::rename(place.join("money/v2.avsc"), &moved).unwrap();
    for ran in [
        check(&dir, &[]),
        run(&["lint", &format!("{dir}/order")], ""),
    ] {
        assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.talk);
        for part in [
            "order/v2.avsc",
            "no version 2 of \"money\"",
            "--ref NAME=FILE",
        ] {
            assert!(ran.out.contains(part), "{part}: {}{}", ran.out, ran.talk);
        }
    }
    let given = format!("n.Money={}", moved.display());
    fine(&check(&dir, &["--ref", &given]));
}
