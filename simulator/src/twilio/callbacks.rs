//! Callbacks: what Twilio posts to the connector when a phone has sent something.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::oneshot;

use super::signature;
use crate::clock;
use crate::faults::{Action, Facts, Point};
use crate::ids;
use crate::journal::Side;
use crate::sim::{CallbackRetries, Sim};

/// How the hand-over of a message has ended: the connector's last status, 0 for no answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) status: u16,
    pub(crate) attempts: u32,
}

/// A callback, kept so that it can be sent again exactly.
#[derive(Clone)]
pub(super) struct Callback {
    number: String,
    channel: String,
    text: String,
    params: Vec<(String, String)>,
    token: String,
    watcher: Arc<std::sync::Mutex<Option<oneshot::Sender<Outcome>>>>,
}

/// Sends a text from a phone. Refused when the sid is taken.
pub(crate) fn send_text(
    sim: &Arc<Sim>,
    number: &str,
    text: &str,
    channel: &(String, String),
    sid: Option<String>,
    parallel: bool,
) -> Option<(String, oneshot::Receiver<Outcome>)> {
    let sid = sid.unwrap_or_else(ids::message_sid);
    let (sender, receiver) = oneshot::channel();
    let callback = Callback {
        number: number.to_owned(),
        channel: channel.0.clone(),
        text: text.to_owned(),
        params: form(sim, &sid, number, &channel.1, text),
        token: ids::uuid(),
        watcher: Arc::new(std::sync::Mutex::new(Some(sender))),
    };
    let mut world = sim.world();
    if world.phones.callbacks.contains_key(&sid) {
        return None;
    }
    world.phones.typed(number, &sid, text);
    world.phones.callbacks.insert(sid.clone(), callback.clone());
    let generation = world.generation;
    if parallel {
        let (sim, sid) = (Arc::clone(sim), sid.clone());
        tokio::spawn(async move { hand_over(&sim, &sid, &callback, generation).await });
    } else if let Some(phone) = world.phones.phones.get_mut(number) {
        phone.queue.push_back(sid.clone());
        if !phone.running {
            phone.running = true;
            tokio::spawn(run(Arc::clone(sim), number.to_owned(), generation));
        }
    }
    drop(world);
    sim.changed();
    Some((sid, receiver))
}

