//! Parts of a check that have points of their own.

use super::{Check, Text};
use serde::Deserialize;
use std::borrow::Cow;

/// A part of a check: a function of its own, run as the check's kind and limits say.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The function's name.
    pub name: String,
    /// What it is worth.
    pub points: u32,
    /// What it asks for.
    #[serde(default)]
    pub title: Text,
}

impl Check {
    /// The names of the functions that are run for it: its own, or those of its cases.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        let own = self.cases.is_empty().then_some(self.name.as_str());
        own.into_iter().chain(self.cases.iter().map(|case| case.name.as_str()))
    }

    /// What is run for it, each as a check of its own: itself, or its cases.
    pub fn parts(&self) -> Vec<Cow<'_, Check>> {
        if self.cases.is_empty() {
            return vec![Cow::Borrowed(self)];
        }
        let part = |case: &Case| {
            Cow::Owned(Check {
                name: case.name.clone(),
                points: case.points,
                title: case.title.clone(),
                cases: Vec::new(),
                ..self.clone()
            })
        };
        self.cases.iter().map(part).collect()
    }
}
