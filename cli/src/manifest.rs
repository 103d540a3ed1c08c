//! `connector manifest`: what LivePerson is given to install the app, or what is wrong with it.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};

use liveengage_connector::liveengage::installation::{
    Deployment, Finding, Manifest, ManifestOptions, Severity, examine,
};
use serde_json::{Map, Value};

use crate::options::Options;
use crate::report::{Report, count};
use crate::settings::{self, Settings};
use crate::{say, say_aside};

/// Writes the manifest to standard output; whether there is one.
pub(crate) fn write(
    options: &Options,
    account: &str,
    chosen: &ManifestOptions,
) -> Result<bool, String> {
    let settings = load(options)?;
    find_account(&settings, account)?;
    let public_url = settings
        .public_url()
        .ok_or("PUBLIC_URL is missing or not an https URL; set it in [vars]")?;
    match Manifest::build(&public_url, chosen) {
        Ok((manifest, findings)) => {
            let text = serde_json::to_string_pretty(&manifest)
                .map_err(|error| format!("the manifest cannot be written: {error}"))?;
            say(&format!("{text}\n"));
            let mut report = Report::default();
            report.section(&format!(
                "The manifest of {public_url} for the account {account}"
            ));
            list(&mut report, &findings);
            say_aside(&report.finish());
            Ok(true)
        }
        Err(findings) => {
            let mut report = Report::default();
            report.section("No manifest was written: LivePerson would not take it");
            list(&mut report, &findings);
            say_aside(&report.finish());
            Ok(false)
        }
    }
}

/// Says what is wrong with a manifest; whether nothing is.
pub(crate) fn validate(
    options: &Options,
    file: &OsStr,
    account: Option<&str>,
) -> Result<bool, String> {
    let settings = load(options)?;
    let table = match account {
        Some(name) => Some(find_account(&settings, name)?),
        None => match settings.account_tables().as_slice() {
            [(_, only)] => Some(only.clone()),
            _ => None,
        },
    };
    let client_id = table
        .as_ref()
        .and_then(|table| table.get("client_id")?.as_str());
    let public_url = settings.public_url();
    let deployment = Deployment {
        public_url: public_url.as_deref(),
        client_id,
    };

    let (name, text) = read(file)?;
    let mut report = Report::default();
    report.section(&format!("The manifest in {name}"));
    let Ok(value) = serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')) else {
        report.line(1, "is not JSON");
        report.line(2, "-> make one by `connector manifest`");
        say(&report.finish());
        return Ok(false);
    };
    let findings = examine(&value, &deployment);
    if value.get("client_id").is_some_and(|id| !id.is_null()) && client_id.is_none() {
        report.line(
            1,
            "its client_id was compared with nothing: name an account that has one",
        );
    }
    list(&mut report, &findings);
    say(&report.finish());
    Ok(!findings
        .iter()
        .any(|finding| finding.severity == Severity::Wrong))
}

fn load(options: &Options) -> Result<Settings, String> {
    settings::load(options)?.map_err(|not| {
        format!(
            "{} is not TOML: line {}: {}",
            options.config.display(),
            not.line,
            not.reason
        )
    })
}

/// The table of an account, complete or not.
pub(crate) fn find_account(settings: &Settings, name: &str) -> Result<Map<String, Value>, String> {
    let tables = settings.account_tables();
    let found = tables.iter().find(|(known, _)| known == name);
    found.map(|(_, table)| table.clone()).ok_or_else(|| {
        let known: Vec<&str> = tables.iter().map(|(name, _)| name.as_str()).collect();
        match known.as_slice() {
            [] => {
                format!(
                    "there is no account `{name}`, nor any other: add a table [vars.ACCOUNT_MAIN]"
                )
            }
            known => format!(
                "there is no account `{name}`; there are: {}",
                known.join(", ")
            ),
        }
    })
}

/// A name for the file, and its text.
fn read(file: &OsStr) -> Result<(String, String), String> {
    if file == "-" {
        let mut text = String::new();
        io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| format!("standard input cannot be read: {error}"))?;
        return Ok(("standard input".to_owned(), text));
    }
    let name = file.to_string_lossy().into_owned();
    let text =
        fs::read_to_string(file).map_err(|error| format!("{name} cannot be read: {error}"))?;
    Ok((name, text))
}

/// The findings, the worst first.
fn list(report: &mut Report, findings: &[Finding]) {
    let groups = [
        (Severity::Wrong, "Wrong"),
        (Severity::Unwise, "Unwise"),
        (Severity::Note, "Good to know"),
    ];
    for (severity, heading) in groups {
        let group: Vec<&Finding> = findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .collect();
        if group.is_empty() {
            continue;
        }
        report.section(heading);
        for finding in group {
            let path = match finding.path.as_str() {
                "" => "the document",
                path => path,
            };
            report.line(1, format!("{path} {}", finding.problem));
            report.line(2, format!("-> {}", finding.cure));
        }
    }
    match findings.len() {
        0 => report.section("Nothing is wrong with it."),
        number => report.section(&count(number, "finding")),
    }
}