fn form(sim: &Sim, sid: &str, from: &str, to: &str, text: &str) -> Vec<(String, String)> {
    let country = |number: &str| if number.starts_with("+1") { "US" } else { "" }.to_owned();
    let mut segments = text.chars().count().div_ceil(160);
    if !text.is_ascii() {
        segments = text.encode_utf16().count().div_ceil(70);
    }
    let mut params: Vec<(String, String)> = [
        ("ToCountry", country(to)),
        ("ToState", String::new()),
        ("ToCity", String::new()),
        ("ToZip", String::new()),
        ("SmsMessageSid", sid.to_owned()),
        ("NumMedia", "0".to_owned()),
        ("FromCountry", country(from)),
        ("FromState", String::new()),
        ("FromCity", String::new()),
        ("FromZip", String::new()),
        ("SmsSid", sid.to_owned()),
        ("SmsStatus", "received".to_owned()),
        ("Body", text.to_owned()),
        ("To", to.to_owned()),
        ("NumSegments", segments.max(1).to_string()),
        ("MessageSid", sid.to_owned()),
        ("AccountSid", sim.options.twilio_sid.clone()),
        ("From", from.to_owned()),
        ("ApiVersion", "2010-04-01".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec();
    let stop = ["STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "CANCEL"];
    if stop.contains(&text.trim().to_uppercase().as_str()) {
        params.push(("OptOutType".to_owned(), "STOP".to_owned()));
    }
    params
}

async fn run(sim: Arc<Sim>, number: String, generation: u64) {
    loop {
        let (sid, callback) = {
            let mut world = sim.world();
            let world = &mut *world;
            if world.generation != generation {
                return;
            }
            let Some(phone) = world.phones.phones.get_mut(&number) else {
                return;
            };
            let Some(sid) = phone.queue.pop_front() else {
                phone.running = false;
                return;
            };
            let Some(callback) = world.phones.callbacks.get(&sid).cloned() else {
                continue;
            };
            (sid, callback)
        };
        hand_over(&sim, &sid, &callback, generation).await;
    }
}

fn again(retries: &CallbackRetries, status: u16, timed_out: bool) -> bool {
    let class = match status {
        0 if timed_out => "rt",
        0 => "ct",
        400..=499 => "4xx",
        500..=599 => "5xx",
        _ => return false,
    };
    retries.on.iter().any(|own| own == class || own == "all")
}

/// Posts a callback until it is acknowledged or given up.
async fn hand_over(sim: &Arc<Sim>, sid: &str, callback: &Callback, generation: u64) {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let (retries, action) = {
            let mut world = sim.world();
            let facts = Facts {
                text: callback.text.clone(),
                number: callback.number.clone(),
                ..Facts::default()
            };
            let action = world.faults.take(Point::Callback, &facts);
            (world.settings.twilio_retries.clone(), action)
        };
        let (status, timed_out) = disturbed(sim, sid, callback, &retries, action).await;
        let acknowledged = (200..300).contains(&status);
        let retry = again(&retries, status, timed_out) && attempts <= retries.count;
        let state = match (acknowledged, retry) {
            (true, _) => "acknowledged",
            (_, true) => "retrying",
            _ => "failed",
        };
        {
            let mut world = sim.world();
            if world.generation != generation {
                return;
            }
            let number = &callback.number;
            world.phones.attempted(number, sid, status, state);
        }
        sim.changed();
        if !retry {
            let watcher = callback.watcher.lock();
            let watcher = watcher.ok().and_then(|mut watcher| watcher.take());
            if let Some(watcher) = watcher {
                let _ = watcher.send(Outcome { status, attempts });
            }
            return;
        }
        clock::sleep_ms(retries.spacing_ms).await;
    }
}

async fn disturbed(
    sim: &Arc<Sim>,
    sid: &str,
    callback: &Callback,
    retries: &CallbackRetries,
    action: Option<Action>,
) -> (u16, bool) {
    let send = |fault| post(sim, sid, callback, retries.timeout_ms, fault);
    match action {
        None => send(None).await,
        Some(Action::Status { status, .. }) => (status, false),
        Some(Action::DropBefore) => (0, false),
        Some(Action::DropAfter) => {
            send(Some("drop_after")).await;
            (0, true)
        }
        Some(Action::Delay { ms, .. }) => {
            clock::sleep_ms(ms).await;
            send(Some("delay")).await
        }
        Some(Action::Hang { ms, after }) => {
            if after {
                send(Some("hang")).await;
            }
            clock::sleep_ms(ms).await;
            (0, true)
        }
        Some(Action::Duplicate) => {
            send(Some("duplicate")).await;
            send(None).await
        }
        Some(Action::HoldUntilReleased { .. }) => {
            sim.released().await;
            send(Some("hold_until_released")).await
        }
        Some(_) => send(None).await,
    }
}

/// Posts a callback once, signed for the public URL. The flag says that the time was up.
async fn post(
    sim: &Arc<Sim>,
    sid: &str,
    callback: &Callback,
    timeout_ms: u64,
    fault: Option<&str>,
) -> (u16, bool) {
    let path = format!("/channels/{}", callback.channel);
    let signed_url = format!("{}{path}", sim.options.public_url);
    let signature = signature::sign(&sim.options.twilio_token, &signed_url, &callback.params);
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&callback.params)
        .finish();
    let request = sim
        .http
        .post(format!("{}{path}", sim.options.connector))
        .header(
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        )
        .header("user-agent", "TwilioProxy/1.1")
        .header("X-Twilio-Signature", signature)
        .header("I-Twilio-Idempotency-Token", &callback.token)
        .timeout(Duration::from_millis(timeout_ms))
        .body(body);
    let answered = request.send().await;
    let (status, timed_out, warning) = match &answered {
        Ok(answer) => (answer.status().as_u16(), false, warning(answer)),
        Err(error) => (0, error.is_timeout() && !error.is_connect(), None),
    };
    let details = json!({
        "status": status, "fault": fault, "sid": sid, "number": callback.number,
        "channel": callback.channel, "text": callback.text, "warning": warning,
    });
    sim.world().journal.add(Side::Callback, "inbound", details);
    sim.changed();
    (status, timed_out)
}

/// What Twilio's debugger would say about an answer.
fn warning(answer: &reqwest::Response) -> Option<&'static str> {
    let kind = answer.headers().get("content-type");
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let empty = answer.content_length() == Some(0);
    let understood = kind.contains("xml") || kind.starts_with("text/plain");
    (answer.status().is_success() && !empty && !understood)
        .then_some("12300 Invalid Content-Type: the answer is neither empty nor TwiML")
}

/// Posts a callback again, exactly, once.
pub(crate) async fn redeliver(sim: &Arc<Sim>, sid: &str) -> Option<u16> {
    let (callback, timeout) = {
        let world = sim.world();
        let callback = world.phones.callbacks.get(sid).cloned()?;
        (callback, world.settings.twilio_retries.timeout_ms)
    };
    Some(
        post(sim, sid, &callback, timeout, Some("redelivered"))
            .await
            .0,
    )
}
