use std::process::{Child, Stdio};

use wireform_limits::{LIMIT, kill, output};

use super::{command, data, folder, lines, run};

/// A served registry, which ends with the test.
pub(super) struct Served(Child, String);

impl Served {
    pub(super) fn start() -> Self {
        Self::with(&[])
    }

    pub(super) fn with(arguments: &[&str]) -> Self {
        let serve = ["registry", "serve", "--listen", "127.0.0.1:0"];
        let mut child = command(&[&serve, arguments].concat())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let line = lines(child.stdout.take().unwrap()).recv_timeout(LIMIT);
        let url = line
            .unwrap()
            .trim()
            .strip_prefix("listening on ")
            .unwrap()
            .to_owned();
        Self(child, url)
    }

    pub(super) fn url(&self) -> &str {
        &self.1
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let mut all = vec!["registry", "--registry", &self.1];
        all.extend(arguments);
        let run = run(&all, "");
        (run.code, run.out)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        kill(&mut self.0);
    }
}

#[test]
fn a_subject_from_its_beginning_to_its_end() {
    let served = Served::start();
    let (v1, v2) = (data("order_v1.avsc"), data("order_v2.avsc"));
    let (code, line) = served.run(&["register", "orders-value", &v1]);
    assert_eq!(code, Some(0));
    assert!(
        line.starts_with("{\"subject\":\"orders-value\",\"version\":1,\"id\":1,"),
        "{line}"
    );
    assert_eq!(
        served.run(&["list"]),
        (Some(0), "orders-value\n".to_owned())
    );
    assert_eq!(served.run(&["register", "orders-value", &v2]).0, Some(1));
    assert_eq!(
        served.run(&["config", "--subject", "orders-value", "none"]),
        (Some(0), "NONE\n".to_owned())
    );
    assert_eq!(served.run(&["register", "orders-value", &v2]).0, Some(0));
    assert_eq!(
        served.run(&["versions", "orders-value"]),
        (Some(0), "1\n2\n".to_owned())
    );
    assert_eq!(
        served
            .run(&["lookup", "orders-value", &v2])
            .1
            .matches("\"version\":2")
            .count(),
        1
    );
    let text = std::fs::read_to_string(&v1).unwrap();
    assert_eq!(served.run(&["get", "1"]).1.trim_end(), text.trim_end());
    let folder = folder("download");
    let dir = folder.display().to_string();
    assert_eq!(served.run(&["download", "--all", &dir]).0, Some(0));
    assert_eq!(
        std::fs::read_to_string(folder.join("orders-value/v1.avsc")).unwrap(),
        text
    );
    assert_eq!(
        served.run(&["delete", "orders-value"]),
        (Some(0), "1\n2\n".to_owned())
    );
    assert_eq!(served.run(&["list"]), (Some(0), String::new()));
    assert_eq!(served.run(&["list", "--deleted"]).1, "orders-value\n");
}

#[test]
fn records_are_decoded_by_what_the_registry_knows() {
    let served = Served::start();
    assert_eq!(
        served
            .run(&["register", "orders-value", &data("order_v1.avsc")])
            .0,
        Some(0)
    );
    let decoded = run(
        &["decode", "--registry", &served.1],
        "0000000001066f2d3104\n0000000063066f2d3104\n",
    );
    assert_eq!(decoded.out, "{\"id\":\"o-1\",\"quantity\":2}\n");
    assert_eq!(decoded.code, Some(1));
    assert!(decoded.talk.starts_with("line 2: "), "{}", decoded.talk);
}

#[test]
fn a_registry_that_is_not_there_is_status_3_and_secrets_stay_out() {
    let mut list = command(&["registry", "--registry", "http://127.0.0.1:1", "list"]);
    list.env("WIREFORM_REGISTRY_USER", "someone")
        .env("WIREFORM_REGISTRY_PASSWORD", "CANARY");
    let listed = output(&mut list, LIMIT);
    assert_eq!(listed.status.code(), Some(3));
    let mut help = command(&["registry", "--help"]);
    help.env("WIREFORM_REGISTRY_PASSWORD", "CANARY");
    let help = output(&mut help, LIMIT);
    for text in [listed.stdout, listed.stderr, help.stdout, help.stderr] {
        assert!(!String::from_utf8_lossy(&text).contains("CANARY"));
    }
}

