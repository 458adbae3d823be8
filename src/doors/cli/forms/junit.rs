//! JUnit XML: a suite for the run, with one case for the property and one for each signature.

use super::{Ended, Findings};
use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};
use std::io::{self, Write};
use std::time::Duration;

pub(super) fn print(findings: &Findings, ended: &Ended, out: &mut impl Write) -> io::Result<()> {
    let Findings { command, property, subject, .. } = findings;
    let time = Duration::try_from_secs_f64(ended.seconds).unwrap_or_default();
    let mut suite = TestSuite::new(format!("heapproof {command}"));
    suite.set_time(time);
    suite.add_properties(ended.about.iter().map(|(name, value)| Property::new(name.as_str(), value.as_str())));
    let classname = format!("{subject}.{property}");
    let add = |suite: &mut TestSuite, name: &str, status: TestCaseStatus, out: Option<&str>| {
        let mut case = TestCase::new(name, status);
        case.set_classname(classname.as_str());
        if let Some(out) = out {
            case.set_system_out(out);
        }
        suite.add_test_case(case);
    };
    let mut whole = match (ended.violations.is_empty(), ended.interrupted) {
        (true, false) => TestCaseStatus::success(),
        (true, true) => TestCaseStatus::non_success(NonSuccessKind::Error),
        (false, _) => TestCaseStatus::non_success(NonSuccessKind::Failure),
    };
    whole.set_message(ended.verdict.as_str());
    add(&mut suite, "programs", whole, None);
    for finding in &findings.found {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        let saved =
            finding.place.as_ref().map_or_else(String::new, |(path, line)| format!("saved as {path}, line {line}\n"));
        status.set_type(finding.signature.as_str());
        status.set_message(finding.report.lines().next().unwrap_or_default());
        status.set_description(format!("{}{saved}replay it: {}\n", finding.report, finding.replay));
        add(&mut suite, &finding.signature, status, Some(&finding.trace));
    }
    for signature in findings.unminimised(ended) {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type(signature).set_message("not minimised");
        add(&mut suite, signature, status, None);
    }
    for (signature, count) in &ended.known {
        let mut status = TestCaseStatus::skipped();
        status.set_message(format!("known, in {count} programs"));
        add(&mut suite, signature, status, None);
    }
    let mut report = Report::new("heapproof");
    report.set_time(time);
    report.add_test_suite(suite);
    writeln!(out, "{}", report.to_string().map_err(io::Error::other)?.trim_end())
}
