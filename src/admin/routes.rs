//! The paths of the admin API, and what a request to each of them asks for.

use super::fields::{Fields, unescaped};
use super::find::Find;
use super::import::Import;
use super::letters::{Action, Change, List};
use super::one::One;
use super::pauses::{Look, Set};
use super::{Fault, Request, Task};
use crate::attention::Of;
use crate::config::Config;
use crate::conversation::operate::{MESSAGES, Operation};
use crate::conversation::{Lane, RowState};
use crate::crypto;
use crate::http::{Method, Millis};
use crate::identity::ConsumerKey;

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// Find a consumer.
    Find,
    /// Show one.
    Show,
    /// Its messages.
    Messages,
    /// One message with its trace.
    Trace,
    /// Take over a conversation by hand.
    Adopt,
    /// Erase the person.
    Erase,
    /// Dead letters.
    DeadLetters,
    /// Send them again.
    Resend,
    /// Discard them.
    Discard,
    /// Lanes that do not move.
    StuckLanes,
    /// Consumers of a brand that moves in.
    Import,
    /// What is paused.
    Pauses,
    /// Pause.
    Pause,
    /// Resume.
    Resume,
}

/// One method of one path.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with names for its variable parts.
    pub path: &'static str,
    /// What it asks for.
    pub endpoint: Endpoint,
}

const fn route(method: Method, path: &'static str, endpoint: Endpoint) -> Route {
    Route {
        method,
        path,
        endpoint,
    }
}

/// All of them. `docs/admin.openapi.json` describes each.
#[rustfmt::skip]
pub const ROUTES: [Route; 14] = [
    route(Method::Post, "/admin/consumers/find", Endpoint::Find),
    route(Method::Get, "/admin/consumers/{consumer}", Endpoint::Show),
    route(Method::Get, "/admin/consumers/{consumer}/messages", Endpoint::Messages),
    route(Method::Get, "/admin/consumers/{consumer}/messages/{message}", Endpoint::Trace),
    route(Method::Post, "/admin/consumers/{consumer}/adopt", Endpoint::Adopt),
    route(Method::Post, "/admin/consumers/{consumer}/erase", Endpoint::Erase),
    route(Method::Get, "/admin/dead-letters", Endpoint::DeadLetters),
    route(Method::Post, "/admin/dead-letters/resend", Endpoint::Resend),
    route(Method::Post, "/admin/dead-letters/discard", Endpoint::Discard),
    route(Method::Get, "/admin/stuck-lanes", Endpoint::StuckLanes),
    route(Method::Post, "/admin/import", Endpoint::Import),
    route(Method::Get, "/admin/pauses", Endpoint::Pauses),
    route(Method::Put, "/admin/pauses/{kind}/{name}", Endpoint::Pause),
    route(Method::Delete, "/admin/pauses/{kind}/{name}", Endpoint::Resume),
];

/// The variable parts of a path, if it is this route's.
fn parts<'p>(route: &Route, path: &'p str) -> Option<Vec<&'p str>> {
    let (wanted, given) = (route.path.split('/'), path.split('/'));
    if wanted.clone().count() != given.clone().count() {
        return None;
    }
    let mut parts = Vec::new();
    for (wanted, given) in wanted.zip(given) {
        if wanted.starts_with('{') {
            parts.push(given);
        } else if wanted != given {
            return None;
        }
    }
    Some(parts)
}

/// The route of a request, with the variable parts of its path.
pub fn find<'p>(method: &str, path: &'p str) -> Result<(Route, Vec<&'p str>), Fault> {
    let matching = ROUTES.iter().filter_map(|route| {
        let parts = parts(route, path)?;
        Some((*route, parts))
    });
    let mut matching: Vec<_> = matching.collect();
    // A word of a path goes before a part that could be anything.
    let exact = matching.iter().any(|(_, parts)| parts.is_empty());
    matching.retain(|(_, parts)| parts.is_empty() == exact);
    let methods: Vec<Method> = matching.iter().map(|(route, _)| route.method).collect();
    let found = matching
        .into_iter()
        .find(|(route, _)| route.method.as_str() == method);
    match found {
        Some(found) => Ok(found),
        None if methods.is_empty() => Err(Fault::NotFound),
        None => Err(Fault::Method(methods)),
    }
}

