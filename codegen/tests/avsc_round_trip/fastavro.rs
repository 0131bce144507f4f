//! What fastavro wrote, and made of data of other writers: `tests/interop/avro_generated.py`.

use wireform::avro::Schema;

/// A datum, and what the reader's schema would have for it.
pub(crate) struct Case {
    pub(crate) datum: Vec<u8>,
    pub(crate) expected: Vec<u8>,
    /// If it is another one than the reader's.
    pub(crate) writer: Option<Schema>,
}

/// The cases of one schema file.
pub(crate) fn cases(file: &str) -> Vec<Case> {
    include_str!("fastavro.txt")
        .lines()
        .filter_map(|line| line.strip_prefix(file)?.strip_prefix('\t'))
        .map(case)
        .collect()
}

fn case(columns: &str) -> Case {
    match columns.split('\t').collect::<Vec<_>>()[..] {
        [datum] => Case {
            datum: bytes(datum),
            expected: bytes(datum),
            writer: None,
        },
        [datum, expected, writer] => Case {
            datum: bytes(datum),
            expected: bytes(expected),
            writer: Some(writer.parse().unwrap()),
        },
        _ => panic!("{columns}"),
    }
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    (0..hexadecimal.len())
        .step_by(2)
        .map(|place| u8::from_str_radix(&hexadecimal[place..place + 2], 16).unwrap())
        .collect()
}

/// So that a file which lost its lines is no success.
#[test]
fn there_are_cases_of_most_files() {
    let lines: Vec<&str> = include_str!("fastavro.txt").lines().collect();
    let others = lines.iter().filter(|line| line.split('\t').count() == 4);
    assert!(
        lines.len() >= 600 && others.count() >= 300,
        "{}",
        lines.len()
    );
}
