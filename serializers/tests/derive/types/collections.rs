//! Arrays and maps, of each kind, in each other.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::rc::Rc;
use std::sync::Arc;

use super::{check, check_borrowed, record};

type Hasher = BuildHasherDefault<DefaultHasher>;

record! {
    struct Empty {}
}

record! {
    struct Arrays {
        numbers: Vec<i32>,
        texts: Vec<String>,
        maybes: Vec<Option<i64>>,
        nested: Vec<Vec<Vec<bool>>>,
        nothings: Vec<()>,
        empties: Vec<Empty>,
        maps: Vec<BTreeMap<String, i32>>,
        bytes: Vec<Vec<u8>>,
        boxes: Vec<Box<f64>>,
        boxed: Box<Vec<f32>>,
        maybe: Option<Vec<i32>>,
    }
}

record! {
    struct Maps {
        hashed: HashMap<String, i32>,
        hashed_otherwise: HashMap<Arc<str>, String, Hasher>,
        sorted: BTreeMap<Box<str>, Vec<u8>>,
        #[avro(map)]
        pairs: Vec<(String, f64)>,
        #[avro(map)]
        pairs_of_pairs: Vec<(Rc<str>, Inner)>,
        nested: HashMap<String, HashMap<Arc<str>, BTreeMap<Rc<str>, bool>>>,
        lists: BTreeMap<String, Vec<Option<String>>>,
        nothings: BTreeMap<String, ()>,
        maybe: Option<HashMap<String, i64>>,
    }
}

record! {
    struct Inner {
        #[avro(map)]
        pairs: Vec<(String, i32)>,
    }
}

#[test]
fn arrays_round_trip() {
    check::<Arrays>();
    check::<Vec<String>>();
    check::<Vec<Vec<i64>>>();
}

#[test]
fn maps_round_trip() {
    check::<Maps>();
    check::<HashMap<String, Vec<i32>, Hasher>>();
    check::<BTreeMap<Arc<str>, Inner>>();
}

#[test]
fn pairs_keep_their_order_and_keys_that_come_twice() {
    use wireform::avro::Avro;
    use wireform::{Deserializer, SerializerExt};

    let pairs = ["z", "a", "z", ""].map(|key| (key.to_owned(), 1)).to_vec();
    let inner = Inner { pairs };
    let codec = Avro::<Inner>::new();
    let datum = codec.to_vec(&inner).unwrap();
    assert_eq!(codec.deserialize(&datum).unwrap(), inner);
}

#[test]
fn borrowed_collections_are_written_as_they_were_read() {
    record! {
        #[avro(rename = "Lists")]
        struct Lists {
            texts: Vec<String>,
            maybes: Vec<Option<Vec<u8>>>,
            #[avro(map)]
            pairs: Vec<(String, Vec<String>)>,
            sorted: BTreeMap<String, String>,
        }
    }
    #[derive(wireform::Avro, Debug, PartialEq)]
    #[avro(rename = "Lists")]
    struct ListsRef<'texts, 'others> {
        texts: Vec<&'texts str>,
        maybes: Vec<Option<&'others [u8]>>,
        #[avro(map)]
        pairs: Vec<(&'texts str, Vec<Cow<'others, str>>)>,
        sorted: BTreeMap<&'texts str, Cow<'others, str>>,
    }
    check_borrowed::<ListsRef<'_, '_>, Lists>();
    check_borrowed::<Vec<&str>, Vec<String>>();
}
