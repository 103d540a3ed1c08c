//! `POST /liveengage/webhooks`: LiveEngage's notifications, of all accounts.
//!
//! Towards LiveEngage little is a failure: a bad signature, and storage that stays unreachable. See [`crate::intake::webhooks`].

use worker::{Env, Request, Response};

use super::reply::Fault;
use super::runtime::Shell;
use super::{http, log, settings};
use crate::http::Method;
use crate::intake::webhooks;
use crate::liveengage::signature;

/// The longest notification that is read (bytes). No limit is documented; a hosted file's preview has up to 30 KB.
const BODY_LIMIT: usize = 1 << 20;

/// Verifies a notification, hands its changes to their Conversation objects, and answers 200 when all are durable.
pub(super) async fn receive(mut request: Request, env: &Env) -> Result<Response, Fault> {
    if request.method() != worker::Method::Post {
        return Err(Fault::Method(vec![Method::Post]));
    }
    let config = settings::config(env);
    let headers = http::headers(&request);
    let header = |name: &str| {
        let found = headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    };
    let media_type = header("content-type").unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err(Fault::MediaType);
    }
    let body = http::body(&mut request, BODY_LIMIT).await?;
    let account = header("x-liveperson-account-id")
        .and_then(|id| config.account_by_id(id))
        .filter(|account| header("x-liveperson-client-id") == Some(account.client_id.as_str()));
    let Some(account) = account else {
        log::write(
            "webhook_refused",
            &[("problem", "unknown account or client id")],
            false,
        );
        return Err(Fault::Signature {
            status: 401,
            code: "account_unknown",
        });
    };
    let secrets = account.client_secret.active();
    signature::verify(header("x-liveperson-signature"), &body, secrets).map_err(|error| {
        let problem = error.to_string();
        let fields = [("account", account.id.as_str()), ("problem", &problem)];
        log::write("webhook_refused", &fields, false);
        let code = match error {
            signature::SignatureError::Missing => "signature_missing",
            _ => "signature_mismatch",
        };
        Fault::Signature { status: 401, code }
    })?;
    let taken = webhooks::take(&Shell::new(env), account, &body).await;
    taken.map_err(|_| Fault::Unavailable)?;
    Response::empty().map_err(|_| Fault::Unavailable)
}
