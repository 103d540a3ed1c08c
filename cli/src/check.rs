//! `connector check`: the settings, read by the same code that the deployed connector reads them with.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use liveengage_connector::config::{Bindings, Channel, Config, OnUnknown, Problem, base_url};
use serde_json::{Map, Value};

use crate::Options;
use crate::dev_vars::{self, DevVars};
use crate::report::{Report, count};
use crate::wrangler::{self, Deployment, Unusable};

/// Cloudflare's limits of a Worker: variables and secrets on the free and on the paid plan, and the size of each. Other
/// bindings are counted with them, to be on the safe side.
/// <https://developers.cloudflare.com/workers/platform/limits/#environment-variables>
const FREE_PLAN: usize = 64;
const PAID_PLAN: usize = 128;
const MAX_BYTES: usize = 5 * 1024;

/// Stands in for a secret that cannot be seen, so that the rest of the configuration can be checked.
const UNSEEN: &str = "a secret that is not visible from here";

/// The report, and whether everything is in order. An error is why there is no report.
pub(crate) fn check(options: &Options) -> Result<(String, bool), String> {
    let file = options.config.display();
    let text = fs::read_to_string(&options.config)
        .map_err(|error| format!("{file} cannot be read: {error}"))?;
    let env = options.env.as_deref();
    let deployment = match wrangler::read(&text, env) {
        Ok(deployment) => deployment,
        Err(Unusable::NoSuchEnvironment { known }) => {
            let name = env.unwrap_or_default();
            let known = if known.is_empty() {
                "none".to_owned()
            } else {
                known.join(", ")
            };
            return Err(format!(
                "{file} has no environment `{name}`; it has: {known}"
            ));
        }
        Err(Unusable::Syntax { line, reason }) => {
            let mut report = Report::default();
            report.section(&format!("{file} is not TOML"));
            report.line(1, format!("line {line}: {reason}"));
            return Ok((report.finish(), false));
        }
    };
    let secrets = read_secrets(options)?;

    let mut report = Report::default();
    let place = env.map_or(String::new(), |name| format!(", environment {name}"));
    report.section(&format!("Configuration of {file}{place}"));
    let in_order = describe(&mut report, env, &deployment, secrets.as_ref());
    Ok((report.finish(), in_order))
}

/// The secrets and the file that they are from; `None` when there is no such file and none was named.
fn read_secrets(options: &Options) -> Result<Option<(PathBuf, DevVars)>, String> {
    let beside = options.config.parent().unwrap_or(Path::new(""));
    let candidates = match (&options.secrets, &options.env) {
        (Some(named), _) => vec![named.clone()],
        (None, Some(env)) => {
            vec![
                beside.join(format!(".dev.vars.{env}")),
                beside.join(".dev.vars"),
            ]
        }
        (None, None) => vec![beside.join(".dev.vars")],
    };
    for path in candidates {
        match fs::read_to_string(&path) {
            Ok(text) => return Ok(Some((path, dev_vars::parse(&text)))),
            Err(error) if error.kind() == ErrorKind::NotFound && options.secrets.is_none() => {}
            Err(error) => return Err(format!("{} cannot be read: {error}", path.display())),
        }
    }
    Ok(None)
}

