//! LivePerson and a deployed connector, as they answer when everything is right.

use liveengage_connector::crypto::base64_url;
use liveengage_connector::liveengage::signature;
use liveengage_connector::secret::Secret;
use serde_json::json;

use super::{Call, Reply};

pub(crate) const CLIENT_SECRET: &str = "hunter2-account";
pub(crate) const SECRETS: &str = r#"
IDENTITY_KEY="hunter2-identity-key-of-32-characters-or-more"
SECRET_ACCOUNT_DEMO='{"client_secret": {"current": "hunter2-account", "previous": "hunter2-old"}}'
SECRET_CHANNEL_SUPPORT_SMS='{"auth_token": "hunter2-token"}'
"#;

pub(crate) fn config(public_url: &str, domain_api: &str) -> String {
    format!(
        r#"
[vars]
PUBLIC_URL = "{public_url}"
[vars.ACCOUNT_DEMO]
id = "le12345678"
client_id = "app-1"
domain_api = "{domain_api}"
[vars.CHANNEL_SUPPORT_SMS]
platform = "twilio"
account = "demo"
account_sid = "AC00000000000000000000000000000001"
from = "+15550100002"
"#
    )
}

pub(crate) fn ok(body: serde_json::Value) -> Reply {
    (200, "content-type: application/json\r\n", body.to_string())
}

pub(crate) fn refuse(status: u16, code: &str) -> Reply {
    (status, "", json!({ "error": code }).to_string())
}

pub(crate) const DOMAINS: &str = "/api/account/le12345678/service/baseURI.json?version=1.0";
pub(crate) const TOKEN: &str =
    "/sentinel/api/account/le12345678/app/token?v=1.0&grant_type=client_credentials";
pub(crate) const WEBHOOKS: &str = "/liveengage/webhooks";
pub(crate) const CHANNEL: &str = "/channels/support-sms";

pub(crate) fn token(exp: u64, scope: &str) -> Reply {
    let claims = json!({ "exp": exp, "aud": "le12345678", "scope": scope }).to_string();
    let jwt = format!("e30.{}.hunter2", base64_url(claims.as_bytes()));
    ok(json!({ "access_token": jwt, "token_type": "Bearer" }))
}

/// What both sides answer when everything is right.
pub(crate) fn good(call: &Call, port: u16) -> Reply {
    match call.path.as_str() {
        DOMAINS => {
            let entry =
                |service| json!({ "service": service, "baseURI": format!("127.0.0.1:{port}") });
            let services = ["sentinel", "idp", "asyncMessagingEnt"].map(entry);
            ok(json!({ "baseURIs": services }))
        }
        TOKEN if call.body.contains(CLIENT_SECRET) => token(4_102_444_800, "msg.consumer"),
        TOKEN => refuse(401, "invalid_client"),
        WEBHOOKS => {
            let secret = Secret::new(CLIENT_SECRET);
            let header = call.header(signature::HEADER);
            let ours = call.header("x-liveperson-account-id") == Some("le12345678")
                && call.header("x-liveperson-client-id") == Some("app-1")
                && call.header("content-type") == Some("application/json");
            match signature::verify(header, call.body.as_bytes(), std::iter::once(&secret)) {
                Ok(()) if ours => (200, "", String::new()),
                Ok(()) => refuse(401, "account_unknown"),
                Err(signature::SignatureError::Missing) => refuse(401, "signature_missing"),
                Err(_) => refuse(401, "signature_mismatch"),
            }
        }
        CHANNEL if call.header("content-type") == Some("application/x-www-form-urlencoded") => {
            refuse(400, "signature_missing")
        }
        _ => refuse(404, "not_found"),
    }
}
