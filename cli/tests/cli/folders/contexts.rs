//! Subjects that are spelled in more than one way.

use super::{MONEY, ORDER, at, fine, folder, list, run, write};
use crate::registry::Served;

const LINES: &str = "[subjects.\":.:orders-value\"]\nschemas = [\"a.avsc\"]\n";

#[test]
fn a_subject_that_spells_the_default_context_out_is_not_one_of_the_others() {
    let files = [("wireform.toml", LINES), ("a.avsc", "\"string\"")];
    let place = folder("contexts-default");
    write(&place, &files);
    let toml = place.join("wireform.toml").display().to_string();
    let served = Served::start();
    for _ in 0..2 {
        fine(&at(&served, &["apply", "--delete-others", &toml]));
        assert_eq!(list(&served), "orders-value ");
    }
    let plan = at(&served, &["plan", "--delete-others", "--check", &toml]);
    assert_eq!(fine(&plan), "0 changes\n");
}

#[test]
fn two_spellings_of_one_subject_are_refused() {
    let both = format!("{LINES}[subjects.\"orders-value\"]\nschemas = [\"a.avsc\"]\n");
    let files = [("wireform.toml", &*both), ("a.avsc", "\"string\"")];
    let place = folder("contexts-twice");
    write(&place, &files);
    let toml = place.join("wireform.toml").display().to_string();
    let refused = at(&Served::start(), &["plan", &toml]);
    assert_eq!(refused.code, Some(2), "{}{}", refused.out, refused.talk);
    assert!(refused.talk.contains("orders-value"), "{}", refused.talk);
}

/// The registry answers with `:.blue:order`, and the folder has `order`.
#[test]
fn subjects_of_a_folder_are_in_the_context_that_the_url_names() {
    let place = folder("contexts-url");
    let references = r#"[{"name":"n.Money","subject":"money","version":1}]"#;
    let files = [
        ("all/money/v1.avsc", MONEY),
        ("all/order/v1.avsc", ORDER),
        ("all/order/v1.references", references),
        ("all/other/v1.avsc", "\"string\""),
        ("some/money/v1.avsc", MONEY),
        ("some/order/v1.avsc", ORDER),
        ("some/order/v1.references", references),
        ("one/order/v1.avsc", ORDER),
        ("one/order/v1.references", references),
    ];
    let dir = write(&place, &files);
    let served = Served::start();
    let url = format!("{}/contexts/.blue", served.url());
    let with =
        |verb: &str, dir: String| run(&[verb, "--registry", &url, "--delete-others", &dir], "");
    for _ in 0..2 {
        fine(&with("apply", format!("{dir}/all")));
        assert_eq!(list(&served), ":.blue:money :.blue:order :.blue:other ");
    }
    fine(&with("apply", format!("{dir}/some")));
    assert_eq!(list(&served), ":.blue:money :.blue:order ");
    let kept = with("plan", format!("{dir}/one"));
    assert!(kept.out.contains("order refers to it"), "{}", kept.out);
}
