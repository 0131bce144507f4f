use std::collections::BTreeMap;

use crate::error::Result;
use crate::level::Level;
use crate::memory::store::refusal;
use crate::mode::Mode;
use crate::subject::Subject;

/// The settings of the registry, of contexts (under `:.blue:`) and of subjects.
#[derive(Debug)]
pub(super) struct Settings {
    level: Option<Level>,
    normalizes: Option<bool>,
    mode: Mode,
    own: BTreeMap<Subject, Own>,
}

/// The own settings of one subject or context.
#[derive(Clone, Copy, Debug, Default)]
struct Own {
    level: Option<Level>,
    normalizes: Option<bool>,
    mode: Option<Mode>,
}

impl Settings {
    pub(super) fn new() -> Self {
        Self {
            level: None,
            normalizes: None,
            mode: Mode::ReadWrite,
            own: BTreeMap::new(),
        }
    }

    /// The level in force: of the subject, its context, or the registry.
    pub(super) fn level(&self, scope: Option<&Subject>) -> Level {
        self.nearest(scope, |own| own.level)
            .or(self.level)
            .unwrap_or(DEFAULT_LEVEL)
    }

    /// The mode in force. A `READONLY_OVERRIDE` of the registry takes precedence.
    pub(super) fn mode(&self, scope: Option<&Subject>) -> Mode {
        if self.mode == Mode::ReadOnlyOverride {
            return self.mode;
        }
        self.nearest(scope, |own| own.mode).unwrap_or(self.mode)
    }

    pub(super) fn own_level(&self, scope: Option<&Subject>) -> Result<Level> {
        let Some(subject) = scope else {
            return Ok(self.level(None));
        };
        let own = self.own.get(subject).and_then(|own| own.level);
        own.ok_or_else(|| refusal::no_own_level(subject))
    }

    /// The setting in force.
    pub(super) fn normalizes(&self, scope: Option<&Subject>) -> Option<bool> {
        self.nearest(scope, |own| own.normalizes)
            .or(self.normalizes)
    }

    pub(super) fn own_normalizes(&self, scope: Option<&Subject>) -> Option<bool> {
        match scope {
            None => self.normalizes,
            Some(subject) => self.own.get(subject)?.normalizes,
        }
    }

    pub(super) fn own_mode(&self, scope: Option<&Subject>) -> Result<Mode> {
        let Some(subject) = scope else {
            return Ok(self.mode);
        };
        if self.mode == Mode::ReadOnlyOverride {
            return Ok(self.mode);
        }
        let own = self.own.get(subject).and_then(|own| own.mode);
        own.ok_or_else(|| refusal::no_own_mode(subject))
    }

    pub(super) fn set_level(&mut self, scope: Option<&Subject>, level: Option<Level>) {
        match scope {
            None => self.level = level,
            Some(subject) => self.change(subject, |own| own.level = level),
        }
    }

    pub(super) fn set_normalizes(&mut self, scope: Option<&Subject>, normalizes: Option<bool>) {
        match scope {
            None => self.normalizes = normalizes,
            Some(subject) => self.change(subject, |own| own.normalizes = normalizes),
        }
    }

    pub(super) fn set_mode(&mut self, scope: Option<&Subject>, mode: Option<Mode>) {
        match scope {
            None => self.mode = mode.unwrap_or(Mode::ReadWrite),
            Some(subject) => self.change(subject, |own| own.mode = mode),
        }
    }

    /// Removes the settings of a subject, as deleting its last version does.
    pub(super) fn clear(&mut self, subject: &Subject) {
        self.own.remove(subject);
    }

    fn change(&mut self, subject: &Subject, change: impl FnOnce(&mut Own)) {
        let own = self.own.entry(subject.clone()).or_default();
        change(own);
        if own.level.is_none() && own.mode.is_none() && own.normalizes.is_none() {
            self.own.remove(subject);
        }
    }

    fn nearest<T>(&self, scope: Option<&Subject>, part: impl Fn(&Own) -> Option<T>) -> Option<T> {
        let subject = scope?;
        let own = self.own.get(subject).and_then(&part);
        own.or_else(|| self.own.get(&subject.context().scope()?).and_then(&part))
    }
}

/// Confluent's.
const DEFAULT_LEVEL: Level = Level::Backward;
