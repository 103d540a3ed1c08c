//! Whose failures open a circuit, what goes while it is open, and how it closes: by hand, and over seeded histories.

use std::collections::BTreeMap;

use super::*;

const SEEDS: u64 = 2000;

fn liveengage() -> Destination {
    Destination::liveengage("1", "https://msg.example")
}

/// A generator of random numbers that is the same on every machine (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }
}

fn fail(breaker: &mut Breaker, consumer: &str, now: Millis) -> Option<Change> {
    breaker.tell(&liveengage(), consumer, Sign::Fails, now, 0)
}

fn limit(
    breaker: &mut Breaker,
    consumer: &str,
    after: Option<Millis>,
    now: Millis,
) -> Option<Change> {
    breaker.tell(&liveengage(), consumer, Sign::Limits { after }, now, 0)
}

fn works(breaker: &mut Breaker, now: Millis) -> Option<Change> {
    breaker.tell(&liveengage(), "w", Sign::Works, now, 0)
}

fn ask(breaker: &mut Breaker, now: Millis) -> Permission {
    breaker.ask(&liveengage(), None, now, 0)
}

fn turn(permission: Permission) -> Turn {
    match permission {
        Permission::Wait(turn) => turn,
        Permission::Go => panic!("it may go"),
    }
}

/// Opened at 0, so that it is open until [`FIRST_SPAN`].
fn opened() -> Breaker {
    let mut breaker = Breaker::default();
    for consumer in ["a", "b", "c", "a"] {
        assert_eq!(fail(&mut breaker, consumer, 0), None);
    }
    let span = FIRST_SPAN;
    assert_eq!(fail(&mut breaker, "b", 0), Some(Change::Opened { span }));
    breaker
}

#[test]
fn failures_of_several_consumers_open_it() {
    let mut breaker = opened();
    assert_eq!(turn(ask(&mut breaker, 10)).at, FIRST_SPAN);
    assert!(!breaker.is_closed(&liveengage(), 10));
}

#[test]
fn one_consumer_opens_it_for_nobody_however_often_it_fails() {
    let mut breaker = Breaker::default();
    for n in 0..1000 {
        assert_eq!(fail(&mut breaker, ["a", "b"][n % 2], n as Millis), None);
        assert_eq!(limit(&mut breaker, "a", Some(60_000), n as Millis), None);
    }
    assert_eq!(ask(&mut breaker, 1000), Permission::Go);
}

#[test]
fn a_success_between_means_that_it_works() {
    let mut breaker = Breaker::default();
    for round in 0..100 {
        for consumer in ["a", "b", "c", "d"] {
            assert_eq!(fail(&mut breaker, consumer, round), None);
        }
        assert_eq!(works(&mut breaker, round), None);
    }
    assert_eq!(ask(&mut breaker, 100), Permission::Go);
}

#[test]
fn failures_that_are_far_apart_do_not_count_together() {
    let mut breaker = Breaker::default();
    for n in 0..100 {
        let now = n * (WINDOW + 1);
        assert_eq!(fail(&mut breaker, &n.to_string(), now), None);
    }
}

#[test]
fn only_failures_of_the_destination_count() {
    let refused = Cause::Unexpected { status: 404 };
    for cause in [
        refused,
        Cause::AlreadyOpen,
        Cause::Closing,
        Cause::Interrupted,
        Cause::Internal,
        Cause::Credentials { code: None },
    ] {
        assert_eq!(Sign::of(&cause, None), Sign::Works, "{cause:?}");
    }
    for cause in [
        Cause::Server { status: 503 },
        Cause::Unreachable,
        Cause::NoAnswer,
    ] {
        assert_eq!(Sign::of(&cause, None), Sign::Fails, "{cause:?}");
    }
    let after = Some(7);
    assert_eq!(Sign::of(&Cause::RateLimited, after), Sign::Limits { after });
}

