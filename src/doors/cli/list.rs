//! `heapproof list`: prints names with their descriptions.

mod kinds;

use super::output::Output;
use super::{Context, End, Trouble};
use crate::judge::properties::Property;
use crate::judge::signature::Signature;
use crate::judge::subject::SubjectKind;
use crate::programs::generate::Profile;
use crate::runs::statistics::Condition;
use crate::subjects::shown_by;
use clap::ValueEnum;
use heapproof_model::Code;
use heapproof_model::dialect::CLAUSES;
use kinds::KINDS;
use std::io::Write;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Listed {
    /// Heaps that can be put under proof; for wrong ones, the property that shows the mistake
    Subjects,
    /// Properties that can be checked
    Properties,
    /// Mixes of operations for random programs
    Profiles,
    /// Conditions that programs can reach
    Conditions,
    /// Operations of programs
    Operations,
    /// Clauses in which heaps differ, and their answers
    Dialects,
    /// Kinds of violation; with `--all` every signature, without its place
    Signatures,
}

pub(super) fn list(context: &Context<'_>, what: Listed, all: bool, output: &mut Output) -> Result<End, Trouble> {
    match what {
        Listed::Subjects => {
            for (number, family) in context.families().iter().enumerate() {
                if number > 0 {
                    writeln!(output)?;
                }
                subjects(family, output)?;
            }
        }
        Listed::Properties => {
            for property in Property::ALL {
                writeln!(output, "{:12} {}", property.name(), property.about())?;
            }
        }
        Listed::Profiles => {
            for profile in Profile::ALL {
                writeln!(output, "{:12} {}", profile.name(), profile.about())?;
            }
        }
        Listed::Conditions => {
            for condition in Condition::ALL {
                writeln!(output, "{:22} {}", condition.name(), condition.words())?;
            }
        }
        Listed::Dialects => dialects(output)?,
        Listed::Signatures if all => {
            for signature in Signature::kinds() {
                writeln!(output, "{signature}")?;
            }
        }
        Listed::Signatures => signatures(output)?,
        Listed::Operations => {
            for code in Code::ALL {
                writeln!(output, "{:16} {}", code.name(), code.text())?;
            }
        }
    }
    Ok(End::Passed)
}

/// Prints the clauses and their answers.
fn dialects(output: &mut Output) -> Result<(), Trouble> {
    for clause in CLAUSES {
        writeln!(output, "{:16} {}", clause.name, clause.asks())?;
        for (word, meaning) in clause.answers() {
            writeln!(output, "  {word:14} {meaning}")?;
        }
    }
    writeln!(output, "{:16} The longest chain and ring that a line may make: a number", "depth")?;
    writeln!(output, "{:16} The most passes of a collection with `reach n-passes`: a number", "passes")?;
    Ok(writeln!(
        output,
        "
The first answer of each is the default; a subject declares its own by `Subject::dialect`."
    )?)
}

/// Prints the kinds of violation with their descriptions.
fn signatures(output: &mut Output) -> Result<(), Trouble> {
    for (kind, suffix, words) in KINDS {
        let name = format!("{kind}{suffix}");
        writeln!(output, "{name:24} {words}")?;
    }
    writeln!(
        output,
        "\n{} signatures divide these kinds further, without their places: `list signatures --all`",
        Signature::kinds().len()
    )?;
    Ok(())
}

/// Prints a family of subjects. For those that are wrong on purpose, it names the property that shows the mistake.
fn subjects(family: &[&SubjectKind], output: &mut Output) -> Result<(), Trouble> {
    let width = family.iter().map(|kind| kind.name.len()).max().unwrap_or(0);
    for kind in family {
        let by = shown_by(kind).map_or_else(String::new, |property| format!(" (shown by {})", property.name()));
        writeln!(output, "{:width$}  {}{by}", kind.name, kind.about)?;
    }
    Ok(())
}
