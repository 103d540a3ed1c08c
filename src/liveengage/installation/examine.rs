//! What is wrong with a manifest: the fields at its top.

use serde_json::{Map, Value};

use super::look::{Findings, Object};
use super::{Deployment, Finding, GRANT, SCOPE, engagement, webhooks};

const GRANTS: [&str; 3] = [GRANT, "authorization_code", "refresh_token"];
const RESPONSES: [&str; 4] = ["code", "token", "id_token", "id_token token"];

/// Every field of a manifest and of an installation as LivePerson returns it.
const FIELDS: [&str; 18] = [
    "client_name",
    "display_name",
    "description",
    "grant_types",
    "redirect_uris",
    "response_types",
    "scope",
    "logo_uri",
    "quick_launch_enabled",
    "entry_uri",
    "capabilities",
    "enabled",
    "client_id",
    "client_secret",
    "id",
    "client_id_issued_at",
    "client_secret_expires_at",
    "deleted",
];

/// What is wrong, unwise or worth knowing about a manifest, or about an installation as LivePerson returns it; the worst first.
/// It takes any JSON.
pub fn examine(manifest: &Value, deployment: &Deployment<'_>) -> Vec<Finding> {
    let mut found = Findings::default();
    match manifest.as_object() {
        Some(fields) => {
            let top = Object { path: "", fields };
            examine_names(&top, &mut found);
            examine_oauth(&top, &mut found);
            examine_installation(&top, deployment, &mut found);
            examine_capabilities(&top, deployment, &mut found);
            top.unknown(&mut found, &FIELDS);
        }
        None if manifest.is_array() => found.wrong(
            "",
            "is a list",
            "take the one installation out of it and leave the square brackets away",
        ),
        None => found.wrong(
            "",
            "is not a JSON object",
            "make one by `connector manifest`",
        ),
    }
    found.0.sort_by_key(|finding| finding.severity);
    found.0
}

fn examine_names(top: &Object<'_>, found: &mut Findings) {
    let name = top.text(found, "client_name", 128);
    let blank = name.is_some_and(|name| name.trim().is_empty());
    if top.get("client_name").is_none() || blank {
        found.wrong(
            "/client_name",
            "is missing",
            "name the app; the name must be the only one of its kind in the account",
        );
    }
    top.text(found, "display_name", 128);
    if top.text(found, "description", 256).is_none() && top.get("description").is_none() {
        found.note(
            "/description",
            "is missing, which the Connector App Hub's form does not take",
            "say in a sentence what the app does",
        );
    }
    top.text(found, "logo_uri", 1024);
    top.text(found, "entry_uri", 1024);
    top.flag(found, "quick_launch_enabled");
}

fn examine_oauth(top: &Object<'_>, found: &mut Findings) {
    let cure = "write [\"client_credentials\"]";
    let grants = top.texts(found, "grant_types", |found, path, grant| {
        if !GRANTS.contains(&grant) {
            found.wrong(path, "is no grant that LivePerson knows", cure);
        } else if grant != GRANT {
            found.note(path, "is a grant that this connector does not use", cure);
        }
    });
    let lacks = grants.is_some_and(|grants| !grants.contains(&GRANT));
    if lacks || top.get("grant_types").is_none() {
        found.wrong(
            "/grant_types",
            "lacks client_credentials, so that the connector would get no AppJWT",
            cure,
        );
    }

    let cure = format!("write \"{SCOPE}\"");
    match top.text(found, "scope", 128) {
        Some(scope) if scope == SCOPE => {}
        Some(scope) if scope.split_whitespace().any(|part| part == SCOPE) => {
            found.unwise("/scope", "asks for more than a connector needs", cure);
        }
        Some(_) => found.wrong(
            "/scope",
            "is not that of a connector, so that nothing could be sent for a consumer",
            cure,
        ),
        None if top.get("scope").is_none() => found.wrong("/scope", "is missing", cure),
        None => {}
    }

    top.texts(found, "response_types", |found, path, response| {
        if !RESPONSES.contains(&response) {
            let cure = format!("write only: {}", RESPONSES.join(", "));
            found.wrong(path, "is none of the documented values", cure);
        }
    });
    top.texts(found, "redirect_uris", |found, path, uri| {
        if uri.chars().count() > 128 {
            found.wrong(path, "has more than 128 characters", "leave it away");
        }
    });
}

/// What only LivePerson writes.
fn examine_installation(top: &Object<'_>, deployment: &Deployment<'_>, found: &mut Findings) {
    for key in ["client_id", "id"] {
        let (Some(given), Some(configured)) = (top.get(key), deployment.client_id) else {
            continue;
        };
        if given.as_str() != Some(configured) {
            found.wrong(
                top.at(key),
                "is another one than the account's client_id in the settings",
                "compare both: either this is another installation, or the setting is wrong",
            );
        }
    }
    if top.get("client_secret").is_some() {
        found.unwise(
            "/client_secret",
            "is a secret, and this file holds it in plain text",
            "store it by `npx wrangler secret put`, then delete the file; never hand it on",
        );
    }
    let expires = top.get("client_secret_expires_at");
    if expires.is_some_and(|at| at.as_u64() != Some(0) && at.as_str() != Some("0")) {
        found.note(
            "/client_secret_expires_at",
            "says that the secret ends at that time",
            "have its successor in the settings before then",
        );
    }
    if top.flag(found, "enabled") == Some(false) {
        found.wrong(
            "/enabled",
            "is false: no events come, and there is no AppJWT",
            "enable the app",
        );
    }
    if top.flag(found, "deleted") == Some(true) {
        found.wrong(
            "/deleted",
            "is true: this installation is no longer there",
            "install the app again; it gets another client id and secret",
        );
    }
}

fn examine_capabilities(top: &Object<'_>, deployment: &Deployment<'_>, found: &mut Findings) {
    let none = Map::new();
    let path = top.at("capabilities");
    let fields = match section(top, "capabilities", found) {
        Some(fields) => fields,
        None if top.get("capabilities").is_none() => &none,
        None => return,
    };
    let capabilities = Object {
        path: &path,
        fields,
    };

    let path = capabilities.at("webhooks");
    match section(&capabilities, "webhooks", found) {
        Some(fields) => {
            let webhooks = Object {
                path: &path,
                fields,
            };
            webhooks::examine(&webhooks, deployment, found);
        }
        None if capabilities.get("webhooks").is_none() => found.wrong(
            path,
            "is missing, so that no event would come",
            "take the section from the output of `connector manifest`",
        ),
        None => {}
    }

    let path = capabilities.at("engagement");
    match section(&capabilities, "engagement", found) {
        Some(fields) => engagement::examine(
            &Object {
                path: &path,
                fields,
            },
            found,
        ),
        None if capabilities.get("engagement").is_none() => found.unwise(
            path,
            "is missing, so that campaigns and reports would not know the app",
            "take the section from the output of `connector manifest`",
        ),
        None => {}
    }
    capabilities.unknown(found, &["webhooks", "engagement", "broadcast"]);
}

fn section<'a>(
    parent: &Object<'a>,
    key: &str,
    found: &mut Findings,
) -> Option<&'a Map<String, Value>> {
    let value = parent.get(key)?;
    if !value.is_object() {
        found.wrong(
            parent.at(key),
            "is not a JSON object",
            "take the section from the output of `connector manifest`",
        );
    }
    value.as_object()
}