#[test]
fn other_destinations_go_on() {
    let mut breaker = opened();
    let others = [
        Destination::liveengage("1", "https://idp.example"),
        Destination::liveengage("2", "https://msg.example"),
        Destination::channel("support-sms"),
    ];
    for other in &others {
        assert_eq!(breaker.ask(other, None, 1, 0), Permission::Go);
        assert!(breaker.is_closed(other, 1));
    }
}

#[test]
fn one_request_finds_out_and_the_others_wait_for_it() {
    let mut breaker = opened();
    assert_eq!(ask(&mut breaker, FIRST_SPAN), Permission::Go);
    let waiting = turn(ask(&mut breaker, FIRST_SPAN + 1));
    assert!(waiting.at > FIRST_SPAN + 1);
    // What had been on its way when it opened says nothing about now, but a failure of the probe does.
    let change = fail(&mut breaker, "d", FIRST_SPAN + 100);
    let span = 2 * FIRST_SPAN;
    assert_eq!(change, Some(Change::Opened { span }));
}

#[test]
fn a_probe_that_vanishes_is_followed_by_another() {
    let mut breaker = opened();
    assert_eq!(ask(&mut breaker, FIRST_SPAN), Permission::Go);
    turn(ask(&mut breaker, FIRST_SPAN + PROBE - 1));
    assert_eq!(ask(&mut breaker, FIRST_SPAN + PROBE), Permission::Go);
    turn(ask(&mut breaker, FIRST_SPAN + PROBE + 1));
}

