//! `connector check`: the settings, read by the same code that the deployed connector reads them with.

mod describe;

use std::collections::BTreeMap;
use std::path::PathBuf;

use liveengage_connector::config::{ADMIN_TOKEN, Bindings, Config, Problem};
use serde_json::{Map, Value};

use crate::dev_vars::DevVars;
use crate::options::{Live, Options};
use crate::report::{Report, count};
use crate::settings::{self, NotToml, Settings};
use crate::wrangler::Deployment;
use crate::{live, manifest, say};

/// Cloudflare's limits of a Worker: variables and secrets on the free and on the paid plan, and the size of each. Other
/// bindings are counted with them, to be on the safe side.
/// <https://developers.cloudflare.com/workers/platform/limits/#environment-variables>
const FREE_PLAN: usize = 64;
const PAID_PLAN: usize = 128;
const MAX_BYTES: usize = 5 * 1024;

/// Stands in for a secret that cannot be seen, so that the rest of the configuration can be checked.
const UNSEEN: &str = "a secret that is not visible from here";

/// Says what the settings are and what is wrong with them, then what is deployed; whether everything is in order. An error is
/// why there is no report.
pub(crate) fn check(options: &Options, live: Option<&Live>) -> Result<bool, String> {
    let file = options.config.display();
    let env = options.env.as_deref();
    let settings = match settings::load(options)? {
        Ok(settings) => settings,
        Err(NotToml { line, reason }) => {
            let mut report = Report::default();
            report.section(&format!("{file} is not TOML"));
            report.line(1, format!("line {line}: {reason}"));
            say(&report.finish());
            return Ok(false);
        }
    };
    let only = live.and_then(|live| live.account.as_deref());
    if let Some(only) = only {
        manifest::find_account(&settings, only)?;
    }
    let mut report = Report::default();
    let place = env.map_or(String::new(), |name| format!(", environment {name}"));
    report.section(&format!("Configuration of {file}{place}"));
    let in_order = describe(&mut report, env, &settings);
    say(&report.finish());
    if live.is_none() {
        return Ok(in_order);
    }
    let bindings = settings.bindings();
    let config = Config::read(&bindings);
    let complete = describe_missing(&settings, &config, only);
    let public_url = settings::public_url(&bindings);
    let answers = live::check(&config, public_url.as_deref(), only);
    Ok(in_order && complete && answers)
}

/// Which secrets keep accounts and channels out of a live check; whether none do.
fn describe_missing(settings: &Settings, config: &Config, only: Option<&str>) -> bool {
    let of_only = |secret: &str| {
        let account = match settings::table_name(secret, "SECRET_ACCOUNT_") {
            Some(account) => Some(account),
            None => secret
                .strip_prefix("SECRET_")
                .and_then(|table| settings.field(table, "account")),
        };
        only.is_none() || account.as_deref() == only
    };
    let missing: Vec<&str> = config
        .problems
        .iter()
        .map(|problem| problem.key.as_str())
        .filter(|key| key.starts_with("SECRET_"))
        .filter(|key| of_only(key.split('.').next().unwrap_or_default()))
        .collect();
    if missing.is_empty() {
        return true;
    }
    let mut report = Report::following();
    report.section("Missing for the live check");
    for secret in missing {
        report.line(1, secret);
    }
    report.line(
        1,
        "-> write them into .dev.vars beside the configuration, or name the file by --secrets FILE",
    );
    say(&report.finish());
    false
}

fn describe(report: &mut Report, env: Option<&str>, settings: &Settings) -> bool {
    let deployment = &settings.deployment;
    let secrets = settings.secrets.as_ref();
    let mut problems = file_problems(env, deployment, secrets);
    let mut bindings = settings.bindings();
    let mut required = BTreeMap::new();
    match secrets {
        Some((path, _)) => report.line(1, format!("secrets from {}", path.display())),
        None => {
            report.line(1, "without secrets: there is no .dev.vars here");
            required = stand_in(&mut bindings);
        }
    }
    let config = Config::read(&bindings);
    problems.extend(config.problems.iter().cloned());

    describe::accounts(report, &config, &bindings);
    describe::channels(report, &config, &bindings);
    if secrets.is_none() {
        describe::required(report, env, &required);
    }
    problems.extend(describe_bindings(report, deployment, &bindings));
    describe::identity_key(report, &config, secrets.is_some());
    describe::admin(report, &config, secrets.is_some());
    describe::notes(report, deployment);
    describe_problems(report, &problems)
}

