use serde_json::{Map, Value, json};

use super::signature::tests::{encode, sign, vectors};
use super::*;
use crate::config::{Problem, SettingsReader};

const URL: &str = "https://connector.example.com/channels/support-sms";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const PREVIOUS: &str = "fedcba9876543210fedcba9876543210";
const ACCOUNT: &str = "AC00000000000000000000000000000001";
const MEDIA: &str = "https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001";
const SENT: &str = "SM00000000000000000000000000000020";

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/fixtures/twilio/",
            $name
        ))
    };
}

mod broken;
mod files;
mod inbound;
mod outbound;
mod receipts;
mod settings;

fn table(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn read(settings: Value, secrets: Value) -> (Option<Box<dyn Adapter>>, Vec<Problem>) {
    let (settings, secrets) = (table(settings), table(secrets));
    let mut reader = SettingsReader::new("CHANNEL_SMS", &settings, "SECRET_CHANNEL_SMS", &secrets);
    let adapter = (PLATFORM.build)(&mut reader);
    (adapter, reader.finish())
}

fn adapter_with(settings: Value) -> Box<dyn Adapter> {
    let token = json!({ "auth_token": { "current": TOKEN, "previous": PREVIOUS } });
    let (adapter, problems) = read(settings, token);
    assert_eq!(problems, []);
    adapter.unwrap()
}

fn adapter() -> Box<dyn Adapter> {
    adapter_with(json!({ "account_sid": ACCOUNT, "from": "+15550100002" }))
}

/// A callback that owns its parts.
struct Call {
    method: Method,
    url: String,
    query: Option<String>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Call {
    fn new(method: Method, body: &[u8]) -> Self {
        Self {
            method,
            url: URL.to_owned(),
            query: None,
            headers: Vec::new(),
            body: body.to_vec(),
        }
    }

    fn form(body: impl AsRef<[u8]>) -> Self {
        Self::new(Method::Post, body.as_ref()).header("content-type", FORM)
    }

    fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn signed(self, token: &str, pairs: &[(&str, &str)]) -> Self {
        let url = match &self.query {
            Some(query) => format!("{}?{query}", self.url),
            None => self.url.clone(),
        };
        self.header("x-twilio-signature", &sign(token, &url, pairs))
    }

    fn callback(&self) -> Callback<'_> {
        Callback {
            method: self.method,
            query: self.query.as_deref(),
            headers: &self.headers,
            body: &self.body,
            public_url: &self.url,
            now: 0,
        }
    }

    fn verify(&self) -> Result<(), Forgery> {
        adapter().verify(&self.callback())
    }

    fn parse(&self) -> Result<Parsed, Unreadable> {
        adapter().parse(&self.callback())
    }
}

const MISSING: Result<(), Forgery> = Err(Forgery::Missing { status: 400 });
const MISMATCH: Result<(), Forgery> = Err(Forgery::Mismatch { status: 403 });

#[test]
fn every_vector_gets_its_verdict_through_the_adapter() {
    for vector in vectors() {
        let secrets = json!({ "auth_token": { "current": "unused", "previous": vector.token } });
        let settings = json!({ "account_sid": ACCOUNT, "from": "+15550100002" });
        let (adapter, _) = read(settings, secrets);
        let (url, query) = match vector.url.split_once('?') {
            Some((url, query)) => (url, Some(query.to_owned())),
            None => (vector.url.as_str(), None),
        };
        let media_type = if vector.is_form() { FORM } else { JSON };
        let call = Call {
            url: url.to_owned(),
            query,
            ..Call::new(Method::Post, &vector.bytes())
                .header("content-type", &format!("{media_type}; charset=UTF-8"))
                .header("x-twilio-signature", &vector.signature)
        };
        let verdict = adapter.unwrap().verify(&call.callback());
        let expected = if vector.expect { Ok(()) } else { MISMATCH };
        assert_eq!(verdict, expected, "{}", vector.id);
    }
}

#[test]
fn a_callback_is_verified_over_the_configured_url_and_the_live_query() {
    let pairs = [("Body", "Hi 😀"), ("From", "+15550100001")];
    let body = encode(&pairs);
    let posted = || Call::form(&body);
    assert_eq!(posted().verify(), MISSING);
    assert_eq!(posted().header("x-twilio-signature", "").verify(), MISSING);
    assert_eq!(posted().signed(TOKEN, &pairs).verify(), Ok(()));
    assert_eq!(posted().signed(PREVIOUS, &pairs).verify(), Ok(()));
    assert_eq!(posted().signed("another", &pairs).verify(), MISMATCH);
    assert_eq!(posted().signed(TOKEN, &pairs[..1]).verify(), MISMATCH);

    let with_query = || Call {
        query: Some("site=42".to_owned()),
        ..posted()
    };
    assert_eq!(with_query().signed(TOKEN, &pairs).verify(), Ok(()));
    let mut moved = with_query().signed(TOKEN, &pairs);
    moved.query = Some("site=43".to_owned());
    assert_eq!(moved.verify(), MISMATCH);
    moved.query = None;
    assert_eq!(moved.verify(), MISMATCH);

    // Options for Twilio behind # are not part of what is signed.
    let mut call = posted().signed(TOKEN, &pairs);
    call.url.push_str("#rc=3");
    assert_eq!(call.verify(), Ok(()));
}

#[test]
fn what_a_body_is_called_cannot_switch_its_check_off() {
    let pairs = [("Body", "Hi"), ("MessageSid", "SM1")];
    let body = encode(&pairs);
    for media_type in ["application/json", "text/plain", "multipart/form-data", ""] {
        let call = Call::form(&body).header("content-type", media_type);
        assert_eq!(call.signed(TOKEN, &[]).verify(), MISMATCH, "{media_type}");
    }
    let untyped = Call::new(Method::Post, body.as_bytes());
    assert_eq!(untyped.signed(TOKEN, &[]).verify(), MISMATCH);
    for method in [Method::Get, Method::Put] {
        let call = Call::new(method, body.as_bytes());
        assert_eq!(call.signed(TOKEN, &[]).verify(), MISMATCH, "{method:?}");
    }
    // With the headers of a form it is one, whatever the letters' case.
    let spelt = Call::form(&body).header(
        "content-type",
        "Application/X-WWW-Form-Urlencoded;charset=utf-8",
    );
    assert_eq!(spelt.signed(TOKEN, &pairs).verify(), Ok(()));
    assert_eq!(Call::form("").signed(TOKEN, &[]).verify(), Ok(()));
}

#[test]
fn a_get_callback_carries_its_parameters_in_the_query() {
    let query = fixture!("sms_text.form");
    let call = Call {
        query: Some(query.to_owned()),
        ..Call::new(Method::Get, b"")
    };
    let call = call.signed(TOKEN, &[]);
    assert_eq!(call.verify(), Ok(()));
    assert_eq!(call.parse(), Call::form(query).parse());
}

#[test]
fn a_json_callback_is_read_like_a_form() {
    let form = fixture!("sms_text.form");
    let object: Map<String, Value> = form_urlencoded::parse(form.as_bytes())
        .map(|(key, value)| (key.into_owned(), Value::from(value.into_owned())))
        .collect();
    let post = |body: &str| Call::new(Method::Post, body.as_bytes()).header("content-type", JSON);
    let body = Value::Object(object).to_string();
    assert_eq!(post(&body).parse(), Call::form(form).parse());
    for body in ["", "[]", "{", "null", "\"Body=Hi\""] {
        let what = "the body is not a JSON object".to_owned();
        assert_eq!(post(body).parse(), Err(Unreadable { what }), "{body}");
    }
}
