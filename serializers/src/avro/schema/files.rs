//! Several texts that refer to each other: each is parsed with those alone that it needs.

use std::collections::BTreeSet;

use super::Schema;
use super::parse::{Checks, Parser, Text, parse};
use crate::error::Result;

/// Parses each text with those that define what it refers to.
pub(super) fn parse_files(texts: &[Text<'_>]) -> Result<Vec<Schema>> {
    let uses = Parser::uses(texts)?;
    let needed = |main: usize| {
        let mut needed = BTreeSet::from([main]);
        let mut open = vec![main];
        while let Some(uses) = open.pop().and_then(|number| uses.get(number)) {
            open.extend(uses.iter().filter(|number| needed.insert(**number)));
        }
        needed.remove(&main);
        needed
    };
    texts
        .iter()
        .enumerate()
        .map(|(number, main)| {
            let needed = needed(number);
            let others = needed.iter().filter_map(|number| texts.get(*number));
            parse(*main, others.copied(), Checks::All)
        })
        .collect()
}
