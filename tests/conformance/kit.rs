//! What a platform brings to the kit, and what the cases are made with.

use liveengage_connector::config::SettingsReader;
use liveengage_connector::http::{HttpAnswer, HttpResponse, Method, Millis};
use liveengage_connector::platforms::{
    Abilities, Adapter, Callback, Forgery, Heard, Parsed, Platform, REGISTRY, Unreadable,
};
use serde_json::Value;

pub const NOW: Millis = 1_795_000_000_000;
/// Stands in every secret of an exhibit, so that it can be looked for.
pub const SECRET: &str = "Zm9yYmlkZGVu";
pub const PUBLIC_URL: &str = "https://connector.example.com/channels/exhibit";

/// One offer of a platform, as the kit needs it.
pub struct Exhibit {
    /// The platform's name in the registry.
    pub platform: &'static str,
    /// The offer's title in the registry.
    pub offer: &'static str,
    /// The channel's table.
    pub settings: Value,
    /// The channel's secret; each value holds [`SECRET`].
    pub secrets: Value,
    /// The media type of its callbacks.
    pub media_type: &'static str,
    /// Signs a callback as the platform does: headers, or the query.
    pub sign: fn(&mut Request),
    /// What it claims to hear, each with at least one fixture under `tests/fixtures/<platform>/`.
    pub heard: &'static [(Heard, &'static str)],
    /// Callbacks of kinds that nobody knows.
    pub unknown: &'static [&'static str],
    /// A callback of several events, and how many. `None` where one callback is one event.
    pub batch: Option<(&'static str, usize)>,
    /// How its reports repeat what a request carried. `None` where they do not.
    pub recognised: Option<Recognised>,
    /// A text with an emoji.
    pub emoji: &'static str,
    /// A person that can be written to.
    pub consumer: &'static str,
    /// How the platform says that it has taken the n-th request.
    pub sent: fn(usize) -> HttpAnswer,
}

/// A report about a request; `REFERENCE` stands for what the request carried.
pub struct Recognised {
    /// What stands behind the channel's address.
    pub query: Option<&'static str>,
    /// Its body.
    pub fixture: &'static str,
    /// The id that it gives the message.
    pub remote_id: &'static str,
}

impl Recognised {
    /// The report about the request that carried this, signed.
    pub fn report(&self, exhibit: &Exhibit, reference: &str) -> Request {
        let named = |text: &str| text.replace("REFERENCE", reference);
        let body = String::from_utf8(exhibit.fixture(self.fixture)).expect("text");
        let mut request = exhibit.unsigned(named(&body).into_bytes());
        request.query = self.query.map(named);
        (exhibit.sign)(&mut request);
        request
    }
}

impl Exhibit {
    pub fn entry(&self) -> &'static Platform {
        let found = REGISTRY.iter().find(|known| known.name == self.platform);
        found.expect("an exhibit of no platform")
    }

    pub fn adapter(&self) -> Box<dyn Adapter> {
        let table = self.settings.as_object().expect("settings are a table");
        let secrets = self.secrets.as_object().expect("secrets are a table");
        let mut reader = SettingsReader::new("CHANNEL_X", table, "SECRET_CHANNEL_X", secrets);
        let adapter = (self.entry().build)(&mut reader);
        assert_eq!(reader.finish(), [], "{}", self.platform);
        adapter.expect("no problem, and no adapter")
    }

    pub fn abilities(&self) -> &'static Abilities {
        self.adapter().abilities()
    }

    /// What the registry says that it has.
    pub fn offered(&self) -> &'static Abilities {
        let offers = self.entry().offers.iter();
        let mut titled = offers.filter(|(title, _)| *title == self.offer);
        let (_, abilities) = titled.next().expect("an exhibit of no offer");
        abilities
    }

    /// A fixture's bytes, without the line break that editors put at the end.
    pub fn fixture(&self, name: &str) -> Vec<u8> {
        let root = env!("CARGO_MANIFEST_DIR");
        let path = format!("{root}/tests/fixtures/{}/{name}", self.platform);
        let mut bytes = std::fs::read(&path).unwrap_or_else(|fault| panic!("{path}: {fault}"));
        while bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        bytes
    }

    /// A callback with that body, as it comes before it is signed.
    pub fn unsigned(&self, body: Vec<u8>) -> Request {
        Request {
            method: Method::Post,
            query: None,
            headers: vec![("content-type".to_owned(), self.media_type.to_owned())],
            body,
        }
    }

    pub fn signed(&self, body: Vec<u8>) -> Request {
        let mut request = self.unsigned(body);
        (self.sign)(&mut request);
        request
    }

    /// Verifies and reads an authentic callback.
    pub fn read(&self, body: Vec<u8>) -> Result<Parsed, Unreadable> {
        let (adapter, request) = (self.adapter(), self.signed(body));
        let verified = adapter.verify(&request.callback());
        assert_eq!(verified, Ok(()), "{}: an authentic callback", self.platform);
        adapter.parse(&request.callback())
    }

    pub fn read_fixture(&self, name: &str) -> Parsed {
        let parsed = self.read(self.fixture(name));
        parsed.unwrap_or_else(|fault| panic!("{}: {name}: {fault}", self.platform))
    }

    /// Whether a callback counts as the platform's.
    pub fn verify(&self, request: &Request) -> Result<(), Forgery> {
        self.adapter().verify(&request.callback())
    }
}

/// A callback that owns its parts.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: Method,
    pub query: Option<String>,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn callback(&self) -> Callback<'_> {
        Callback {
            method: self.method,
            query: self.query.as_deref(),
            headers: &self.headers,
            body: &self.body,
            public_url: PUBLIC_URL,
            now: NOW,
        }
    }

    pub fn header(&mut self, name: &str, value: impl Into<String>) {
        self.headers.push((name.to_owned(), value.into()));
    }
}

/// An answer without headers.
pub fn answer(status: u16, body: &str) -> HttpAnswer {
    Ok(HttpResponse {
        status,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
        length: None,
    })
}
