//! The parts of the report that say what is configured.

use std::collections::BTreeMap;

use liveengage_connector::config::{Bindings, Channel, Config, OnUnknown};
use liveengage_connector::platforms::REGISTRY;
use serde_json::Value;

use super::wrangler_secret;
use crate::report::Report;
use crate::settings;
use crate::wrangler::Deployment;

/// Names of the tables with that prefix that are out of service.
fn broken<'a>(
    bindings: &'a Bindings,
    prefix: &'a str,
    in_service: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = &'a str> {
    bindings.keys().filter_map(move |binding| {
        let name = settings::table_name(binding, prefix)?;
        (!in_service(&name)).then_some(binding.as_str())
    })
}

pub(super) fn accounts(report: &mut Report, config: &Config, bindings: &Bindings) {
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
    if let Some(public_url) = settings::public_url(bindings) {
        report.line(
            1,
            format!("LiveEngage calls {public_url}/liveengage/webhooks"),
        );
    }
}

pub(super) fn channels(report: &mut Report, config: &Config, bindings: &Bindings) {
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
        let known = REGISTRY.iter().find(|known| known.name == *platform);
        for line in known.map_or("", |known| known.at_vendor).lines() {
            report.line(3, line);
        }
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

pub(super) fn required(
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

pub(super) fn identity_key(report: &mut Report, config: &Config, seen: bool) {
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

pub(super) fn admin(report: &mut Report, config: &Config, seen: bool) {
    report.section("Admin API");
    let admin = &config.admin;
    if let Some(token) = &admin.token {
        let two = if token.active().count() > 1 {
            "two values"
        } else {
            "one value"
        };
        report.line(1, format!("ADMIN_TOKEN opens it ({two})"));
    }
    if let Some(access) = &admin.access {
        report.line(1, format!("logins at {} open it", access.issuer));
    }
    match (admin.is_off(), seen) {
        (true, true) => report.line(
            1,
            "There is none: neither ADMIN_TOKEN nor [vars.ADMIN] is set.",
        ),
        (true, false) => report.line(1, "There is none unless the secret ADMIN_TOKEN is set."),
        (false, _) => {}
    }
}

/// What is good for a local run and not for a deployment. It is no mistake: the settings as they are shipped have all of it.
pub(super) fn notes(report: &mut Report, deployment: &Deployment) {
    let mut notes = Vec::new();
    for binding in &deployment.placeholder_namespaces {
        notes.push((
            format!("the id of the KV namespace {binding} is a placeholder"),
            format!(
                "create it by `npx wrangler kv namespace create {binding}` and write the id that it prints"
            ),
        ));
    }
    let mut local = |key: String, value: &Value| {
        if value.as_str().is_some_and(settings::is_local) {
            let ours = key == "PUBLIC_URL" || key.ends_with(".public_url");
            let cure = if ours {
                "write the address under which LivePerson and the platforms call the deployment"
            } else if key.ends_with(".url") {
                "write the address of your gateway or app"
            } else {
                "leave it out: by default it is LivePerson's or the platform's own"
            };
            notes.push((format!("{key} points to this machine"), cure.to_owned()));
        }
    };
    for (name, value) in &deployment.vars {
        match settings::fields(value) {
            Some(fields) => {
                for (field, value) in &fields {
                    local(format!("{name}.{field}"), value);
                }
            }
            None => local(name.clone(), value),
        }
    }
    if notes.is_empty() {
        return;
    }
    report.section("Before a deployment");
    for (note, cure) in notes {
        report.line(1, note);
        report.line(2, format!("-> {cure}"));
    }
}
