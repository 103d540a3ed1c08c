//! `capabilities.webhooks`: which events come, where to, and what becomes of those that could not be delivered.
//!
//! <https://developers.liveperson.com/connector-api-webhooks-retry-policy.html>

use serde_json::Value;

use super::look::{Findings, Object, pointer};
use super::{
    Deployment, EventType, MAX_RETENTION, MIN_RETENTION, SHORT_RETENTION, Severity,
    unreachable_address, webhook_url,
};

/// The most attempts that the deprecated way of retrying takes.
const MOST_RETRIES: u64 = 5;

pub(super) fn examine(section: &Object<'_>, deployment: &Deployment<'_>, found: &mut Findings) {
    let misprints = misprints(section, found);
    examine_retry(section, found);
    let expected = expected_endpoint(deployment, found);
    for kind in EventType::ALL {
        match section.get(kind.key()) {
            Some(Value::Object(fields)) => {
                let path = section.at(kind.key());
                let webhook = Object {
                    path: &path,
                    fields,
                };
                examine_webhook(&webhook, kind, expected.as_deref(), found);
            }
            Some(_) => found.wrong(
                section.at(kind.key()),
                "is not a JSON object",
                "write {\"endpoint\": \"https://...\"}",
            ),
            None if misprints.contains(&kind) => {}
            None => {
                let (severity, problem) = missing(kind);
                let cure = match &expected {
                    Some(url) => format!("add it with the endpoint {url}"),
                    None => "add it with the connector's endpoint".to_owned(),
                };
                found.add(severity, section.at(kind.key()), problem, cure);
            }
        }
    }
}

fn missing(kind: EventType) -> (Severity, &'static str) {
    match kind {
        EventType::Content => (
            Severity::Wrong,
            "is missing: no text of an agent would come",
        ),
        EventType::RichContent => (
            Severity::Wrong,
            "is missing: cards of agents and bots would vanish without a trace",
        ),
        EventType::Conversation => (
            Severity::Wrong,
            "is missing: the connector would not hear when conversations close or change",
        ),
        EventType::AcceptStatus => (
            Severity::Unwise,
            "is missing: receipts would not come, and their numbers would be gaps in the order of messages",
        ),
        EventType::ChatState => (
            Severity::Unwise,
            "is missing: it would not be known when agents type",
        ),
    }
}

/// Keys that are no event's, and the events that they were probably meant to be.
fn misprints(section: &Object<'_>, found: &mut Findings) -> Vec<EventType> {
    let last = |key: &str| {
        let last = key.rsplit('.').next().unwrap_or_default();
        last.to_ascii_lowercase()
    };
    let mut meant = Vec::new();
    for key in section.fields.keys() {
        if key == "retry" || EventType::ALL.iter().any(|kind| kind.key() == key) {
            continue;
        }
        let kind = EventType::ALL
            .into_iter()
            .find(|kind| last(kind.key()) == last(key));
        match kind {
            Some(kind) => {
                found.wrong(
                    section.at(key),
                    "is the key of no event, so that those events would not come",
                    format!("write {}", kind.key()),
                );
                meant.push(kind);
            }
            None => found.note(
                section.at(key),
                "is the key of no event that this connector knows",
                "look for a misprint; the connector answers such events and makes no use of them",
            ),
        }
    }
    meant
}

fn examine_retry(section: &Object<'_>, found: &mut Findings) {
    let cure = format!("write {{\"retention_time\": {MAX_RETENTION}}}: three days");
    let path = section.at("retry");
    let retry = match section.get("retry") {
        Some(Value::Object(fields)) => Object {
            path: &path,
            fields,
        },
        Some(_) => return found.wrong(path, "is not a JSON object", cure),
        None => {
            let problem = "is missing: an event that cannot be delivered at once would be lost";
            return found.unwise(path, problem, cure);
        }
    };
    let path = retry.at("retention_time");
    let cure = format!("write {MAX_RETENTION}: three days");
    match retry.get("retention_time").map(Value::as_u64) {
        None => found.unwise(
            path,
            "is missing: an event that cannot be delivered at once would be lost",
            cure,
        ),
        Some(Some(seconds)) if (MIN_RETENTION..=MAX_RETENTION).contains(&seconds) => {
            if seconds < SHORT_RETENTION {
                let problem = "is less than an hour: events would be lost in a longer incident";
                found.unwise(path, problem, cure);
            }
        }
        Some(_) => found.wrong(
            path,
            format!("is not a number of seconds from {MIN_RETENTION} to {MAX_RETENTION}"),
            cure,
        ),
    }
    retry.unknown(found, &["retention_time"]);
}

/// This deployment's endpoint, if it is one that LivePerson could call.
fn expected_endpoint(deployment: &Deployment<'_>, found: &mut Findings) -> Option<String> {
    let public_url = deployment.public_url?;
    if unreachable_address(public_url).is_some() {
        found.note(
            "PUBLIC_URL",
            "is not an address that LivePerson can call, so the endpoints were not compared with it",
            "set it to that of the deployment to have them compared",
        );
        return None;
    }
    Some(webhook_url(public_url))
}

