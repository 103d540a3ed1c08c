//! Twilio with its phones: it takes texts, and reports what became of them to the address that came with each.

use std::collections::BTreeMap;
use std::rc::Rc;

use liveengage_connector::crypto::base64;
use liveengage_connector::http::{HttpAnswer, HttpRequest, Millis};
use serde_json::json;

use super::{Post, form_field, hand_over_in, refuses, show};
use crate::configs::{ACCOUNT_SID, AUTH_TOKEN};
use crate::network::response;
use crate::plan::{MINUTE, SECOND};
use crate::world::World;

#[derive(Debug, Default)]
pub(super) struct Twilio {
    /// What was taken, by message, piece and attempt: under which query it is reported.
    taken: Vec<Taken>,
    /// When the first report of a request was acknowledged, by its query.
    reported: BTreeMap<String, Millis>,
}

#[derive(Debug)]
struct Taken {
    to: String,
    text: String,
    query: String,
}

/// Longer than an attempt can last that had begun before a report came.
const UNDER_WAY: Millis = 30 * SECOND;

pub(super) fn answer(world: &Rc<World>, request: &HttpRequest) -> HttpAnswer {
    let credentials = base64(format!("{ACCOUNT_SID}:{AUTH_TOKEN}").as_bytes());
    let given = request
        .headers
        .iter()
        .find(|(name, _)| *name == "authorization");
    if given.is_none_or(|(_, value)| *value != format!("Basic {credentials}")) {
        return Ok(response(401, json!({ "code": 20003 }).to_string()));
    }
    let field = |name| form_field(&request.body, name).unwrap_or_default();
    let (to, text) = (field("To"), field("Body"));
    if refuses(world, &text) {
        return Ok(response(400, json!({ "code": 21610 }).to_string()));
    }
    show(world, &to, &text);
    let number = world.platforms.borrow().shown.len();
    let sid = format!("SM{number:032x}");
    let callback = field("StatusCallback");
    let query = callback.split_once('?').map(|(_, query)| query.to_owned());
    if let Some(query) = &query {
        check_repeated(world, &to, &text, query);
    }
    let report = |status: &str| {
        let fields = [
            ("MessageSid", sid.as_str()),
            ("MessageStatus", status),
            ("To", &to),
        ];
        let post = Post {
            query: query.clone(),
            ..Post::form(&fields)
        };
        let late = world.fault("a report is late", world.plan.delivery);
        let wait = if late {
            world.roll(15 * SECOND, 2 * MINUTE)
        } else {
            world.roll(1, 200)
        };
        hand_over_in(world, Vec::new(), post, wait);
    };
    if world.chance(6000) {
        report("sent");
    }
    if world.chance(2000) {
        let failed = world.fault("a platform reports a failure later", 1500);
        report(if failed { "undelivered" } else { "delivered" });
    }
    Ok(response(201, json!({ "sid": sid }).to_string()))
}

/// A report was taken.
pub(super) fn acknowledged(world: &World, post: &Post) {
    if let Some(query) = &post.query {
        let now = world.now();
        let mut platforms = world.platforms.borrow_mut();
        platforms
            .twilio
            .reported
            .entry(query.clone())
            .or_insert(now);
    }
}

/// What is reported is not sent again. The number in a text tells it from others.
fn check_repeated(world: &World, to: &str, text: &str, query: &str) {
    let mut platforms = world.platforms.borrow_mut();
    let twilio = &mut platforms.twilio;
    let same = |it: &&Taken| it.to == to && it.text == text;
    let earlier = twilio.taken.iter().filter(same);
    let mut reported = earlier.filter_map(|it| twilio.reported.get(&it.query));
    let known = reported.any(|at| at + UNDER_WAY < world.now());
    twilio.taken.push(Taken {
        to: to.to_owned(),
        text: text.to_owned(),
        query: query.to_owned(),
    });
    drop(platforms);
    if known {
        world.violation("what is reported is not sent again", text.to_owned());
    }
}
