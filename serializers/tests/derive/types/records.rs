//! Records in records, and such as hold themselves.

use std::collections::BTreeMap;

use super::{check, check_borrowed, choice, record};

record! {
    struct Outer {
        before: i32,
        inner: Inner,
        boxed: Box<Inner>,
        maybe: Option<Inner>,
        all: Vec<Inner>,
        after: String,
    }
}

record! {
    #[avro(namespace = "inner")]
    struct Inner {
        innermost: Innermost,
        text: String,
    }
}

record! {
    #[avro(namespace = "innermost")]
    struct Innermost {
        number: i64,
    }
}

record! {
    struct Chain {
        value: i32,
        next: Option<Box<Chain>>,
    }
}

record! {
    struct Tree {
        name: String,
        children: Vec<Tree>,
        by_name: BTreeMap<String, Tree>,
        #[avro(map)]
        pairs: Vec<(String, Tree)>,
        #[avro(null_last)]
        maybe: Option<Box<Tree>>,
    }
}

record! {
    struct Person {
        name: String,
        pets: Vec<Pet>,
        partner: Option<Box<Person>>,
    }
}

record! {
    struct Pet {
        owner: Option<Box<Person>>,
        kind: Kind,
    }
}

choice! {
    enum Kind {
        Cat,
        Dog,
    }
}

choice! {
    enum Expression {
        Number(f64),
        Sum(Box<Sum>),
        All(Vec<Sum>),
    }
}

record! {
    struct Sum {
        left: Expression,
        right: Expression,
    }
}

#[derive(wireform::Avro, Clone, Debug, PartialEq)]
struct Unit;

impl super::random::Arbitrary for Unit {
    fn arbitrary(_random: &mut super::random::Random) -> Self {
        Self
    }
}

record! {
    struct Nothing {
        unit: Unit,
        boxed: Box<Unit>,
        all: Vec<Unit>,
    }
}

record! {
    struct Wide {
        f0: i32, f1: i32, f2: i32, f3: i32, f4: i32, f5: i32, f6: i32, f7: i32, f8: i32, f9: i32,
        g0: bool, g1: bool, g2: bool, g3: bool, g4: bool, g5: bool, g6: bool, g7: bool, g8: bool,
        h0: String, h1: String, h2: String, h3: String, h4: String, h5: String, h6: String,
        i0: f64, i1: f64, i2: f64, i3: f64, i4: f64, i5: f64, i6: f64, i7: f64, i8: f64, i9: f64,
        j0: Option<i64>, j1: Option<i64>, j2: Option<i64>, j3: Option<i64>, j4: Option<i64>,
        k0: Option<String>, k1: Option<String>, k2: Option<String>, k3: Option<String>,
        l0: i64, l1: i64, l2: i64, l3: i64, l4: i64, l5: i64, l6: i64, l7: i64, l8: i64, l9: i64,
        m0: i64, m1: i64, m2: i64, m3: i64, m4: i64, m5: i64, m6: i64, m7: i64, m8: i64, m9: i64,
    }
}

#[test]
fn records_in_records_round_trip() {
    check::<Outer>();
    check::<Innermost>();
    check::<Wide>();
}

#[test]
fn records_without_fields_round_trip() {
    check::<Unit>();
    check::<Nothing>();
}

#[test]
fn records_that_hold_themselves_round_trip() {
    check::<Chain>();
    check::<Tree>();
    check::<Person>();
    check::<Pet>();
    check::<Sum>();
}

#[test]
fn borrowed_records_that_hold_themselves_are_written_as_they_were_read() {
    #[derive(wireform::Avro, Debug, PartialEq)]
    #[avro(rename = "Person")]
    struct PersonRef<'a> {
        name: &'a str,
        pets: Vec<PetRef<'a>>,
        partner: Option<Box<PersonRef<'a>>>,
    }
    #[derive(wireform::Avro, Debug, PartialEq)]
    #[avro(rename = "Pet")]
    struct PetRef<'a> {
        owner: Option<Box<PersonRef<'a>>>,
        kind: Kind,
    }
    check_borrowed::<PersonRef<'_>, Person>();
    check_borrowed::<PetRef<'_>, Pet>();
}
