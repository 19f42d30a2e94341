//! Shape plans: what rustybuzz works out from a font for a script, a direction and features. A plan takes longer to make
//! than a short document takes to shape, so plans stay with the file.

use std::sync::{Arc, Mutex, PoisonError};

use rustybuzz::ttf_parser::Tag;
use rustybuzz::{Direction, Language, Script, ShapePlan};

use super::pairs::Pairs;

/// More than a document in several scripts needs; a document that asks for ever new features gets plans that are not kept.
const KEPT: usize = 32;

const LATIN: Tag = Tag::from_bytes(b"Latn");

/// What a plan depends on beside the font.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tasks::pdf) struct PlanKey {
    /// ISO 15924.
    pub(in crate::tasks::pdf) script: Tag,
    pub(in crate::tasks::pdf) rtl: bool,
    /// Tags and values, in the order in which they apply.
    pub(in crate::tasks::pdf) features: Vec<(Tag, u32)>,
    /// BCP 47.
    pub(in crate::tasks::pdf) language: Option<String>,
}

impl PlanKey {
    pub(in crate::tasks::pdf) fn script(&self) -> Option<Script> {
        Script::from_iso15924_tag(self.script)
    }

    pub(in crate::tasks::pdf) fn direction(&self) -> Direction {
        if self.rtl { Direction::RightToLeft } else { Direction::LeftToRight }
    }

    pub(in crate::tasks::pdf) fn language(&self) -> Option<Language> {
        self.language.as_deref().and_then(|language| language.parse().ok())
    }

    fn make(&self, face: &rustybuzz::Face<'_>) -> Plan {
        let features: Vec<_> =
            self.features.iter().map(|(tag, value)| rustybuzz::Feature::new(*tag, *value, ..)).collect();
        let shape = ShapePlan::new(face, self.direction(), self.script(), self.language().as_ref(), &features);
        let plain = self.script == LATIN && !self.rtl && self.features.is_empty();
        Plan { shape, pairs: if plain { Pairs::of(face) } else { None } }
    }
}

pub(in crate::tasks::pdf) struct Plan {
    pub(in crate::tasks::pdf) shape: ShapePlan,
    /// For Latin text without further wishes.
    pub(in crate::tasks::pdf) pairs: Option<Pairs>,
}

#[derive(Default)]
pub(super) struct Plans(Mutex<Vec<(PlanKey, Arc<Plan>)>>);

impl Plans {
    pub(super) fn get(&self, key: &PlanKey) -> Option<Arc<Plan>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(known, _)| known == key).map(|(_, plan)| Arc::clone(plan))
    }

    /// Makes a plan that there was not.
    pub(super) fn make(&self, key: &PlanKey, face: &rustybuzz::Face<'_>) -> Arc<Plan> {
        let plan = Arc::new(key.make(face));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have made it meanwhile. The first is kept, as it has begun to learn.
        if let Some((_, known)) = kept.iter().find(|(known, _)| known == key) {
            return Arc::clone(known);
        }
        if kept.len() < KEPT {
            kept.push((key.clone(), Arc::clone(&plan)));
        }
        plan
    }
}
