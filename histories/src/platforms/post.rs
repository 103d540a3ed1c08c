//! Callbacks as they are posted.

use std::rc::Rc;

use liveengage_connector::crypto::{base64, decode_base64, hmac_sha1, hmac_sha256};
use serde_json::{Value, json};

use crate::configs::{ACCOUNT_SID, APP_SECRET, AUTH_TOKEN, LINE_SECRET, PUBLIC_URL};
use crate::world::World;

/// A callback, to be signed each time that it is posted.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(super) channel: &'static str,
    /// What stands behind the channel's address.
    pub(super) query: Option<String>,
    pub(super) body: Rc<Vec<u8>>,
}

impl Post {
    pub(super) fn form(fields: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("AccountSid", ACCOUNT_SID)
            .extend_pairs(fields)
            .finish();
        Self {
            channel: "support-sms",
            query: None,
            body: Rc::new(body.into_bytes()),
        }
    }

    pub(super) fn json(body: &Value) -> Self {
        Self {
            channel: "app",
            query: None,
            body: Rc::new(body.to_string().into_bytes()),
        }
    }

    /// Events of LINE's.
    pub(super) fn line(events: &[Value]) -> Self {
        let body = json!({ "destination": "Ub07", "events": events });
        Self {
            channel: "line",
            query: None,
            body: Rc::new(body.to_string().into_bytes()),
        }
    }

    /// As it comes when it has come before: LINE says so.
    pub(super) fn again(&self) -> Self {
        let mut again = self.clone();
        if self.channel == "line" {
            let body = String::from_utf8_lossy(&self.body);
            let body = body.replace("\"isRedelivery\":false", "\"isRedelivery\":true");
            again.body = Rc::new(body.into_bytes());
        }
        again
    }

    /// With a signature that another secret has made.
    pub(super) fn forged_headers(&self, world: &World) -> Vec<(String, String)> {
        let mut headers = self.headers(world);
        for (name, value) in &mut headers {
            match name.as_str() {
                "webhook-signature" => *value = format!("v1,{}", base64(&[7; 32])),
                "x-line-signature" => *value = base64(&[7; 32]),
                _ => {}
            }
        }
        headers
    }

    pub(super) fn headers(&self, world: &World) -> Vec<(String, String)> {
        let own = |name: &str, value: String| (name.to_owned(), value);
        if self.channel == "line" {
            let mac = hmac_sha256(LINE_SECRET.as_bytes(), &[&self.body]);
            return vec![
                own("content-type", "application/json".to_owned()),
                own("x-line-signature", base64(&mac)),
            ];
        }
        if self.channel == "app" {
            let seconds = (world.now() / 1000).to_string();
            let key = decode_base64(APP_SECRET.trim_start_matches("whsec_")).unwrap_or_default();
            let parts: [&[u8]; 4] = [b"w.", seconds.as_bytes(), b".", &self.body];
            let mac = base64(&hmac_sha256(&key, &parts));
            return vec![
                own("content-type", "application/json".to_owned()),
                own("webhook-id", "w".to_owned()),
                own("webhook-timestamp", seconds),
                own("webhook-signature", format!("v1,{mac}")),
            ];
        }
        let mut pairs: Vec<_> = form_urlencoded::parse(&self.body).collect();
        pairs.sort();
        let mut url = format!("{PUBLIC_URL}/channels/{}", self.channel);
        if let Some(query) = &self.query {
            url.push('?');
            url.push_str(query);
        }
        let text: String = pairs
            .iter()
            .map(|(name, value)| format!("{name}{value}"))
            .collect();
        let mac = hmac_sha1(AUTH_TOKEN.as_bytes(), &[url.as_bytes(), text.as_bytes()]);
        vec![
            own(
                "content-type",
                "application/x-www-form-urlencoded".to_owned(),
            ),
            own("x-twilio-signature", base64(&mac)),
        ]
    }
}