fn examine_webhook(
    webhook: &Object<'_>,
    kind: EventType,
    expected: Option<&str>,
    found: &mut Findings,
) {
    examine_endpoint(webhook, expected, found);
    examine_max_retries(webhook, kind, found);
    examine_headers(webhook, found);
    webhook.unknown(found, &["endpoint", "max_retries", "headers"]);
}

fn examine_endpoint(webhook: &Object<'_>, expected: Option<&str>, found: &mut Findings) {
    let path = webhook.at("endpoint");
    let cure = match expected {
        Some(url) => format!("write {url}"),
        None => "write the connector's address followed by /liveengage/webhooks".to_owned(),
    };
    let endpoint = match webhook.get("endpoint").map(Value::as_str) {
        None | Some(Some("")) => {
            return found.wrong(
                path,
                "is missing, so that these events would not come",
                cure,
            );
        }
        Some(None) => return found.wrong(path, "is not a text", cure),
        Some(Some(endpoint)) => endpoint,
    };
    if let Some((problem, _)) = unreachable_address(endpoint) {
        return found.wrong(path, problem, cure);
    }
    // LivePerson documents the scheme in lower case only.
    if !endpoint.starts_with("https://") {
        return found.wrong(path, "does not start with https://", cure);
    }
    if expected.is_some_and(|expected| comparable(expected) != comparable(endpoint)) {
        let problem = "is not the address of this deployment, which would not get these events";
        found.wrong(path, problem, cure);
    }
}

/// An address without query and usual port, its host in lower case.
fn comparable(url: &str) -> String {
    let plain = url.split(['?', '#']).next().unwrap_or_default();
    let (scheme, rest) = plain.split_once("://").unwrap_or(("", plain));
    let (host, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let host = host.strip_suffix(":443").unwrap_or(host);
    format!(
        "{}://{}{path}",
        scheme.to_ascii_lowercase(),
        host.to_ascii_lowercase()
    )
}

fn examine_max_retries(webhook: &Object<'_>, kind: EventType, found: &mut Findings) {
    let path = webhook.at("max_retries");
    match (webhook.get("max_retries").map(Value::as_u64), kind.is_signal()) {
        (Some(Some(0)), true) | (None, false) => {}
        (Some(None), _) => found.wrong(
            path,
            format!("is not a number from 0 to {MOST_RETRIES}"),
            "leave it away",
        ),
        (Some(Some(number)), _) if number > MOST_RETRIES => found.wrong(
            path,
            format!("is not a number from 0 to {MOST_RETRIES}"),
            "leave it away",
        ),
        (_, true) => found.unwise(
            path,
            "is not 0: one receipt or typing signal that cannot be delivered would hold up the events of the whole installation",
            "write 0",
        ),
        (Some(Some(0)), false) => found.unwise(
            path,
            "is 0: such an event would be lost when it cannot be delivered at once",
            "leave it away; retry.retention_time takes care of these events",
        ),
        (Some(Some(_)), false) => found.unwise(
            path,
            "is LivePerson's deprecated way to retry: it keeps no order and ends after minutes",
            "leave it away; retry.retention_time takes its place",
        ),
    }
}

/// Headers that the webhook itself has.
const TAKEN: [&str; 5] = [
    "content-type",
    "content-length",
    "host",
    "transfer-encoding",
    "connection",
];

fn examine_headers(webhook: &Object<'_>, found: &mut Findings) {
    let path = webhook.at("headers");
    let shape = "write [{\"header_name\": \"X-Name\", \"header_value\": \"text\"}]";
    let list = match webhook.get("headers") {
        None => return,
        Some(Value::Array(list)) => list,
        Some(_) => return found.wrong(path, "is not a list", shape),
    };
    for (index, header) in list.iter().enumerate() {
        let path = pointer(&path, &index.to_string());
        let Some(fields) = header.as_object() else {
            found.wrong(path, "is not a JSON object", shape);
            continue;
        };
        let header = Object {
            path: &path,
            fields,
        };
        examine_header(&header, found);
        header.unknown(found, &["header_name", "header_value"]);
    }
}

fn examine_header(header: &Object<'_>, found: &mut Findings) {
    let name = header.get("header_name").and_then(Value::as_str);
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    match name.map(str::to_ascii_lowercase) {
        Some(name) if name.is_empty() || !name.bytes().all(token) => found.wrong(
            header.at("header_name"),
            "cannot be the name of a header",
            "use letters, digits and hyphens",
        ),
        Some(name) if name.starts_with("x-liveperson-") || TAKEN.contains(&name.as_str()) => found
            .unwise(
                header.at("header_name"),
                "is a header of the webhook itself, which the connector could then not verify",
                "choose another name",
            ),
        Some(_) => {}
        None => found.wrong(
            header.at("header_name"),
            "is missing or not a text",
            "write a text",
        ),
    }
    let value = header.get("header_value").and_then(Value::as_str);
    if !value.is_some_and(|value| value.bytes().all(|b| b == b' ' || b.is_ascii_graphic())) {
        found.wrong(
            header.at("header_value"),
            "is missing or not a text of plain characters",
            "write a text",
        );
    }
}
