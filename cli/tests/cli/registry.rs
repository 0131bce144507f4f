use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use super::{command, data, folder, run};

/// A served registry, which ends with the test.
struct Served(Child, String);

impl Served {
    fn start() -> Self {
        let mut child = command(&["registry", "serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line
            .trim()
            .strip_prefix("listening on ")
            .unwrap()
            .to_owned();
        Self(child, url)
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
        let _ = self.0.kill();
        let _ = self.0.wait();
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
    let output = list.output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let help = command(&["registry", "--help"])
        .env("WIREFORM_REGISTRY_PASSWORD", "CANARY")
        .output()
        .unwrap();
    for text in [output.stdout, output.stderr, help.stdout, help.stderr] {
        assert!(!String::from_utf8_lossy(&text).contains("CANARY"));
    }
}
