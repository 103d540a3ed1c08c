//! `POST /admin/import`: consumers of a brand that moves in, with the conversations that they have open.

use serde_json::{Value, json};

use super::fields::Fields;
use super::{Fault, Got, Reply, Step, Task};
use crate::config::Config;
use crate::conversation::operate::{Answer, Operation};
use crate::conversation::wire::Route;
use crate::identity::ConsumerKey;
use crate::message::Profile;

/// Pairs that one request takes: each is a call of an object.
const PAIRS: usize = 25;

/// Each pair goes to its consumer's object; one that fails takes no other with it.
pub(super) struct Import {
    pairs: Vec<(ConsumerKey, Operation)>,
    results: Vec<Value>,
}

impl Import {
    pub(super) fn read(mut fields: Fields, config: &Config) -> Result<Self, Fault> {
        let name = fields.required_text("channel")?;
        let pairs = fields.value("pairs");
        fields.finish()?;
        let channel = config
            .channels
            .get(&name)
            .ok_or_else(|| Fault::invalid("channel", "no channel of that name is in service"))?;
        let identity = config.identity_key.as_ref();
        let identity = identity.ok_or_else(|| Fault::Configuration("IDENTITY_KEY".to_owned()))?;
        let Some(Value::Array(pairs)) = pairs else {
            return Err(Fault::invalid("pairs", "is not a list"));
        };
        if !(1..=PAIRS).contains(&pairs.len()) {
            let message =
                format!("has not 1 to {PAIRS} entries: send the rest in further requests");
            return Err(Fault::invalid("pairs", message));
        }
        let read = pairs.into_iter().enumerate().map(|(index, pair)| {
            let (address, conversation_id, profile) = read_pair(pair).map_err(|fault| {
                let Fault::Invalid { field, message } = fault else {
                    return fault;
                };
                let place = format!("pairs[{index}].{field}");
                Fault::invalid(place.trim_end_matches('.'), message)
            })?;
            let (account_id, namespace) = (&channel.account.id, &channel.namespace);
            let key = ConsumerKey::derive(identity, account_id, namespace, &address);
            let route = Route {
                account_id: account_id.clone(),
                namespace: Some(namespace.clone()),
                channel: Some(channel.name.clone()),
                address: Some(address),
                profile,
            };
            Ok((
                key,
                Operation::Import {
                    route: Box::new(route),
                    conversation_id,
                },
            ))
        });
        Ok(Self {
            pairs: read.collect::<Result<_, _>>()?,
            results: Vec::new(),
        })
    }
}

fn read_pair(pair: Value) -> Result<(String, String, Option<Profile>), Fault> {
    let Value::Object(pair) = pair else {
        return Err(Fault::invalid("", "is not a JSON object"));
    };
    let mut fields = Fields::of_object(pair);
    let address = fields.required_text("address")?;
    let conversation_id = fields.required_text("conversation_id")?;
    let profile = match fields.value("profile") {
        None => None,
        Some(profile @ Value::Object(_)) => serde_json::from_value(profile)
            .map(Some)
            .map_err(|_| Fault::invalid("profile", "is not a profile"))?,
        Some(_) => return Err(Fault::invalid("profile", "is not a JSON object")),
    };
    fields.finish()?;
    Ok((address, conversation_id, profile))
}

impl Task for Import {
    fn step(&mut self, got: Option<Got>) -> Result<Step, Fault> {
        if let (Some(got), Some((key, _))) = (got, self.pairs.get(self.results.len())) {
            let result = match got {
                Got::Object(answer) => match *answer {
                    Answer::Done => json!({ "consumer": key, "result": "imported" }),
                    Answer::Impossible { why } => {
                        json!({ "consumer": key, "result": "impossible", "message": why })
                    }
                    _ => json!({ "consumer": key, "result": "unavailable" }),
                },
                _ => json!({ "consumer": key, "result": "unavailable" }),
            };
            self.results.push(result);
        }
        if let Some((key, operation)) = self.pairs.get(self.results.len()) {
            return Ok(Step::object(key, operation.clone()));
        }
        let imported = |result: &&Value| {
            let result = result.get("result").and_then(Value::as_str);
            result == Some("imported")
        };
        let count = self.results.iter().filter(imported).count();
        let body = json!({ "imported": count, "pairs": self.results });
        Ok(Step::Reply(Reply::ok(body)))
    }
}
