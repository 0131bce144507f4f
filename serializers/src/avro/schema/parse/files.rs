//! Several texts that refer to each other: each is parsed with those alone that it needs.

use std::collections::BTreeSet;

use super::{Checks, Parser, Text, parse};
use crate::avro::schema::Schema;
use crate::avro::schema::comments::without_comments;
use crate::avro::schema::node::NodeId;
use crate::error::Result;

/// Parses each text with those that define what it refers to.
pub(in crate::avro::schema) fn parse_files(texts: &[Text<'_>]) -> Result<Vec<Schema>> {
    let uses = uses(texts)?;
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

/// Returns for each text the numbers of those that define what it refers to.
fn uses(texts: &[Text<'_>]) -> Result<Vec<BTreeSet<usize>>> {
    let plain: Vec<_> = texts
        .iter()
        .map(|text| without_comments(text.text))
        .collect();
    let mut parser = Parser::default();
    let mut ends = Vec::with_capacity(texts.len());
    for (Text { label, .. }, text) in texts.iter().zip(&plain) {
        parser.text(Text { label, text })?;
        ends.push(parser.nodes.len());
    }
    // Unknown names are errors where each text is parsed with what it uses.
    let _ = parser.link();
    parser.check_repeated()?;
    let mut uses = vec![BTreeSet::new(); texts.len()];
    let text_of = |id: NodeId| ends.partition_point(|end| *end <= id.index());
    for (&from, &to) in &parser.links {
        if let Some(uses) = uses.get_mut(text_of(from)) {
            uses.insert(text_of(to));
        }
    }
    Ok(uses)
}
