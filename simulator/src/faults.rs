//! Faults on order: what goes wrong, where, how often.

use serde::Deserialize;
use serde_json::Value;

/// Where a fault strikes.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Point {
    Token,
    Consumer,
    Create,
    Publish,
    Domain,
    Upload,
    Download,
    Monitoring,
    AgentProfile,
    Twilio,
    Webhook,
    Callback,
    Gateway,
    GatewayFile,
    Line,
    Messenger,
    Instagram,
    Whatsapp,
}

impl Point {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Consumer => "consumer",
            Self::Create => "create",
            Self::Publish => "publish",
            Self::Domain => "domain",
            Self::Upload => "upload",
            Self::Download => "download",
            Self::Monitoring => "monitoring",
            Self::AgentProfile => "agent_profile",
            Self::Twilio => "message",
            Self::Webhook => "notification",
            Self::Callback => "inbound",
            Self::Gateway => "app",
            Self::GatewayFile => "app_file",
            Self::Line | Self::Messenger | Self::Instagram | Self::Whatsapp => "call",
        }
    }
}

/// What goes wrong. `after` moves the disturbance from before the effect to after it.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Action {
    Status {
        status: u16,
        body: Option<Value>,
        retry_after: Option<u64>,
    },
    Delay {
        ms: u64,
        #[serde(default)]
        after: bool,
    },
    DropBefore,
    DropAfter,
    Hang {
        ms: u64,
        #[serde(default)]
        after: bool,
    },
    Duplicate,
    Reorder,
    HoldUntilReleased {
        #[serde(default)]
        after: bool,
    },
    WebhookFirst {
        delay_ms: u64,
        agent_text: Option<String>,
    },
    /// An error of Meta's Graph API.
    GraphError {
        code: u32,
        subcode: Option<u32>,
        #[serde(default = "bad_request")]
        status: u16,
        #[serde(default)]
        transient: bool,
    },
    Unauthorized {
        #[serde(rename = "errorCode")]
        error_code: u32,
    },
}

impl Action {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::Delay { .. } => "delay",
            Self::DropBefore => "drop_before",
            Self::DropAfter => "drop_after",
            Self::Hang { .. } => "hang",
            Self::Duplicate => "duplicate",
            Self::Reorder => "reorder",
            Self::HoldUntilReleased { .. } => "hold_until_released",
            Self::WebhookFirst { .. } => "webhook_first",
            Self::GraphError { .. } => "graph_error",
            Self::Unauthorized { .. } => "unauthorized",
        }
    }
}

fn bad_request() -> u16 {
    400
}

/// Which calls a rule is for: every field that is given must agree.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Match {
    text_contains: Option<String>,
    number: Option<String>,
    event_type: Option<String>,
    role: Option<String>,
    conversation: Option<String>,
}

/// What is known of a call: matched by rules, written to the journal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) text: String,
    pub(crate) number: String,
    pub(crate) event_type: String,
    pub(crate) role: String,
    pub(crate) conversation: String,
}

/// A rule as it is posted.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    on: Point,
    action: Action,
    /// Absent: once. Null: until cleared.
    #[serde(default = "once")]
    times: Option<u32>,
    /// Lets this many matching calls pass first.
    #[serde(default)]
    skip: u32,
    #[serde(default)]
    r#match: Match,
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of the field")]
fn once() -> Option<u32> {
    Some(1)
}

impl Match {
    fn holds(&self, facts: &Facts) -> bool {
        let equal = |wanted: &Option<String>, found: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == found)
        };
        let contains = |wanted: &Option<String>, found: &str| {
            wanted.as_deref().is_none_or(|part| found.contains(part))
        };
        contains(&self.text_contains, &facts.text)
            && equal(&self.number, &facts.number)
            && contains(&self.event_type, &facts.event_type)
            && equal(&self.role, &facts.role)
            && equal(&self.conversation, &facts.conversation)
    }
}

/// How a side that is down behaves.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outage {
    Close,
    Status(u16),
}

/// The rules in force.
#[derive(Default)]
pub(crate) struct Faults {
    rules: Vec<(u64, Rule)>,
    next: u64,
    pub(crate) liveengage_down: Option<Outage>,
    pub(crate) twilio_down: Option<Outage>,
    /// The other platforms that are down.
    pub(crate) down: Vec<(Point, Outage)>,
}

impl Faults {
    pub(crate) fn add(&mut self, rule: Rule) -> u64 {
        self.next += 1;
        self.rules.push((self.next, rule));
        self.next
    }

    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|(known, _)| *known != id);
        self.rules.len() != before
    }

    /// Puts a platform out of order, or back.
    pub(crate) fn put_down(&mut self, point: Point, how: Option<Outage>) {
        self.down.retain(|(known, _)| *known != point);
        self.down.extend(how.map(|how| (point, how)));
    }

    /// Whether a platform is out of order.
    pub(crate) fn is_down(&self, point: Point) -> bool {
        self.down.iter().any(|(known, _)| *known == point)
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
        self.liveengage_down = None;
        self.twilio_down = None;
        self.down.clear();
    }

    /// The action for this call: outages first, then the oldest rule that fits and has turns left.
    pub(crate) fn take(&mut self, point: Point, facts: &Facts) -> Option<Action> {
        let down = match point {
            Point::Twilio => self.twilio_down,
            Point::Webhook | Point::Callback | Point::Gateway | Point::GatewayFile => None,
            Point::Line | Point::Messenger | Point::Instagram | Point::Whatsapp => {
                let mut down = self.down.iter();
                down.find_map(|(known, how)| (*known == point).then_some(*how))
            }
            _ => self.liveengage_down,
        };
        match down {
            Some(Outage::Close) => return Some(Action::DropBefore),
            Some(Outage::Status(status)) => {
                return Some(Action::Status {
                    status,
                    body: None,
                    retry_after: None,
                });
            }
            None => {}
        }
        for (_, rule) in &mut self.rules {
            if rule.on != point || rule.times == Some(0) || !rule.r#match.holds(facts) {
                continue;
            }
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            if let Some(times) = &mut rule.times {
                *times -= 1;
            }
            return Some(rule.action.clone());
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Facts, Faults, Point, Rule};
    use serde_json::json;

    fn rule(value: serde_json::Value) -> Rule {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_rule_without_times_strikes_once_and_null_strikes_until_cleared() {
        let mut faults = Faults::default();
        faults.add(rule(
            json!({ "on": "publish", "action": { "kind": "drop_after" } }),
        ));
        let facts = Facts::default();
        assert!(faults.take(Point::Token, &facts).is_none());
        assert!(faults.take(Point::Publish, &facts).is_some());
        assert!(faults.take(Point::Publish, &facts).is_none());
        faults.add(rule(
            json!({ "on": "publish", "times": null, "action": { "kind": "drop_after" } }),
        ));
        for _ in 0..5 {
            assert!(faults.take(Point::Publish, &facts).is_some());
        }
        faults.clear();
        assert!(faults.take(Point::Publish, &facts).is_none());
    }

    #[test]
    fn rules_look_at_the_call_and_may_let_some_pass() {
        let mut faults = Faults::default();
        faults.add(rule(json!({
            "on": "publish", "skip": 1, "match": { "text_contains": "two" },
            "action": { "kind": "status", "status": 503 },
        })));
        let call = |text: &str| Facts {
            text: text.into(),
            ..Facts::default()
        };
        assert!(faults.take(Point::Publish, &call("one")).is_none());
        assert!(faults.take(Point::Publish, &call("two a")).is_none());
        assert!(faults.take(Point::Publish, &call("two b")).is_some());
    }
}
