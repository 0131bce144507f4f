//! Which schema `produce` names, and when it registers one.

use std::path::PathBuf;

use serde_json::{Value, json};
use wireform_producer::EmbeddedCluster;

use super::registry::Served;
use super::{Run, data, folder, run};

const ORDER: &str = "{\"id\":\"o-1\",\"quantity\":2}\n";
const MONEY: &str = "syntax = \"proto3\"; package shop; message Money { int64 cents = 1; }";
const INVOICE: &str = "syntax = \"proto3\"; package shop; import \"common/money.proto\"; \
                       message Invoice { Money total = 1; }";

/// A cluster with the topic `t`, a registry, and the files of an invoice.
struct Place {
    cluster: EmbeddedCluster,
    served: Served,
    folder: PathBuf,
}

impl Place {
    fn new(name: &str) -> Self {
        let cluster = EmbeddedCluster::start().unwrap();
        cluster.create_topic("t", 1).unwrap();
        let folder = folder(&format!("registering-{name}"));
        std::fs::write(folder.join("money.proto"), MONEY).unwrap();
        std::fs::write(folder.join("invoice.proto"), INVOICE).unwrap();
        Self {
            cluster,
            served: Served::start(),
            folder,
        }
    }

    fn file(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    fn bare(&self, schema: &str, more: &[&str], lines: &str) -> Run {
        let all = ["produce", "--brokers", self.cluster.brokers(), "--topic"];
        run(
            &[&all[..], &["t", "--schema", schema], more].concat(),
            lines,
        )
    }

    fn produce(&self, schema: &str, more: &[&str], lines: &str) -> Run {
        let registry = ["--registry", self.served.url()];
        self.bare(schema, &[&registry[..], more].concat(), lines)
    }

    fn registry(&self, arguments: &[&str]) -> String {
        let all = ["registry", "--registry", self.served.url()];
        let run = run(&[&all[..], arguments].concat(), "");
        assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.talk);
        run.out
    }

    #[track_caller]
    fn expect_subjects(&self, subjects: &[&str]) {
        let listed = self.registry(&["list"]);
        assert_eq!(listed.lines().collect::<Vec<_>>(), subjects);
    }

    /// The values of the topic, read with the registry.
    #[track_caller]
    fn expect_values(&self, values: &[Value]) {
        let all = ["consume", "--brokers", self.cluster.brokers(), "--topic"];
        let more = ["t", "--until-end", "--registry", self.served.url()];
        let read = run(&[&all[..], &more].concat(), "");
        assert_eq!(read.code, Some(0), "{}{}", read.out, read.talk);
        let records = read.out.lines().map(|line| {
            let record: Value = serde_json::from_str(line).unwrap();
            record["value"].clone()
        });
        assert_eq!(records.collect::<Vec<_>>(), values);
    }
}

#[track_caller]
fn check(run: &Run, code: i32, said: &[&str]) {
    assert_eq!(run.code, Some(code), "{}", run.talk);
    for said in said {
        assert!(run.talk.contains(said), "{said:?} in {}", run.talk);
    }
}

#[test]
fn avro_and_protobuf_without_a_registry_are_refused() {
    let place = Place::new("none");
    for schema in [data("order_v1.avsc"), data("nested.proto")] {
        let refused = place.bare(&schema, &[], ORDER);
        check(&refused, 2, &["--registry", "--framing none"]);
    }
    place.expect_values(&[]);
}

#[test]
fn bare_avro_is_sent_when_it_is_asked_for() {
    let place = Place::new("bare");
    let schema = data("order_v1.avsc");
    check(
        &place.bare(&schema, &["--framing", "none"], ORDER),
        0,
        &["1 delivered"],
    );
    // A registry of the environment is not asked then.
    check(
        &place.produce(&schema, &["--framing", "none"], ORDER),
        0,
        &["1 delivered"],
    );
    let all = ["consume", "--brokers", place.cluster.brokers(), "--topic"];
    let more = ["t", "--until-end", "--schema", &schema, "--hex"];
    let read = run(&[&all[..], &more].concat(), "");
    assert_eq!(read.out.matches("\"hex\":\"066f2d3104\"").count(), 2);
    place.expect_subjects(&[]);
}

