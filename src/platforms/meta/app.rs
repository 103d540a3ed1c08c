//! What a channel of any of Meta's platforms is set up with.

use serde_json::Value;

use crate::config::SettingsReader;
use crate::http::{HttpRequest, Method};
use crate::platforms::bearer;
use crate::secret::Rotating;

/// The newest version of the Graph API (July 2026).
/// <https://developers.facebook.com/docs/graph-api/changelog/versions>
const VERSION: &str = "v26.0";

/// The app at Meta, and the way to its API.
pub struct App {
    /// Signs callbacks.
    pub app_secret: Rotating,
    /// Was entered beside the callback's address.
    pub verify_token: Rotating,
    /// Authenticates requests.
    pub access_token: Rotating,
    /// Without a slash at its end.
    pub api_url: String,
    version: String,
}

impl App {
    /// Reads its settings and secrets: `api` is where the API is if the settings do not say so, `token_cure` says where to find the
    /// access token.
    pub fn read(reader: &mut SettingsReader<'_>, api: &str, token_cure: &str) -> Option<Self> {
        let api_url = reader.url("api_url");
        let version = match reader.text("graph_version") {
            Some(version) => read_version(reader, version),
            None => Some(VERSION.to_owned()),
        };
        let app_secret = reader.required_secret(
            "app_secret",
            "copy the App secret from the app's basic settings at Meta",
        );
        let verify_token = reader.required_secret(
            "verify_token",
            "make one, for example by `openssl rand -hex 24`, and enter it at Meta beside the callback URL",
        );
        let access_token = bearer::read(reader, "access_token", token_cure);
        Some(Self {
            app_secret: app_secret?,
            verify_token: verify_token?,
            access_token: access_token?,
            api_url: api_url.unwrap_or_else(|| api.to_owned()),
            version: version?,
        })
    }

    /// A request to the API, with the token. Meta's pages about Messenger show the token in the URL or in a form; in the header it is
    /// in no log of URLs, and the API takes it there on every path.
    pub fn request(&self, method: Method, path: &str) -> HttpRequest {
        let Self {
            api_url, version, ..
        } = self;
        let request = HttpRequest::new(method, format!("{api_url}/{version}/{path}"));
        bearer::authorized(request, &self.access_token)
    }

    /// The same with a JSON body.
    pub fn post(&self, path: &str, body: &Value) -> HttpRequest {
        let mut request = self.request(Method::Post, path);
        request.body = body.to_string().into_bytes();
        request.header("content-type", super::JSON)
    }
}

fn read_version(reader: &mut SettingsReader<'_>, version: String) -> Option<String> {
    let numbers = version.strip_prefix('v').and_then(|it| it.split_once('.'));
    let valid = numbers.is_some_and(|(major, minor)| {
        let digits = |text: &str| {
            (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        digits(major) && digits(minor)
    });
    if !valid {
        reader.problem(
            "graph_version",
            "is not a version of the Graph API",
            format!("write it like \"{VERSION}\", or leave it out"),
        );
    }
    valid.then_some(version)
}

/// An id of Meta's (of a page, an account, a number): digits. `cure` says where to find it.
pub fn read_id(reader: &mut SettingsReader<'_>, field: &str, cure: &str) -> Option<String> {
    let id = reader.required_text(field, cure)?;
    let valid = is_id(&id);
    if !valid {
        reader.problem(field, "is not an id of Meta's (5 to 25 digits)", cure);
    }
    valid.then_some(id)
}

/// Whether a text is an id of Meta's.
pub fn is_id(text: &str) -> bool {
    (5..=25).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
