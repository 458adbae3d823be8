//! A run of random programs as its results describe it, without the heap: what was asked for, and what could be reached.
//!
//! The results of several machines are put together where the heap may not be installed, so everything that a result says
//! depends on this alone.

use crate::failure::heading::judged_by;
use crate::judge::properties::Property;
use crate::judge::signature::Signature;
use crate::judge::subject::Abilities;
use crate::programs::generate::Profile;
use crate::runs::campaign::Campaign;
use crate::runs::share::Share;
use crate::runs::statistics::{Condition, Conditions, Encounter, Reach};
use heapproof_model::Code;
use heapproof_model::dialect::WrongCalls;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a run was asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    /// The version of this program.
    pub version: String,
    /// What it judges by; each program by one of them.
    pub properties: BTreeSet<Property>,
    pub subject: String,
    /// What its programs mostly do; each does one of them.
    pub profiles: Vec<String>,
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
    /// For each property the comment that says by what a trace is to be judged.
    pub judged_by: BTreeMap<Property, String>,
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
    /// The properties that are about nothing that the subject has.
    pub blind: BTreeSet<String>,
    /// One program in so many is observed.
    pub every: u64,
    /// How many threads run them.
    pub jobs: usize,
}

impl Run {
    /// That of a campaign; `options` repeat it.
    pub fn new(campaign: &Campaign, abilities: &Abilities, options: String) -> Run {
        let Campaign { mix, subject, seed, known, .. } = campaign;
        let properties = mix.properties();
        Run {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            judged_by: properties.iter().map(|property| (*property, judged_by(*property, subject))).collect(),
            properties,
            subject: subject.name.clone().into_owned(),
            profiles: mix.profiles().iter().map(|profile| profile.name().to_owned()).collect(),
            seed: *seed,
            cases: Some(campaign.cases).filter(|_| campaign.time.is_none()),
            dialect: abilities.dialect().to_string(),
            unchecked: abilities.unchecked(),
            signatures: Signature::VERSION,
            known: known.clone(),
            options,
            expected: Expected::new(campaign, abilities),
        }
    }

    /// The property, if there is but one.
    pub fn property(&self) -> Option<&'static str> {
        self.properties.iter().next().filter(|_| self.properties.len() == 1).map(|property| property.name())
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
        let mix = &campaign.mix;
        let profiles = mix.profiles();
        let is_drawn = |code: Code| profiles.iter().any(|profile| profile.weight(code) > 0);
        let reach = Reach::new(*abilities, &is_drawn);
        let mut conditions = Conditions::default();
        Condition::ALL.iter().filter(|it| reach.condition(**it)).for_each(|it| conditions.add(*it));
        let drawn = Code::ALL.iter().filter(|code| abilities.has(**code) && is_drawn(**code));
        let properties = mix.properties();
        let blind = properties.iter().filter(|property| !property.is_about(abilities));
        Expected {
            conditions,
            encounters: Encounter::all().filter(|it| reach.encounter(*it)).collect(),
            drawn: drawn.map(|code| code.name().to_owned()).collect(),
            // Other profiles draw so few of some operations that wrong calls are rare too.
            errs: mix.main().profile == Profile::Default && abilities.dialect().wrong_calls == WrongCalls::Refused,
            blind: blind.map(|property| property.name().to_owned()).collect(),
            every: campaign.observed(),
            jobs: campaign.jobs,
        }
    }
}
