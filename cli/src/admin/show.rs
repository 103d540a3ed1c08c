//! The API's answers in words. What a later connector adds is left out; what an older one lacks is shown as a dash.

use serde_json::Value;

use super::table::table;
use crate::report::{Report, count};
use crate::time::utc_exact;

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or("-")
}

fn number(value: &Value, name: &str) -> usize {
    let number = value.get(name).and_then(Value::as_u64);
    usize::try_from(number.unwrap_or(0)).unwrap_or(usize::MAX)
}

fn when(value: &Value, name: &str) -> String {
    let at = value.get(name).and_then(Value::as_u64);
    at.map_or_else(|| "-".to_owned(), utc_exact)
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    let list = value.get(name).and_then(Value::as_array);
    list.into_iter().flatten()
}

fn flag(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool).unwrap_or(false)
}

/// A cause or a refusal with what it brings along: `server (status 503)`.
fn because(value: &Value, name: &str) -> String {
    let Some(fields) = value.as_object() else {
        return String::new();
    };
    let more = fields
        .iter()
        .filter(|(key, value)| *key != name && !value.is_null());
    let more: Vec<String> = more
        .map(|(key, value)| match value {
            Value::String(text) => format!("{key} {text}"),
            other => format!("{key} {other}"),
        })
        .collect();
    let named = text(value, name);
    if more.is_empty() {
        named.to_owned()
    } else {
        format!("{named} ({})", more.join(", "))
    }
}

pub(super) fn consumer(consumer: &Value) -> String {
    let mut report = Report::default();
    report.section(&format!("Consumer {}", text(consumer, "key")));
    let (channel, account) = (text(consumer, "channel"), text(consumer, "account_id"));
    report.line(1, format!("channel {channel}, account {account}"));
    report.line(
        1,
        format!("LiveEngage consumer {}", text(consumer, "lp_consumer_id")),
    );
    report.line(1, format!("last seen {}", when(consumer, "last_activity")));
    if consumer.get("erased_at").is_some() {
        report.line(1, format!("erased {}", when(consumer, "erased_at")));
    }
    report.line(
        1,
        format!(
            "{} remembered, {}",
            count(number(consumer, "messages"), "message"),
            count(number(consumer, "dead_letters"), "dead letter")
        ),
    );
    if consumer.get("already_open_since").is_some() {
        let since = when(consumer, "already_open_since");
        report.line(
            1,
            format!("LiveEngage says since {since} that another conversation is open"),
        );
        report.line(2, "-> look up its id there, then `connector adopt`");
    }
    for lane in list(consumer, "lanes") {
        let waiting = number(lane, "waiting");
        let name = text(lane, "lane");
        match lane.get("head").filter(|head| !head.is_null()) {
            None => report.line(1, format!("{name}: nothing waits")),
            Some(head) => {
                let due = when(head, "due_at");
                let key = text(head, "key");
                report.line(1, format!("{name}: {} waiting", count(waiting, "message")));
                report.line(
                    2,
                    format!(
                        "next {key}, {}, due {due}{}",
                        text(head, "state"),
                        latest(head)
                    ),
                );
            }
        }
    }
    let conversations: Vec<&Value> = list(consumer, "conversations").collect();
    if !conversations.is_empty() {
        report.line(1, "conversations");
    }
    for known in conversations {
        let open = match (flag(known, "stage_open"), flag(known, "main_open")) {
            (true, true) => "open",
            (true, false) => "closing, or in a survey",
            (false, _) => "closed",
        };
        report.line(2, format!("{} {open}", text(known, "id")));
    }
    report.finish()
}

/// Why a message waits, where its trace is there.
fn latest(message: &Value) -> String {
    let because_of = list(message, "trace")
        .last()
        .and_then(|step| step.get("because"));
    because_of.map_or(String::new(), |cause| {
        format!(", because of {}", because(cause, "cause"))
    })
}

