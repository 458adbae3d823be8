//! A run of random programs as its results describe it, without the heap: what was asked for, and what could be reached.
//!
//! The results of several machines are put together where the heap may not be installed, so everything that a result says
//! depends on this alone.

use crate::failure::heading::judged_by;
use crate::judge::signature::Signature;
use crate::judge::subject::Abilities;
use crate::programs::generate::Profile;
use crate::runs::campaign::Campaign;
use crate::runs::share::Share;
use crate::runs::statistics::{Condition, Conditions, Encounter, Reach};
use heapproof_model::Code;
use heapproof_model::dialect::WrongCalls;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a run was asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    /// The version of this program.
    pub version: String,
    pub property: String,
    pub subject: String,
    pub profile: String,
    pub seed: u64,
    /// The number of programs, if the run was given one: all shares together.
    pub cases: Option<u64>,
    pub dialect: String,
    /// What the subject does not have, in words.
    pub unchecked: Vec<String>,
    /// The version of signatures.
    pub signatures: u32,
    /// The failures that are no news.
    pub known: BTreeSet<Signature>,
    /// The comment that says by what a trace is to be judged.
    pub judged_by: String,
    /// The options that repeat the run, besides its seed and its cases.
    pub options: String,
    pub expected: Expected,
}

/// What programs of a run can reach, and what is normal for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Expected {
    pub conditions: Conditions,
    pub encounters: BTreeSet<Encounter>,
    /// The operations that are drawn.
    pub drawn: BTreeSet<String>,
    /// Whether wrong calls should occur.
    pub errs: bool,
    /// Whether the property is about anything that the subject has.
    pub is_about: bool,
    /// One program in so many is observed.
    pub every: u64,
    /// How many threads run them.
    pub jobs: usize,
}

impl Run {
    /// That of a campaign; `options` repeat it.
    pub fn new(campaign: &Campaign, abilities: &Abilities, options: String) -> Run {
        let Campaign { property, subject, seed, recipe, known, .. } = campaign;
        Run {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            property: property.name().to_owned(),
            subject: subject.name.clone().into_owned(),
            profile: recipe.profile.name().to_owned(),
            seed: *seed,
            cases: Some(campaign.cases).filter(|_| campaign.time.is_none()),
            dialect: abilities.dialect().to_string(),
            unchecked: abilities.unchecked(),
            signatures: Signature::VERSION,
            known: known.clone(),
            judged_by: judged_by(*property, subject),
            options,
            expected: Expected::new(campaign, abilities),
        }
    }

    /// The command that repeats the first `cases` programs of the run, or this share of them.
    pub fn repeat(&self, name: &str, cases: u64, share: Share) -> String {
        let (seed, options) = (self.seed, &self.options);
        let share = if share == Share::WHOLE { String::new() } else { format!(" --shard {share}") };
        format!("{name} check --seed {seed} --cases {cases}{share}{options}")
    }
}

impl Expected {
    fn new(campaign: &Campaign, abilities: &Abilities) -> Expected {
        let profile = campaign.recipe.profile;
        let is_drawn = |code: Code| profile.weight(code) > 0;
        let reach = Reach::new(*abilities, &is_drawn);
        let mut conditions = Conditions::default();
        Condition::ALL.iter().filter(|it| reach.condition(**it)).for_each(|it| conditions.add(*it));
        let drawn = Code::ALL.iter().filter(|code| abilities.has(**code) && is_drawn(**code));
        Expected {
            conditions,
            encounters: Encounter::all().filter(|it| reach.encounter(*it)).collect(),
            drawn: drawn.map(|code| code.name().to_owned()).collect(),
            // Other profiles draw so few of some operations that wrong calls are rare too.
            errs: profile == Profile::Default && abilities.dialect().wrong_calls == WrongCalls::Refused,
            is_about: campaign.property.is_about(abilities),
            every: campaign.observed(),
            jobs: campaign.jobs,
        }
    }
}
