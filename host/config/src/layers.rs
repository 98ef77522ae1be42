//! Values on top of each other, with where each came from and what was wrong with it.

use std::collections::BTreeMap;

use crate::given::Given;
use crate::{Key, Mistake, Origin};

/// What is known of the values besides themselves.
#[derive(Debug, Default)]
pub struct Layers {
    /// Where each came from, by its path such as `source[0].url`; those without are defaults.
    pub origins: BTreeMap<String, Origin>,
    pub mistakes: Vec<Mistake>,
}

impl Layers {
    /// Puts a value over what is there.
    pub fn put<T>(
        &mut self,
        section: &str,
        key: &Key<T>,
        target: &mut T,
        given: Given,
        origin: Origin,
    ) {
        if let Some(rival) = key.rival() {
            let other = self.origins.remove(&format!("{section}.{rival}"));
            if other.is_some_and(|other| other.is_beside(&origin)) {
                let name = key.name;
                let reason = format!("expected one of `{rival}` and `{name}`, found both");
                self.mistake(origin.clone(), reason);
            }
        }
        match key.put(target, given) {
            Ok(()) => {
                self.origins
                    .insert(format!("{section}.{}", key.name), origin);
            }
            Err(reason) => self.mistake(origin, reason),
        }
    }

    pub fn mistake(&mut self, origin: Origin, reason: String) {
        self.mistakes.push(Mistake { origin, reason });
    }

    pub fn origin(&self, path: &str) -> Origin {
        self.origins.get(path).cloned().unwrap_or_default()
    }

    /// Forgets where the values of a list came from, since another one takes its place.
    pub fn forget(&mut self, section: &str) {
        let list = format!("{section}[");
        self.origins.retain(|path, _| !path.starts_with(&list));
    }
}