#[test]
fn a_plan_is_shown_applied_and_then_empty() {
    let served = Served::start();
    let folder = folder("plan");
    for (name, to) in [("order_v1.avsc", "v1.avsc"), ("order_v2.avsc", "v2.avsc")] {
        std::fs::copy(data(name), folder.join(to)).unwrap();
    }
    let file = folder.join("wireform.toml");
    let verb = |verb: &str, more: &[&str]| {
        let file = file.display().to_string();
        let mut arguments = vec![verb, "--registry", &served.1, &file];
        arguments.extend(more);
        let run = run(&arguments, "");
        (run.code, run.out, run.talk)
    };
    let wanted = |level: &str| {
        let text = format!(
            "[subjects.a]\nlevel = \"{level}\"\nschemas = [\"v1.avsc\", \"v2.avsc\"]\n[subjects.b]\nschemas = [\"v1.avsc\"]\n"
        );
        std::fs::write(&file, text).unwrap();
    };
    wanted("FULL");
    // The second version of `a` does not fit the first, which is not registered yet.
    let (code, plan, _) = verb("plan", &[]);
    assert_eq!(code, Some(1), "{plan}");
    assert!(
        plan.starts_with("~ a: level the registry's -> FULL\n+ a: "),
        "{plan}"
    );
    assert!(plan.ends_with("4 changes\n"), "{plan}");
    assert_eq!(served.run(&["list"]).1, "", "a plan changes nothing");
    // The second version of `a` breaks its level: the rest is done all the same.
    let (code, applied, talk) = verb("apply", &[]);
    assert_eq!(code, Some(1), "{applied}");
    assert!(applied.ends_with("3 changes made, 1 not\n"), "{applied}");
    assert!(
        talk.contains("+ a: ") && talk.contains("TYPE_MISMATCH"),
        "{talk}"
    );
    assert_eq!(served.run(&["list"]).1, "a\nb\n");
    let (code, plan, _) = verb("plan", &[]);
    assert_eq!(code, Some(1), "{plan}");
    assert!(plan.contains("incompatible: "), "{plan}");
    wanted("NONE");
    assert_eq!(verb("apply", &[]).0, Some(0));
    assert_eq!(
        verb("plan", &["--check"]),
        (Some(0), "0 changes\n".to_owned(), String::new())
    );
    assert_eq!(verb("apply", &[]).1, "0 changes made, 0 not\n");
    assert_eq!(
        served.run(&["register", "c", &data("order_v1.avsc")]).0,
        Some(0)
    );
    assert_eq!(
        verb("plan", &[]).1,
        "0 changes\n",
        "nothing is deleted unasked"
    );
    assert_eq!(verb("plan", &["--delete-others"]).1, "- c\n1 change\n");
}

#[test]
fn a_lock_is_fresh_until_the_registry_moves() {
    let served = Served::start();
    assert_eq!(
        served
            .run(&["register", "orders-value", &data("order_v1.avsc")])
            .0,
        Some(0)
    );
    let file = folder("lock").join("wireform.lock").display().to_string();
    let lock = |more: &[&str]| {
        let mut arguments = vec!["lock", "--registry", &served.1, "--file", &file];
        arguments.extend(more);
        run(&arguments, "").code
    };
    assert_eq!(lock(&["--check"]), Some(3));
    assert_eq!(lock(&[]), Some(0));
    assert_eq!(lock(&["--check"]), Some(0));
    let decoded = run(&["decode", "--lock", &file], "0000000001066f2d3104\n");
    assert_eq!(
        decoded.out, "{\"id\":\"o-1\",\"quantity\":2}\n",
        "{}",
        decoded.talk
    );
    served.run(&["config", "--subject", "orders-value", "none"]);
    assert_eq!(
        served
            .run(&["register", "orders-value", &data("order_v2.avsc")])
            .0,
        Some(0)
    );
    assert_eq!(lock(&["--check"]), Some(1));
}

#[test]
fn files_are_checked_against_what_is_registered() {
    let served = Served::start();
    let (v1, v2) = (data("order_v1.avsc"), data("order_v2.avsc"));
    let check = |more: &[&str]| {
        let mut all = vec!["check", "--against", "registry", "--registry", served.url()];
        all.extend(more);
        run(&all, "")
    };
    // A new subject has no version to compare with.
    let subject = ["--subject", "orders-value"];
    assert_eq!(check(&[&subject[..], &[&v2]].concat()).code, Some(0));
    assert_eq!(served.run(&["register", "orders-value", &v1]).0, Some(0));
    assert_eq!(check(&[&subject[..], &[&v1]].concat()).code, Some(0));
    let refused = check(&[&subject[..], &[&v2]].concat());
    assert_eq!(refused.code, Some(1), "{}", refused.talk);
    let effect = format!("{v2} cannot read what orders-value version 1 wrote");
    assert!(refused.out.contains(&effect), "{}", refused.out);
    let none = check(&[&subject[..], &["--level", "none", &v2]].concat());
    assert_eq!(none.code, Some(0), "{}", none.out);
    assert_eq!(check(&[&v1]).code, Some(2));
}