fn describe(
    report: &mut Report,
    env: Option<&str>,
    deployment: &Deployment,
    secrets: Option<&(PathBuf, DevVars)>,
) -> bool {
    let mut problems = file_problems(env, deployment, secrets);
    let mut bindings = deployment.vars.clone();
    let mut required = BTreeMap::new();
    match secrets {
        Some((path, file)) => {
            report.line(1, format!("secrets from {}", path.display()));
            let values = file.values.iter();
            bindings
                .extend(values.map(|(name, value)| (name.clone(), Value::from(value.as_str()))));
        }
        None => {
            report.line(1, "without secrets: there is no .dev.vars here");
            required = stand_in(&mut bindings);
        }
    }
    let config = Config::read(&bindings);
    problems.extend(config.problems.iter().cloned());

    describe_accounts(report, &config, &bindings);
    describe_channels(report, &config, &bindings);
    if secrets.is_none() {
        describe_required(report, env, &required);
    }
    problems.extend(describe_bindings(report, deployment, &bindings));
    describe_identity_key(report, &config, secrets.is_some());
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
        if name == "IDENTITY_KEY" || name.starts_with("SECRET_") {
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

/// Names of the tables with that prefix that are out of service.
fn broken<'a>(
    bindings: &'a Bindings,
    prefix: &'a str,
    in_service: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = &'a str> {
    bindings.keys().filter_map(move |binding| {
        let name = binding.strip_prefix(prefix)?;
        let name = name.to_ascii_lowercase().replace('_', "-");
        (!in_service(&name)).then_some(binding.as_str())
    })
}

fn describe_accounts(report: &mut Report, config: &Config, bindings: &Bindings) {
    report.section("Accounts");
    for account in config.accounts.values() {
        report.line(
            1,
            format!("{}: LiveEngage account {}", account.name, account.id),
        );
        report.line(2, format!("app installation {}", account.client_id));
        report.line(2, format!("service addresses from {}", account.domain_api));
    }
    for binding in broken(bindings, "ACCOUNT_", |name| {
        config.accounts.contains_key(name)
    }) {
        report.line(1, format!("{binding}: out of service, see the problems"));
    }
    if !bindings.keys().any(|name| name.starts_with("ACCOUNT_")) {
        report.line(1, "none: add a table [vars.ACCOUNT_MAIN]");
    }
    let public_url = bindings
        .get("PUBLIC_URL")
        .and_then(Value::as_str)
        .and_then(base_url);
    if let Some(public_url) = public_url {
        report.line(
            1,
            format!("LiveEngage calls {public_url}/liveengage/webhooks"),
        );
        if is_local(&public_url) {
            report.line(
                2,
                "which is this machine: good for a local run, not for a deployment",
            );
        }
    }
}

fn is_local(url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or_default();
    ["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .any(|name| host.starts_with(name))
}

fn describe_channels(report: &mut Report, config: &Config, bindings: &Bindings) {
    report.section("Channels");
    for channel in config.channels.values() {
        let Channel { name, platform, .. } = channel.as_ref();
        report.line(
            1,
            format!(
                "{name}: {platform}, answered by account {}",
                channel.account.name
            ),
        );
        report.line(
            2,
            format!("{platform} calls {}", without_user(&channel.callback_url)),
        );
        report.line(
            2,
            format!(
                "consumers are kept under the namespace {}",
                channel.namespace
            ),
        );
        let unknown = match channel.on_unknown {
            OnUnknown::Resend => "a message of unknown fate is sent again",
            OnUnknown::Refuse => "a message of unknown fate becomes a dead letter",
        };
        let hours = channel.max_age / 3_600_000;
        report.line(
            2,
            format!("{unknown}; one older than {}", count_hours(hours)),
        );
    }
    for binding in broken(bindings, "CHANNEL_", |name| {
        config.channels.contains_key(name)
    }) {
        report.line(1, format!("{binding}: out of service, see the problems"));
    }
    if !bindings.keys().any(|name| name.starts_with("CHANNEL_")) {
        report.line(1, "none: add a table [vars.CHANNEL_SUPPORT]");
    }
}

fn count_hours(hours: u64) -> String {
    let unit = if hours == 1 { "hour" } else { "hours" };
    format!("{hours} {unit} is not sent any more")
}

/// A URL without the name and the password that it may carry.
fn without_user(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://***@{host}{path}"),
        None => url.to_owned(),
    }
}

fn describe_required(
    report: &mut Report,
    env: Option<&str>,
    required: &BTreeMap<String, Vec<String>>,
) {
    report.section("Secrets, which could not be checked");
    report.line(1, "These must exist:");
    for (name, fields) in required {
        let shape = match fields.as_slice() {
            [] => String::new(),
            fields => format!(": JSON with {}", fields.join(", ")),
        };
        report.line(2, format!("{name}{shape}"));
    }
    report.line(
        1,
        format!(
            "`{}` names those that are deployed.",
            wrangler_secret("list", env)
        ),
    );
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

fn describe_identity_key(report: &mut Report, config: &Config, seen: bool) {
    report.section("Identity key");
    match (&config.identity_key, seen) {
        (Some(_), true) => report.line(1, "IDENTITY_KEY is set."),
        (Some(_), false) => report.line(1, "IDENTITY_KEY could not be checked."),
        (None, _) => report.line(1, "IDENTITY_KEY is not usable: nothing can be accepted."),
    }
    report.line(
        1,
        "It is never rotated: with another key every consumer would be a new one.",
    );
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