pub(super) fn messages(answer: &Value) -> String {
    let rows: Vec<Vec<String>> = list(answer, "messages")
        .map(|message| {
            let refusal = message.get("refusal").map(|it| because(it, "reason"));
            vec![
                when(message, "accepted_at"),
                text(message, "lane").to_owned(),
                text(message, "state").to_owned(),
                number(message, "attempts").to_string(),
                refusal.unwrap_or_default(),
                text(message, "key").to_owned(),
            ]
        })
        .collect();
    if rows.is_empty() {
        return "No messages.\n".to_owned();
    }
    let head = ["ACCEPTED", "LANE", "STATE", "TRIES", "REASON", "MESSAGE"];
    let mut shown = table(&head, &rows);
    let more = number(answer, "more");
    if more > 0 {
        shown.push_str(&format!("and {} before these\n", count(more, "message")));
    }
    shown
}

pub(super) fn trace(message: &Value) -> String {
    let mut report = Report::default();
    report.section(&format!("Message {}", text(message, "key")));
    let (lane, state) = (text(message, "lane"), text(message, "state"));
    report.line(
        1,
        format!(
            "{lane}, {state}, {}",
            count(number(message, "attempts"), "attempt")
        ),
    );
    if let Some(refusal) = message.get("refusal") {
        report.line(1, format!("refused: {}", because(refusal, "reason")));
    }
    if message.get("requeued_at").is_some() {
        report.line(
            1,
            format!("sent again {}: it is late", when(message, "requeued_at")),
        );
    }
    if flag(message, "discarded") {
        report.line(1, "discarded: its content is gone");
    }
    if flag(message, "unknown") {
        report.line(1, "nobody knows whether the latest attempt had its effect");
    }
    let place = |place: &Value| {
        format!(
            "dialog {} sequence {}",
            text(place, "dialog_id"),
            number(place, "sequence")
        )
    };
    if let Some(source) = message.get("source") {
        report.line(1, format!("came from LiveEngage as {}", place(source)));
    }
    for published in list(message, "published") {
        report.line(1, format!("in LiveEngage as {}", place(published)));
    }
    if message.get("remote_id").is_some() {
        report.line(
            1,
            format!("at the platform as {}", text(message, "remote_id")),
        );
    }
    if message.get("not_delivered").is_some() {
        let told = text(message, "not_delivered");
        report.line(
            1,
            format!("the news for LiveEngage that it did not arrive: {told}"),
        );
    }
    let mut shown = report.finish();
    shown.push('\n');
    let rows: Vec<Vec<String>> = list(message, "trace")
        .map(|step| {
            let cause = step.get("because").map(|it| {
                let name = if it.get("cause").is_some() {
                    "cause"
                } else {
                    "reason"
                };
                because(it, name)
            });
            let until = step
                .get("until")
                .map(|_| format!("until {}", when(step, "until")));
            let echo = flag(step, "by_echo").then(|| "told by an echo or a report".to_owned());
            let what: Vec<String> = [cause, until, echo].into_iter().flatten().collect();
            vec![
                when(step, "at"),
                number(step, "attempt").to_string(),
                text(step, "event").to_owned(),
                what.join(", "),
            ]
        })
        .collect();
    shown.push_str(&table(&["AT", "TRY", "WHAT", ""], &rows));
    shown
}

pub(super) fn dead_letters(answer: &Value) -> String {
    let mut rows = Vec::new();
    let (mut total, mut unnamed) = (0, 0);
    for consumer in list(answer, "consumers") {
        let (all, before) = (number(consumer, "count"), rows.len());
        for letter in list(consumer, "dead_letters") {
            rows.push(vec![
                when(letter, "at"),
                text(consumer, "channel").to_owned(),
                text(letter, "lane").to_owned(),
                text(letter, "reason").to_owned(),
                text(consumer, "consumer").to_owned(),
                text(letter, "message").to_owned(),
            ]);
        }
        total += all;
        unnamed += all.saturating_sub(rows.len() - before);
    }
    if total == 0 {
        return "No dead letters.\n".to_owned();
    }
    let head = [
        "REFUSED", "CHANNEL", "LANE", "REASON", "CONSUMER", "MESSAGE",
    ];
    let mut shown = table(&head, &rows);
    if unnamed > 0 {
        shown.push_str(&format!(
            "and {unnamed} more: see `connector messages CONSUMER --state refused`\n"
        ));
    }
    shown.push_str(&format!("{}\n", count(total, "dead letter")));
    shown
}

