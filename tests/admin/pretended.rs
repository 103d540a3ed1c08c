//! A deployment that answers what the admin API needs, and the schema that its answers must fit.

use std::collections::BTreeMap;
use std::path::Path;

use liveengage_connector::admin::{Fault, Got, Need, Reply, Request, Step, routes};
use liveengage_connector::attention::{Ask, Found, Report};
use liveengage_connector::config::{Bindings, Config};
use liveengage_connector::conversation::operate::{Answer, Operation};
use liveengage_connector::http::Millis;
use liveengage_connector::identity::ConsumerKey;
use serde_json::{Value, json};

pub(crate) const NOW: Millis = 1_790_000_000_000;
pub(crate) const KEY: &str = "OaBpB976NGRM7bh4xdqpwoyCEeNU4XJzgw3MK9OV2_I";

/// The n-th consumer: keys in order.
pub(crate) fn key(n: usize) -> ConsumerKey {
    ConsumerKey::from_stored(format!("{n:042}A"))
}

pub(crate) fn config() -> Config {
    let sms = |account: &str| json!({ "platform": "twilio", "account": account, "account_sid": "AC00000000000000000000000000000001", "from": "+15550100002" });
    let bindings = json!({
        "PUBLIC_URL": "https://connector.example.com",
        "IDENTITY_KEY": "an identity key for tests, 32 bytes or more",
        "ACCOUNT_DEMO": { "id": "le1", "client_id": "app-1" },
        "SECRET_ACCOUNT_DEMO": { "client_secret": "x" },
        "ACCOUNT_OTHER": { "id": "le2", "client_id": "app-2" },
        "SECRET_ACCOUNT_OTHER": { "client_secret": "x" },
        "CHANNEL_SMS": sms("demo"),
        "SECRET_CHANNEL_SMS": { "auth_token": "x" },
        "CHANNEL_OTHER_SMS": sms("other"),
        "SECRET_CHANNEL_OTHER_SMS": { "auth_token": "x" },
    });
    let bindings: Bindings = bindings.as_object().unwrap().clone().into_iter().collect();
    let config = Config::read(&bindings);
    assert_eq!(config.problems, []);
    config
}

/// What a consumer's object answers.
type Behave = Box<dyn Fn(&ConsumerKey, &Operation) -> Got>;

/// Everything that the API may ask, and what it has asked.
pub(crate) struct World {
    pub(crate) config: Config,
    /// Reports by the name of the Attention object.
    pub(crate) index: BTreeMap<String, BTreeMap<ConsumerKey, Report>>,
    pub(crate) behave: Behave,
    /// What every other need is answered.
    pub(crate) other: Got,
    pub(crate) asked: Vec<Need>,
}

impl World {
    pub(crate) fn new(behave: impl Fn(&ConsumerKey, &Operation) -> Answer + 'static) -> Self {
        let behave = move |key: &ConsumerKey, operation: &Operation| {
            Got::Object(Box::new(behave(key, operation)))
        };
        Self {
            config: config(),
            index: BTreeMap::new(),
            behave: Box::new(behave),
            other: Got::Failed,
            asked: Vec::new(),
        }
    }

    /// A request with a JSON body.
    pub(crate) fn post(&mut self, path: &str, body: &Value) -> Reply {
        self.request("POST", path, Some(&body.to_string()))
    }

    pub(crate) fn get(&mut self, path: &str) -> Reply {
        self.request("GET", path, None)
    }

    pub(crate) fn request(&mut self, method: &str, target: &str, body: Option<&str>) -> Reply {
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        let request = Request {
            method,
            path,
            query,
            content_type: body.map(|_| "application/json; charset=utf-8"),
            body: body.unwrap_or_default().as_bytes(),
        };
        let reply = match self.run(&request) {
            Ok(reply) => reply,
            Err(fault) => fault.reply(),
        };
        fits(method, path, &reply);
        reply
    }

    fn run(&mut self, request: &Request<'_>) -> Result<Reply, Fault> {
        let (_, mut task) = routes::task(request, &self.config, NOW)?;
        let mut got = None;
        for _ in 0..200 {
            match task.step(got.take())? {
                Step::Need(need) => {
                    got = Some(self.perform(&need));
                    self.asked.push(need);
                }
                Step::Reply(reply) => return Ok(reply),
            }
        }
        panic!("it never ends");
    }

    fn perform(&self, need: &Need) -> Got {
        match need {
            Need::Index { object, ask } => {
                let Ask::Find {
                    query,
                    after,
                    limit,
                } = ask
                else {
                    panic!("{ask:?}");
                };
                let mut found = Found::default();
                let behind = after.as_deref().unwrap_or_default();
                for (consumer, report) in self.index.get(object).into_iter().flatten() {
                    let passed = consumer.as_str() <= behind;
                    if !passed && !query.add(&mut found, consumer, report, *limit) {
                        break;
                    }
                }
                Got::Index(found)
            }
            Need::Object {
                consumer,
                operation,
            } => (self.behave)(consumer, operation),
            _ => self.other.clone(),
        }
    }

    /// The operations that consumers' objects were asked for, in order.
    pub(crate) fn operations(&self) -> Vec<(ConsumerKey, Operation)> {
        let asked = self.asked.iter();
        asked
            .filter_map(|need| match need {
                Need::Object {
                    consumer,
                    operation,
                } => Some((consumer.clone(), (**operation).clone())),
                _ => None,
            })
            .collect()
    }
}

pub(crate) fn description() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/admin.openapi.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Checks an answer against what is described for its path, method and status.
fn fits(method: &str, path: &str, reply: &Reply) {
    let api = description();
    let Ok((route, _)) = routes::find(method, path) else {
        check(&api, "#/components/schemas/error", &reply.body);
        return;
    };
    let operation = &api["paths"][route.path][method.to_lowercase()];
    let response = &operation["responses"][reply.status.to_string()];
    assert!(
        response.is_object(),
        "{method} {path}: {} is not described",
        reply.status
    );
    let response = match response["$ref"].as_str() {
        Some(pointer) => api.pointer(pointer.trim_start_matches('#')).unwrap(),
        None => response,
    };
    let schema = &response["content"]["application/json"]["schema"];
    check(&api, schema["$ref"].as_str().unwrap(), &reply.body);
}

/// Checks a value against a schema of the description.
pub(crate) fn check(api: &Value, pointer: &str, value: &Value) {
    if let Err(error) = valid(api, pointer, value) {
        panic!("{error}\n{value:#}");
    }
}

pub(crate) fn valid(api: &Value, pointer: &str, value: &Value) -> Result<(), String> {
    let mut compiler = boon::Compiler::new();
    compiler.set_default_draft(boon::Draft::V2020_12);
    compiler.add_resource("http://api", api.clone()).unwrap();
    let mut schemas = boon::Schemas::new();
    let location = format!("http://api{pointer}");
    let schema = compiler.compile(&location, &mut schemas).unwrap();
    let verdict = schemas.validate(value, schema);
    verdict.map_err(|error| error.to_string())
}