/// Mistakes in the files themselves, which the deployed connector could not see.
fn file_problems(
    env: Option<&str>,
    deployment: &Deployment,
    secrets: Option<&(PathBuf, DevVars)>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Some(env) = env.filter(|_| deployment.vars_not_inherited) {
        problems.push(Problem {
            key: format!("[env.{env}.vars]"),
            problem: "is missing, and wrangler does not inherit [vars]".to_owned(),
            cure: format!("repeat the settings under [env.{env}.vars]"),
        });
    }
    for name in deployment.vars.keys() {
        if name == "IDENTITY_KEY" || name == ADMIN_TOKEN || name.starts_with("SECRET_") {
            problems.push(Problem {
                key: name.clone(),
                problem: "is a secret and stands among the settings in plain text".to_owned(),
                cure: format!(
                    "take it out, change what it held where that can be changed, and store it by `{}`",
                    wrangler_secret(&format!("put {name}"), env)
                ),
            });
        }
    }
    if let Some((path, file)) = secrets {
        problems.extend(file.unread_lines.iter().map(|line| Problem {
            key: format!("{}:{line}", path.display()),
            problem: "is not a line that wrangler understands".to_owned(),
            cure: "write NAME='value', with JSON between single quotes".to_owned(),
        }));
    }
    problems
}

fn wrangler_secret(what: &str, env: Option<&str>) -> String {
    let env = env.map_or(String::new(), |name| format!(" --env {name}"));
    format!("npx wrangler secret {what}{env}")
}

/// Puts something in the place of every secret that the settings ask for, and says which these are with their fields.
fn stand_in(bindings: &mut Bindings) -> BTreeMap<String, Vec<String>> {
    let mut required: BTreeMap<String, Vec<String>> = BTreeMap::new();
    // A secret may be asked for only once what it depends on is there: an account's before its channels'.
    loop {
        let mut found = false;
        for Problem { key, .. } in Config::read(bindings).problems {
            let (secret, field) = match key.split_once('.') {
                Some((secret, field)) => (secret, Some(field)),
                None => (key.as_str(), None),
            };
            let fields = required.get(secret).map_or(&[][..], Vec::as_slice);
            match field {
                None if secret == "IDENTITY_KEY" && !bindings.contains_key(secret) => {
                    bindings.insert(secret.to_owned(), Value::from(UNSEEN));
                    required.insert(secret.to_owned(), Vec::new());
                    found = true;
                }
                Some(field)
                    if secret.starts_with("SECRET_") && !fields.iter().any(|f| f == field) =>
                {
                    let table = bindings
                        .entry(secret.to_owned())
                        .or_insert_with(|| Value::Object(Map::new()));
                    if let Some(table) = table.as_object_mut() {
                        table.insert(field.to_owned(), Value::from(UNSEEN));
                        required
                            .entry(secret.to_owned())
                            .or_default()
                            .push(field.to_owned());
                        found = true;
                    }
                }
                _ => {}
            }
        }
        if !found {
            return required;
        }
    }
}

/// Counts and sizes, with what is beyond the limits.
fn describe_bindings(
    report: &mut Report,
    deployment: &Deployment,
    bindings: &Bindings,
) -> Vec<Problem> {
    let settings = deployment.vars.len();
    let secrets = bindings
        .keys()
        .filter(|name| !deployment.vars.contains_key(*name))
        .count();
    let others: usize = deployment.others.iter().map(|(_, number)| number).sum();
    let total = settings + secrets + others;

    report.section("Bindings");
    let mut parts = vec![count(settings, "setting"), count(secrets, "secret")];
    parts.extend(
        deployment
            .others
            .iter()
            .map(|(what, number)| count(*number, what)),
    );
    report.line(1, format!("{total}: {}", parts.join(", ")));
    report.line(
        1,
        format!("Cloudflare takes {FREE_PLAN} on the free plan and {PAID_PLAN} on the paid plan"),
    );

    let mut problems = Vec::new();
    if total > PAID_PLAN {
        problems.push(Problem {
            key: "Bindings".to_owned(),
            problem: format!("are {total}, more than {PAID_PLAN}"),
            cure: "deploy one Worker per group of accounts".to_owned(),
        });
    } else if total > FREE_PLAN {
        report.line(1, "which needs the paid plan");
    }
    for (name, value) in bindings {
        let bytes = match value {
            Value::String(text) => text.len(),
            other => other.to_string().len(),
        };
        if bytes > MAX_BYTES {
            problems.push(Problem {
                key: name.clone(),
                problem: format!("has {bytes} bytes, more than Cloudflare's {MAX_BYTES}"),
                cure: "shorten it; one table per account and per channel is enough".to_owned(),
            });
        }
    }
    problems
}

/// Whether there are none.
fn describe_problems(report: &mut Report, problems: &[Problem]) -> bool {
    match problems.len() {
        0 => report.section("No problems."),
        number => report.section(&count(number, "problem")),
    }
    for Problem { key, problem, cure } in problems {
        report.line(1, format!("{key} {problem}"));
        report.line(2, format!("-> {cure}"));
    }
    problems.is_empty()
}