/// What a request asks for, ready to be done.
pub fn task(
    request: &Request<'_>,
    config: &Config,
    now: Millis,
) -> Result<(Endpoint, Box<dyn Task>), Fault> {
    let (route, parts) = find(request.method, request.path)?;
    let endpoint = route.endpoint;
    let query = Fields::of_query(request.query)?;
    let fields = match route.method {
        Method::Post => {
            query.finish()?;
            // A page of another site cannot send this type without asking first, which is never granted.
            if !is_json(request.content_type) {
                return Err(Fault::MediaType);
            }
            Fields::of_body(request.body)?
        }
        _ if !request.body.is_empty() => {
            return Err(Fault::invalid("", "this takes no body"));
        }
        _ => query,
    };
    let mut parts = parts.into_iter();
    let mut part = || parts.next().unwrap_or_default();
    let task: Box<dyn Task> = match endpoint {
        Endpoint::Find => Box::new(Find::read(fields, config)?),
        Endpoint::DeadLetters => Box::new(List::read(Of::DeadLetters, fields, config, now)?),
        Endpoint::StuckLanes => Box::new(List::read(Of::Stuck, fields, config, now)?),
        Endpoint::Resend => Box::new(Change::read(Action::Resend, fields, config, now)?),
        Endpoint::Discard => Box::new(Change::read(Action::Discard, fields, config, now)?),
        Endpoint::Import => Box::new(Import::read(fields, config)?),
        Endpoint::Pauses => {
            fields.finish()?;
            Box::new(Look::new(config))
        }
        Endpoint::Pause | Endpoint::Resume => {
            fields.finish()?;
            let since = (endpoint == Endpoint::Pause).then_some(now);
            let (kind, name) = (part(), unescaped(part()).ok_or(Fault::NoName)?);
            Box::new(Set::read(kind, &name, since, config)?)
        }
        _ => {
            let consumer = unescaped(part()).as_deref().and_then(consumer_key);
            let consumer = consumer.ok_or(Fault::NoConsumer)?;
            let operation = operation(endpoint, fields, part())?;
            Box::new(One {
                consumer,
                operation,
            })
        }
    };
    Ok((endpoint, task))
}

/// What is asked of one consumer. `message` is the last part of the path, where there is one.
fn operation(endpoint: Endpoint, mut fields: Fields, message: &str) -> Result<Operation, Fault> {
    let operation = match endpoint {
        Endpoint::Messages => Operation::Messages {
            lane: fields.choice("lane", Lane::from_stored, "to_liveengage, to_consumer")?,
            state: fields.choice(
                "state",
                RowState::from_stored,
                "waiting, sending, delivered, refused",
            )?,
            limit: fields.number("limit", MESSAGES)?.unwrap_or(MESSAGES),
        },
        Endpoint::Trace => Operation::Trace {
            message: unescaped(message)
                .filter(|key| !key.is_empty())
                .ok_or(Fault::NoMessage)?,
        },
        Endpoint::Adopt => Operation::Adopt {
            conversation_id: fields.required_text("conversation_id")?,
        },
        Endpoint::Erase => Operation::Erase {
            dry_run: !fields.flag("confirm")?,
        },
        _ => Operation::Show,
    };
    fields.finish()?;
    Ok(operation)
}

fn is_json(content_type: Option<&str>) -> bool {
    let media_type = content_type.unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
}

/// A consumer key from outside: the base64url of 32 bytes, and nothing else, since it names an object.
pub(super) fn consumer_key(text: &str) -> Option<ConsumerKey> {
    let bytes = crypto::decode_base64_url(text)?;
    (bytes.len() == 32 && text.len() == 43).then(|| ConsumerKey::from_stored(text.to_owned()))
}

/// The LiveEngage id of an account in service.
pub(super) fn account(name: &str, config: &Config) -> Result<String, Fault> {
    let account = config.accounts.get(name);
    let account = account
        .ok_or_else(|| Fault::invalid("account", "no account of that name is in service"))?;
    Ok(account.id.clone())
}