pub(super) fn stuck(answer: &Value) -> String {
    let rows: Vec<Vec<String>> = list(answer, "consumers")
        .flat_map(|consumer| list(consumer, "lanes").map(move |lane| (consumer, lane)))
        .map(|(consumer, lane)| {
            vec![
                when(lane, "since"),
                text(consumer, "channel").to_owned(),
                text(lane, "lane").to_owned(),
                text(lane, "cause").to_owned(),
                text(consumer, "consumer").to_owned(),
                text(lane, "message").to_owned(),
            ]
        })
        .collect();
    if rows.is_empty() {
        return "No lane is stuck.\n".to_owned();
    }
    let head = ["SINCE", "CHANNEL", "LANE", "CAUSE", "CONSUMER", "MESSAGE"];
    table(&head, &rows) + &format!("{}\n", count(rows.len(), "stuck lane"))
}

pub(super) fn pauses(answer: &Value) -> String {
    let mut rows = Vec::new();
    for (list_name, kind) in [("channels", "channel"), ("accounts", "account")] {
        for entry in list(answer, list_name) {
            let state = if flag(entry, "paused") {
                format!("paused since {}", when(entry, "since"))
            } else {
                "running".to_owned()
            };
            rows.push(vec![kind.to_owned(), text(entry, "name").to_owned(), state]);
        }
    }
    table(&["WHAT", "NAME", "STATE"], &rows)
}

pub(super) fn pause_changed(answer: &Value) -> String {
    let name = text(answer, "name");
    let within = number(answer, "effective_within_seconds");
    if flag(answer, "paused") {
        format!(
            "{name} is paused everywhere within {within} seconds. What comes in is accepted and waits.\n"
        )
    } else {
        format!("{name} goes on everywhere within {within} seconds.\n")
    }
}

pub(super) fn erased(answer: &Value) -> String {
    let erased = answer.get("erased").unwrap_or(&Value::Null);
    let dry_run = flag(answer, "dry_run");
    let mut report = Report::default();
    report.section(if dry_run { "Would be erased" } else { "Erased" });
    for (name, what) in [
        ("messages", "message"),
        ("dead_letters", "dead letter"),
        ("waiting", "message that still waits"),
    ] {
        let of = if name == "messages" {
            ""
        } else {
            "among them "
        };
        let counted = match (name, number(erased, name)) {
            ("waiting", 1) => "1 message that still waits".to_owned(),
            ("waiting", number) => format!("{number} messages that still wait"),
            (_, number) => count(number, what),
        };
        report.line(1, format!("{of}{counted}"));
    }
    report.section("To be erased in LiveEngage by you");
    report.line(1, format!("consumer {}", text(erased, "lp_consumer_id")));
    for id in list(erased, "conversations").filter_map(Value::as_str) {
        report.line(1, format!("conversation {id}"));
    }
    report.section("What remains");
    for remains in list(erased, "remains") {
        let until = remains.get("until").filter(|until| !until.is_null());
        let until = until.map_or("with no end known here".to_owned(), |_| {
            format!("until {}", when(remains, "until"))
        });
        report.line(
            1,
            format!("{}: {}", text(remains, "place"), text(remains, "what")),
        );
        report.line(2, until);
    }
    if dry_run {
        report.section("Nothing was done: add --yes to do it.");
    }
    report.finish()
}
