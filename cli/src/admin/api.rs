//! Requests to the admin API.

use std::env;

use liveengage_connector::config::base_url;
use liveengage_connector::http::{HttpRequest, Method};
use serde_json::Value;

use super::AdminOptions;
use super::Failed;
use crate::client::Client;
use crate::options::Options;
use crate::report::Report;
use crate::settings::{self, Settings};
use crate::words;

const TOKEN: &str = "CONNECTOR_ADMIN_TOKEN";

/// A connector, and who asks.
pub(super) struct Api {
    client: Client,
    url: String,
    headers: Vec<(&'static str, String)>,
}

/// The connector does not do it.
pub(crate) struct Refused {
    pub(super) status: u16,
    pub(super) body: Value,
}

impl Refused {
    /// What the connector says, and what to do about it where that is plain.
    pub(super) fn words(&self) -> String {
        let text = |name: &str| self.body.get(name).and_then(Value::as_str);
        let mut report = Report::default();
        let field = text("field").map_or(String::new(), |field| format!("`{field}` "));
        match (text("error"), text("message")) {
            (Some(code), Some(message)) => {
                report.line(0, format!("{field}{message}"));
                report.line(1, format!("({} {code})", self.status));
            }
            _ => report.line(
                0,
                format!(
                    "answered {}, and not by this connector's admin API",
                    self.status
                ),
            ),
        }
        if let Some(cure) = self.cure(text("error")) {
            report.line(1, format!("-> {cure}"));
        }
        report.finish()
    }

    fn cure(&self, code: Option<&str>) -> Option<&'static str> {
        match (self.status, code) {
            (404, Some("not_found")) | (404, None) => Some(
                "see whether the address is right, and whether ADMIN_TOKEN is set there: without it there is no admin API",
            ),
            (401, _) => Some("compare CONNECTOR_ADMIN_TOKEN with the deployed secret ADMIN_TOKEN"),
            (302 | 403, None) => Some(
                "something in front of the connector holds requests back; for Cloudflare Access set CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET",
            ),
            _ => None,
        }
    }
}

impl Api {
    pub(super) fn open(options: &AdminOptions) -> Result<Self, String> {
        let settings = read_settings(options);
        let named = options
            .url
            .clone()
            .or_else(|| env::var("CONNECTOR_URL").ok());
        let url = match (&named, &settings) {
            (Some(url), _) => base_url(url).ok_or("--url is not an https URL")?,
            (None, Some(settings)) => settings
                .public_url()
                .ok_or("PUBLIC_URL is missing or not an https URL; name the connector by --url")?,
            (None, None) => return Err("name the connector by --url or CONNECTOR_URL".to_owned()),
        };
        // A token that opens nothing elsewhere, for a connector that is not elsewhere.
        let local = || {
            let (_, secrets) = settings.as_ref()?.secrets.as_ref()?;
            let token = secrets.values.get("ADMIN_TOKEN")?;
            settings::is_local(&url).then(|| current(token))
        };
        let token = env::var(TOKEN).ok().or_else(local);
        let mut headers = Vec::new();
        if let Some(token) = token.filter(|token| !token.is_empty()) {
            headers.push(("authorization", format!("Bearer {token}")));
        }
        if let (Ok(id), Ok(secret)) = (
            env::var("CF_ACCESS_CLIENT_ID"),
            env::var("CF_ACCESS_CLIENT_SECRET"),
        ) {
            headers.push(("cf-access-client-id", id));
            headers.push(("cf-access-client-secret", secret));
        }
        if headers.is_empty() {
            return Err(format!("the admin token is missing: set {TOKEN}"));
        }
        Ok(Self {
            client: Client::new(),
            url,
            headers,
        })
    }

    pub(super) fn get(&self, path: &str, query: &[(&str, String)]) -> Result<Value, Failed> {
        let mut target = path.to_owned();
        for (number, (name, value)) in query.iter().enumerate() {
            let mark = if number == 0 { '?' } else { '&' };
            target.push_str(&format!("{mark}{name}={}", super::escaped(value)));
        }
        self.send(HttpRequest::new(Method::Get, self.url.clone() + &target))
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Result<Value, Failed> {
        let url = self.url.clone() + path;
        self.send(HttpRequest::json(Method::Post, url, body))
    }

    pub(super) fn put(&self, path: &str) -> Result<Value, Failed> {
        self.send(HttpRequest::new(Method::Put, self.url.clone() + path))
    }

    pub(super) fn delete(&self, path: &str) -> Result<Value, Failed> {
        self.send(HttpRequest::new(Method::Delete, self.url.clone() + path))
    }

    fn send(&self, mut request: HttpRequest) -> Result<Value, Failed> {
        request.headers.extend(self.headers.iter().cloned());
        let host = self.url.split("://").nth(1).unwrap_or_default();
        let answer = self.client.send(&request).map_err(|trouble| {
            let failure = words::no_answer(trouble, host, "--url");
            format!("{}\n  -> {}", failure.what, failure.cure)
        })?;
        let response = answer.response;
        let body = response.json().unwrap_or_default();
        if response.status == 200 {
            return Ok(body);
        }
        let status = response.status;
        Err(Refused { status, body }.into())
    }
}

/// The wrangler configuration where there is one: the address and the local token may be in it.
fn read_settings(options: &AdminOptions) -> Option<Settings> {
    let files = Options {
        config: options.config.clone(),
        env: None,
        secrets: None,
    };
    settings::load(&files).ok()?.ok()
}

/// The present one of two tokens.
fn current(token: &str) -> String {
    let pair: Option<Value> = serde_json::from_str(token).ok();
    let present = pair.as_ref().and_then(|pair| pair.get("current")?.as_str());
    present.unwrap_or(token).to_owned()
}
