//! The defaults of fields, which are read when all names are linked.

use super::Checks;
use super::place::Place;
use crate::avro::schema::default;
use crate::avro::schema::node::{Default, Kind, Node, NodeId};
use crate::error::{Error, Result};

/// Encodes the defaults, and puts them into the fields of their records.
pub(super) fn fill_defaults(
    nodes: &mut [Node],
    defaults: &[(NodeId, usize, Place<'_>)],
    checks: Checks,
) -> Result<()> {
    let mut data = Vec::with_capacity(defaults.len());
    for (id, number, place) in defaults {
        let datum = match default_of(nodes, *id, *number) {
            None => Err("not found".into()),
            Some((schema, default)) => {
                match default::encode(nodes, schema, &default.json, checks == Checks::Few) {
                    Ok(datum) => Ok(datum),
                    Err(error) if checks == Checks::All => {
                        return Err(Error::new(error.kind(), format!("{place}: {error}")));
                    }
                    Err(error) => Err(error.to_string().into()),
                }
            }
        };
        data.push(datum);
    }
    for ((id, number, _), datum) in defaults.iter().zip(data) {
        if let Some(Kind::Record(record)) = nodes.get_mut(id.index()).map(|node| &mut node.kind)
            && let Some(field) = record.fields.get_mut(*number)
            && let Some(default) = &mut field.default
        {
            default.datum = datum;
        }
    }
    Ok(())
}

fn default_of(nodes: &[Node], id: NodeId, number: usize) -> Option<(NodeId, &Default)> {
    let Kind::Record(record) = &nodes.get(id.index())?.kind else {
        return None;
    };
    let field = record.fields.get(number)?;
    Some((field.schema, field.default.as_ref()?))
}