#[test]
fn it_is_open_for_a_minute_at_most_unless_the_destination_asks_for_more() {
    let mut breaker = opened();
    let mut now = 0;
    let mut spans = Vec::new();
    for _ in 0..6 {
        now = turn(ask(&mut breaker, now)).at;
        assert_eq!(ask(&mut breaker, now), Permission::Go);
        match fail(&mut breaker, "a", now) {
            Some(Change::Opened { span }) => spans.push(span / 1000),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(spans, [10, 20, 40, 60, 60, 60]);
    now = turn(ask(&mut breaker, now)).at;
    assert_eq!(ask(&mut breaker, now), Permission::Go);
    let change = limit(&mut breaker, "a", Some(86_400_000), now);
    let span = LONGEST_ASKED;
    assert_eq!(change, Some(Change::Opened { span }));
}

#[test]
fn two_consumers_who_are_asked_to_slow_down_are_enough_and_the_pause_is_kept() {
    let mut breaker = Breaker::default();
    assert_eq!(limit(&mut breaker, "a", Some(30_000), 0), None);
    assert_eq!(works(&mut breaker, 1), None, "most requests succeed");
    let change = limit(&mut breaker, "b", Some(30_000), 2);
    assert_eq!(change, Some(Change::Opened { span: 30_000 }));
    assert_eq!(turn(ask(&mut breaker, 3)).at, 30_002);
}

#[test]
fn a_longer_pause_that_is_asked_for_while_it_is_open_is_kept() {
    let mut breaker = opened();
    for consumer in ["a", "b"] {
        assert_eq!(limit(&mut breaker, consumer, Some(90_000), 100), None);
    }
    assert_eq!(turn(ask(&mut breaker, 200)).at, 90_100);
}

#[test]
fn a_success_of_before_does_not_close_it() {
    let mut breaker = opened();
    assert_eq!(works(&mut breaker, 10), None);
    turn(ask(&mut breaker, 11));
}

#[test]
fn after_the_probe_requests_go_at_a_rate_that_doubles() {
    let mut breaker = opened();
    let start = FIRST_SPAN;
    assert_eq!(ask(&mut breaker, start), Permission::Go);
    assert_eq!(works(&mut breaker, start), Some(Change::Recovers));
    // Everybody who waits asks at once and comes back at the turn.
    let mut by_span: BTreeMap<Millis, u32> = BTreeMap::new();
    for _ in 0..5000 {
        let turn = turn(ask(&mut breaker, start));
        *by_span.entry((turn.at - start) / DOUBLING).or_default() += 1;
    }
    let counts: Vec<u32> = by_span.into_values().collect();
    assert_eq!(counts[..6], [9, 20, 40, 81, 161, 333]);
}

#[test]
fn a_turn_is_void_once_it_opens_again() {
    let mut breaker = opened();
    let early = turn(ask(&mut breaker, 1));
    let late = turn(ask(&mut breaker, 1));
    assert_eq!(ask(&mut breaker, early.at), Permission::Go);
    assert_eq!(works(&mut breaker, early.at), Some(Change::Recovers));
    let again = breaker.ask(&liveengage(), Some(late), late.at, 0);
    assert_eq!(again, Permission::Go, "it was given while it was open");
    // Two fail on the ramp: it opens again, and what was given before is void.
    let third = turn(ask(&mut breaker, late.at));
    assert_eq!(fail(&mut breaker, "a", late.at), None);
    assert!(fail(&mut breaker, "b", late.at).is_some());
    let again = breaker.ask(&liveengage(), Some(third), third.at, 0);
    assert!(turn(again).at > third.at);
}

#[test]
fn after_the_ramp_nothing_is_remembered() {
    let mut breaker = opened();
    assert_eq!(ask(&mut breaker, FIRST_SPAN), Permission::Go);
    works(&mut breaker, FIRST_SPAN);
    assert!(!breaker.is_closed(&liveengage(), FIRST_SPAN + 1));
    let end = FIRST_SPAN + RAMP;
    assert!(breaker.is_closed(&liveengage(), end));
    for _ in 0..100 {
        assert_eq!(ask(&mut breaker, end), Permission::Go);
    }
    assert!(breaker.circuits.is_empty());
}

#[test]
fn what_is_watched_is_bounded() {
    let mut breaker = Breaker::default();
    for n in 0..10 * MOST {
        let destination = Destination::channel(&n.to_string());
        breaker.tell(&destination, "a", Sign::Fails, 0, 0);
        for round in 0..20 {
            breaker.tell(&destination, &round.to_string(), Sign::Works, 0, 0);
        }
        breaker.tell(&destination, "a", Sign::Fails, 0, 0);
    }
    assert_eq!(breaker.circuits.len(), MOST);
    let other = Destination::channel("another");
    breaker.tell(&other, "a", Sign::Fails, 10 * WINDOW, 0);
    assert_eq!(breaker.circuits.len(), 1, "old failures make room");
}

/// A destination with an outage, and many objects that keep trying as the shell does: each waits for its own pause, or for its turn.
struct Crowd {
    dice: Dice,
    breaker: Breaker,
    /// When each comes next, with its turn, its failures and how many messages it has left.
    waiting: Vec<(Millis, Option<Turn>, u32, u32)>,
    /// Requests by second.
    requests: BTreeMap<Millis, u32>,
    back_at: Millis,
}

impl Crowd {
    fn new(seed: u64, consumers: usize, back_at: Millis) -> Self {
        let mut dice = Dice(seed);
        let waiting = (0..consumers)
            .map(|_| (dice.below(2000), None, 0, 1 + dice.below(4) as u32))
            .collect();
        Self {
            dice,
            breaker: Breaker::default(),
            waiting,
            requests: BTreeMap::new(),
            back_at,
        }
    }

    /// Runs until every message is delivered. Returns when that was.
    fn run(&mut self) -> Millis {
        for _ in 0..2_000_000 {
            let next = (0..self.waiting.len())
                .filter(|index| self.waiting[*index].3 > 0)
                .min_by_key(|index| self.waiting[*index].0);
            let Some(index) = next else {
                return self.waiting.iter().map(|it| it.0).max().unwrap();
            };
            self.come(index);
        }
        panic!("it never ends");
    }

    fn come(&mut self, index: usize) {
        let (now, turn, failures, left) = self.waiting[index];
        let random = self.dice.roll();
        let permission = self.breaker.ask(&liveengage(), turn, now, random);
        self.waiting[index] = match permission {
            Permission::Wait(turn) => {
                assert!(turn.at > now, "a turn that is over lets through");
                assert!(turn.at <= now + 2 * RAMP + LONGEST_SPAN * 5 / 4);
                (turn.at, Some(turn), failures, left)
            }
            Permission::Go => {
                *self.requests.entry(now / 1000).or_default() += 1;
                let sign = if now < self.back_at {
                    Sign::Fails
                } else {
                    Sign::Works
                };
                let name = index.to_string();
                self.breaker.tell(&liveengage(), &name, sign, now, random);
                if sign == Sign::Works {
                    (now + 1, None, 0, left - 1)
                } else {
                    let pause = crate::conversation::retry::pause(
                        crate::conversation::Lane::ToLiveengage,
                        &Cause::Server { status: 503 },
                        failures,
                        None,
                        random,
                    );
                    (now + pause, None, failures + 1, left)
                }
            }
        };
    }
}

#[test]
fn in_an_outage_few_requests_go_and_afterwards_they_come_smoothly() {
    let seeds = SEEDS / 20;
    for seed in 0..seeds {
        let consumers = 20 + (seed as usize * 7) % 180;
        let back_at = 20_000 + (seed * 37_000) % 600_000;
        let mut crowd = Crowd::new(seed, consumers, back_at);
        let end = crowd.run();
        let during: u32 = crowd
            .requests
            .range(0..back_at / 1000)
            .map(|(_, n)| n)
            .sum();
        // Five to open it, then one every five, ten, ... sixty seconds.
        let most = 5 + 5 + (back_at / LONGEST_SPAN) as u32 + 1;
        assert!(
            during <= most,
            "seed {seed}: {during} requests, {most} expected"
        );
        let begun = *crowd.requests.range(back_at / 1000..).next().unwrap().0;
        for (second, count) in crowd.requests.range(back_at / 1000..) {
            let doublings = ((second - begun + 1) * 1000 / DOUBLING).min(20) as u32;
            let most = 2 * (2 << doublings) + 2;
            assert!(
                *count <= most,
                "seed {seed}: {count} requests in second {} after it was back, at most {most}",
                second - begun
            );
        }
        assert!(
            end <= back_at + LONGEST_SPAN * 5 / 4 + PROBE + 2 * RAMP,
            "seed {seed}: {end}"
        );
    }
}

#[test]
fn over_seeded_histories_its_word_holds() {
    for seed in 0..SEEDS {
        let mut dice = Dice(seed);
        let mut breaker = Breaker::default();
        let mut now = 0;
        let mut probes: Vec<Millis> = Vec::new();
        let mut open_until = 0;
        let mut turns: Vec<Turn> = Vec::new();
        for _ in 0..200 {
            now += [0, 1, 40, 700, 6000, 70_000][dice.below(6) as usize];
            let (consumer, random) = (dice.below(6).to_string(), dice.roll());
            let sign = match dice.below(8) {
                0..3 => None,
                3..6 => Some(Sign::Fails),
                6 => Some(Sign::Works),
                _ => Some(Sign::Limits {
                    after: Some(dice.below(400_000)),
                }),
            };
            if let Some(sign) = sign {
                let change = breaker.tell(&liveengage(), &consumer, sign, now, random);
                if let Some(Change::Opened { span }) = change {
                    assert!((FIRST_SPAN..=LONGEST_ASKED * 5 / 4).contains(&span));
                    open_until = now + span;
                    turns.clear();
                }
                continue;
            }
            let turn = turns.pop().filter(|turn| turn.at <= now);
            match breaker.ask(&liveengage(), turn, now, random) {
                Permission::Go => {
                    assert!(now >= open_until, "seed {seed}: sent while open");
                    probes.push(now);
                }
                Permission::Wait(turn) => {
                    assert!(turn.at > now && turn.at <= now + LONGEST_ASKED * 5 / 4 + 2 * RAMP);
                    turns.push(turn);
                }
            }
        }
        // Whatever has happened: where it works, everybody gets through in the end.
        let end = now + LONGEST_ASKED * 5 / 4 + 3 * RAMP;
        while now < end {
            now += 1000;
            if ask(&mut breaker, now) == Permission::Go {
                works(&mut breaker, now);
            }
        }
        assert!(breaker.is_closed(&liveengage(), now), "seed {seed}");
    }
}