#[test]
fn json_without_a_registry_goes_as_it_is() {
    let place = Place::new("json");
    std::fs::write(place.folder.join("any.json"), "true").unwrap();
    let sent = place.bare(&place.file("any.json"), &[], "{\"a\":1}\n");
    check(&sent, 0, &["1 delivered"]);
    let refused = place.bare(&place.file("any.json"), &["--register"], "{\"a\":1}\n");
    check(&refused, 2, &["--registry"]);
}

#[test]
fn a_schema_that_is_not_registered_is_refused_and_stays_so() {
    let place = Place::new("lookup");
    let schema = data("order_v1.avsc");
    let refused = place.produce(&schema, &[], ORDER);
    check(&refused, 1, &["\"t-value\"", "--register", &schema]);
    place.expect_subjects(&[]);
    place.expect_values(&[]);
    // Neither is another version of a subject.
    place.registry(&["register", "t-value", &data("order_v2.avsc")]);
    check(&place.produce(&schema, &[], ORDER), 1, &["--register"]);
    assert_eq!(place.registry(&["versions", "t-value"]), "1\n");
}

#[test]
fn what_is_registered_or_found_is_said() {
    let place = Place::new("said");
    let schema = data("order_v1.avsc");
    let registered = "registered t-value version 1, schema id 1";
    check(
        &place.produce(&schema, &["--register"], ORDER),
        0,
        &[registered, "1 delivered"],
    );
    for more in [&[][..], &["--register"]] {
        let found = "using t-value version 1, schema id 1";
        check(&place.produce(&schema, more, ORDER), 0, &[found]);
    }
    assert_eq!(place.registry(&["versions", "t-value"]), "1\n");
}

#[test]
fn a_file_that_a_schema_refers_to_is_named_or_registered_with_it() {
    let place = Place::new("files");
    let (schema, money) = (place.file("invoice.proto"), place.file("money.proto"));
    let file = format!("common/money.proto={money}");
    let invoice = "{\"total\":{\"cents\":\"7\"}}\n";
    let refused = place.produce(&schema, &["--ref", &file], invoice);
    check(
        &refused,
        2,
        &["--use common/money.proto=SUBJECT:VERSION", "--register"],
    );
    place.expect_subjects(&[]);
    let registered = place.produce(&schema, &["--ref", &file, "--register"], invoice);
    check(
        &registered,
        0,
        &[
            "registered common/money.proto version 1, schema id 1",
            "registered t-value version 1, schema id 2",
        ],
    );
    place.expect_subjects(&["common/money.proto", "t-value"]);
    place.expect_values(&[json!({"total": {"cents": "7"}})]);
}

#[test]
fn a_reference_may_name_the_latest_version_of_a_subject() {
    let place = Place::new("latest");
    let schema = place.file("invoice.proto");
    place.registry(&["register", "money", &place.file("money.proto")]);
    let used = ["--use", "common/money.proto=money:latest"];
    let invoice = "{\"total\":{\"cents\":\"7\"}}\n";
    let sent = place.produce(&schema, &[&used[..], &["--register"]].concat(), invoice);
    check(&sent, 0, &["registered t-value version 1"]);
    check(
        &place.produce(&schema, &used, invoice),
        0,
        &["using t-value"],
    );
    place.expect_subjects(&["money", "t-value"]);
    let both = format!("common/money.proto={}", place.file("money.proto"));
    let refused = place.produce(&schema, &[&used[..], &["--ref", &both]].concat(), invoice);
    check(&refused, 2, &["--ref and by --use"]);
    let bare = place.bare(&schema, &[&used[..], &["--framing", "none"]].concat(), "");
    check(&bare, 2, &["--use needs a registry"]);
}

