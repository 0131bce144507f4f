use super::shape::{Combined, Criterion, Part, Shape};
use super::{Diff, Kind};
use crate::error::Result;

impl<'s> Diff<'s> {
    /// Returns whether one schema fits as the only part, or as one alternative, of the other.
    pub(super) fn is_singleton_or_member(
        &mut self,
        original: &Shape<'s>,
        update: &Shape<'s>,
    ) -> Result<bool> {
        match (original, update) {
            (Shape::Combined(_), Shape::Combined(_)) => Ok(false),
            (_, Shape::Combined(combined)) => {
                if combined.parts.len() > 1 && combined.criterion == Criterion::All {
                    return Ok(false);
                }
                self.any(&combined.parts, |diff, part| {
                    diff.parts(&Part::Shape(original.clone()), part)
                })
            }
            (Shape::Combined(combined), _) => {
                if combined.parts.len() > 1 && combined.criterion != Criterion::All {
                    return Ok(false);
                }
                self.any(&combined.parts, |diff, part| {
                    diff.parts(part, &Part::Shape(update.clone()))
                })
            }
            _ => Ok(false),
        }
    }

    fn any(
        &mut self,
        parts: &[Part<'s>],
        mut compare: impl FnMut(&mut Self, &Part<'s>) -> Result<()>,
    ) -> Result<bool> {
        for part in parts {
            let found = self.aside(|diff| compare(diff, part))?;
            if found.iter().all(|finding| finding.kind.is_tolerated()) {
                self.extend(found)?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) fn combined(
        &mut self,
        original: &Combined<'s>,
        update: &Combined<'s>,
    ) -> Result<()> {
        if !is_wider(original, update) {
            return self.add(Kind::CombinedTypeChanged);
        }
        let old = distinct(&original.parts);
        let new = distinct(&update.parts);
        match update.criterion {
            Criterion::All if new.len() > old.len() => self.add(Kind::ProductTypeExtended)?,
            Criterion::Any | Criterion::One if new.len() < old.len() => {
                self.add(Kind::SumTypeNarrowed)?;
            }
            _ => {}
        }
        let mut fits = Vec::with_capacity(old.len());
        for (index, before) in old.iter().enumerate() {
            let segment = format!("{}/{index}", original.criterion.keyword());
            self.within(segment, |diff| {
                let mut row = Vec::with_capacity(new.len());
                for after in &new {
                    let found = diff.aside(|diff| diff.parts(before, after))?;
                    let fits = found.iter().all(|finding| finding.kind.is_tolerated());
                    row.push(fits.then_some(found));
                }
                fits.push(row);
                Ok(())
            })?;
        }
        let matched = matching(&fits, new.len());
        let count = matched.iter().flatten().count();
        for (column, row) in matched.into_iter().enumerate() {
            let found = row.and_then(|row| fits.get(row)?.get(column)?.clone());
            self.extend(found.unwrap_or_default())?;
        }
        match count < old.len().min(new.len()) {
            true => self.add(Kind::CombinedTypeSubschemasChanged),
            false => Ok(()),
        }
    }
}

/// Returns whether the update's way of combining accepts what the original's accepted: any way may
/// become `anyOf`, and a single schema may be combined in any way.
fn is_wider(original: &Combined<'_>, update: &Combined<'_>) -> bool {
    original.criterion == update.criterion
        || match update.criterion {
            Criterion::Any => true,
            Criterion::One => original.parts.len() == 1,
            Criterion::All => original.parts.len() == 1 && update.parts.len() == 1,
        }
}

/// Equal schemas count once.
fn distinct<'p, 's>(parts: &'p [Part<'s>]) -> Vec<&'p Part<'s>> {
    let mut found: Vec<&Part<'s>> = Vec::with_capacity(parts.len());
    for part in parts {
        let is_known = found.iter().any(|known| match (known, part) {
            (Part::Node(known), Part::Node(node)) => {
                known.value == node.value && known.base_uri() == node.base_uri()
            }
            _ => false,
        });
        if !is_known {
            found.push(part);
        }
    }
    found
}

/// A maximum matching: for each column the row that it is matched with.
fn matching<T>(fits: &[Vec<Option<T>>], columns: usize) -> Vec<Option<usize>> {
    let mut matched = vec![None; columns];
    for row in 0..fits.len() {
        let mut seen = vec![false; columns];
        augment(fits, row, &mut seen, &mut matched);
    }
    matched
}

fn augment<T>(
    fits: &[Vec<Option<T>>],
    row: usize,
    seen: &mut [bool],
    matched: &mut [Option<usize>],
) -> bool {
    for column in 0..matched.len() {
        let is_edge = fits
            .get(row)
            .and_then(|row| row.get(column))
            .is_some_and(Option::is_some);
        match seen.get_mut(column) {
            Some(seen) if is_edge && !*seen => *seen = true,
            _ => continue,
        }
        let taken = matched.get(column).copied().flatten();
        if taken.is_none_or(|other| augment(fits, other, seen, matched)) {
            if let Some(slot) = matched.get_mut(column) {
                *slot = Some(row);
            }
            return true;
        }
    }
    false
}
