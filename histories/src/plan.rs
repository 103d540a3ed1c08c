//! What is to go wrong in one history, and how often.

use liveengage_connector::http::Millis;

use crate::dice::Dice;

pub(crate) const SECOND: Millis = 1000;
pub(crate) const MINUTE: Millis = 60 * SECOND;
pub(crate) const HOUR: Millis = 60 * MINUTE;
pub(crate) const DAY: Millis = 24 * HOUR;
pub(crate) const START: Millis = 1_700_000_000_000;

/// Chances are in ten thousandths.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) config: usize,
    pub(crate) consumers: u64,
    pub(crate) actions: u64,
    pub(crate) turbulence: Millis,
    /// An object vanishes, at each await.
    pub(crate) crash: u64,
    /// The Worker in front vanishes, at each await.
    pub(crate) eviction: u64,
    pub(crate) storage: u64,
    pub(crate) network: u64,
    pub(crate) objects: u64,
    /// A notification or a callback is delayed, repeated, or its answer lost.
    pub(crate) delivery: u64,
    pub(crate) tokens: u64,
    pub(crate) poison: u64,
    pub(crate) outages: Vec<Outage>,
    /// The most that an object's clock is wrong, either way.
    pub(crate) skew: Millis,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Outage {
    pub(crate) of: Service,
    pub(crate) from: Millis,
    pub(crate) until: Millis,
    pub(crate) kind: Trouble,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    Liveengage,
    Twilio,
    App,
    Line,
}

/// How a request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The connection cannot be made.
    NotSent,
    /// Nothing arrives, and there is no answer.
    LostBefore,
    /// It has its effect, and there is no answer.
    LostAfter,
    /// It has its effect, long after the deadline.
    Late,
    /// It has its effect, and the answer takes its time.
    Slow,
    /// It has its effect or fails, and the answer comes when nobody waits for it any more, since the deadline's timer hangs as well.
    Hung,
    /// It has its effect, but the answer is a failure.
    FailedAfter(u16),
    /// No effect, and this status; with `Retry-After` in seconds.
    Status(u16, Option<u64>),
}

impl Plan {
    pub(crate) fn new(dice: &mut Dice, configs: usize) -> Self {
        let quiet = [0, 0, 100, 400, 1200];
        let config = usize::try_from(dice.below(configs as u64)).unwrap_or_default();
        let turbulence = *dice.pick(&[2 * MINUTE, 10 * MINUTE, 40 * MINUTE]);
        let mut plan = Self {
            config,
            consumers: dice.between(1, 4),
            actions: dice.between(5, 45),
            turbulence,
            crash: *dice.pick(&[0, 0, 30, 100, 300]),
            eviction: *dice.pick(&[0, 0, 50, 300]),
            storage: *dice.pick(&[0, 0, 0, 60]),
            network: *dice.pick(&quiet),
            objects: *dice.pick(&[0, 0, 100, 500]),
            delivery: *dice.pick(&[0, 500, 2000, 5000]),
            tokens: *dice.pick(&[0, 0, 100, 600]),
            poison: *dice.pick(&[0, 0, 0, 300]),
            outages: Vec::new(),
            skew: *dice.pick(&[0, 0, 50, 2000]),
        };
        while dice.chance(3500) && plan.outages.len() < 3 {
            let from = START + dice.below(turbulence);
            let length = match dice.below(40) {
                0 => 60 * HOUR,
                1..4 => 5 * HOUR,
                4..12 => 30 * MINUTE,
                12..26 => 5 * MINUTE,
                _ => 20 * SECOND,
            };
            plan.outages.push(Outage {
                of: *dice.pick(&[
                    Service::Liveengage,
                    Service::Twilio,
                    Service::App,
                    Service::Line,
                ]),
                from,
                until: from + length,
                kind: *dice.pick(&[
                    Trouble::NotSent,
                    Trouble::LostBefore,
                    Trouble::Status(503, None),
                    Trouble::Status(429, Some(20)),
                    Trouble::Status(429, None),
                    Trouble::Status(500, None),
                ]),
            });
        }
        plan
    }

    /// When the last thing that was planned to go wrong is over.
    pub(crate) fn over_at(&self) -> Millis {
        let outages = self.outages.iter().map(|outage| outage.until);
        outages.fold(START + self.turbulence, Millis::max)
    }
}