/// Each file is registered with those before it that it needs, and with no others.
#[test]
fn files_that_refer_to_each_other_are_registered_in_their_order() {
    let place = Place::new("chain");
    let write = |name: &str, fields: &str| {
        let text = format!("{{\"type\":\"record\",\"name\":\"a.{name}\",\"fields\":[{fields}]}}");
        std::fs::write(place.folder.join(format!("{name}.avsc")), text).unwrap();
        format!("a.{name}={}", place.file(&format!("{name}.avsc")))
    };
    let money = write("Money", "{\"name\":\"cents\",\"type\":\"long\"}");
    let other = write("Other", "{\"name\":\"x\",\"type\":\"int\"}");
    let line = write("Line", "{\"name\":\"price\",\"type\":\"Money\"}");
    write(
        "Order",
        "{\"name\":\"lines\",\"type\":{\"type\":\"array\",\"items\":\"Line\"}}",
    );
    let files = [
        "--ref",
        &money,
        "--ref",
        &other,
        "--ref",
        &line,
        "--register",
    ];
    let order = "{\"lines\":[{\"price\":{\"cents\":5}}]}\n";
    let sent = place.produce(&place.file("Order.avsc"), &files, order);
    check(&sent, 0, &["registered t-value version 1, schema id 4"]);
    place.expect_values(&[json!({"lines": [{"price": {"cents": 5}}]})]);
    assert_eq!(place.registry(&["references", "a.Other"]), "");
    assert!(
        place
            .registry(&["references", "a.Money"])
            .contains("a.Line 1")
    );
    assert!(
        place
            .registry(&["references", "a.Line"])
            .contains("t-value 1")
    );
}

/// The same holds for the registry's own verbs: a schema goes there with what it refers to.
#[test]
fn registry_verbs_refuse_a_file_that_a_schema_refers_to() {
    let place = Place::new("verbs");
    let (schema, money) = (place.file("invoice.proto"), place.file("money.proto"));
    let file = format!("common/money.proto={money}");
    for verb in ["register", "lookup"] {
        let all = [
            "registry",
            "--registry",
            place.served.url(),
            verb,
            "invoice",
        ];
        let refused = run(&[&all[..], &[&schema, "--ref", &file]].concat(), "");
        check(&refused, 2, &["--use common/money.proto=SUBJECT:VERSION"]);
    }
    place.registry(&["register", "money", &money]);
    let used = "common/money.proto=money:latest";
    place.registry(&["register", "invoice", &schema, "--use", used]);
    place.expect_subjects(&["invoice", "money"]);
}

/// What is wrong with the settings or the journal is found before anything is registered.
#[test]
fn nothing_is_registered_before_the_settings_and_the_journal_are_checked() {
    let place = Place::new("unchecked");
    let journal = place.file("other.journal");
    let text = "{\"journal\":{\"format\":2,\"topic\":\"other\",\"cluster\":null}}\n";
    std::fs::write(&journal, text).unwrap();
    for more in [["--set", "nonsense=1"], ["--journal", &journal]] {
        let arguments = [&["--register"][..], &more].concat();
        let refused = place.produce(&data("order_v1.avsc"), &arguments, ORDER);
        check(&refused, 2, &[]);
        place.expect_subjects(&[]);
    }
}

/// What can be checked without a registry is checked before anything is registered.
#[test]
fn nothing_is_registered_for_a_run_that_cannot_begin() {
    let place = Place::new("early");
    let schema = data("order_v1.avsc");
    let none = place.file("none.jsonl");
    for (topic, input, code) in [("not a topic", "-", 2), ("t", &*none, 3)] {
        let all = [
            "produce",
            "--brokers",
            place.cluster.brokers(),
            "--topic",
            topic,
        ];
        let registry = ["--register", "--registry", place.served.url()];
        let rest = ["--schema", &*schema, input];
        let refused = run(&[&all[..], &registry, &rest].concat(), ORDER);
        assert_eq!(refused.code, Some(code), "{}", refused.talk);
        place.expect_subjects(&[]);
    }
}
