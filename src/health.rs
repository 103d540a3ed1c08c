//! Whether this deployment is well, for whoever asks `GET /healthz`.
//!
//! Anybody may ask, so the answer has names of parts and nothing else: no setting, account, channel or id. What is wrong with the
//! configuration, and its cure, is in the logs and in what `npm run check` says. And anybody may ask as often as they like, so an
//! isolate looks at most once every few seconds and answers from memory in between.

use serde::Serialize;

use crate::config::Config;
use crate::http::Millis;

/// How long a finding is answered again (ms).
pub const KEEP: Millis = 5000;
/// When a part that has not answered counts as failing (ms).
pub const DEADLINE: Millis = 2000;
/// Looks at a time where none has ended yet: at the start of an isolate.
const MOST: usize = 4;

/// How a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Well.
    Ok,
    /// The deployment has no such binding.
    Missing,
    /// It does not do what it should.
    Failing,
}

/// How each part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Checks {
    /// Whether the settings have no mistake. One channel with a mistake is out of service, and the others work.
    pub configuration: Finding,
    /// The objects of the consumers: whether they are bound.
    pub conversations: Finding,
    /// The Directory's objects: whether they are bound, and one of them answers and reads its storage.
    pub directory: Finding,
    /// The objects of the accounts: whether they are bound.
    pub accounts: Finding,
    /// The objects that list what needs attention: whether they are bound. Messages pass without them.
    pub attention: Finding,
    /// The index in KV: whether it is bound and can be read. Without it everything works, but slower.
    pub index: Finding,
}

impl Checks {
    /// Whether every part is well.
    pub fn are_well(&self) -> bool {
        let all = [
            self.configuration,
            self.conversations,
            self.directory,
            self.accounts,
            self.attention,
            self.index,
        ];
        all.iter().all(|finding| *finding == Finding::Ok)
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        if self.are_well() { 200 } else { 503 }
    }

    /// The body: JSON.
    pub fn body(&self) -> String {
        #[derive(Serialize)]
        struct Body<'a> {
            status: &'static str,
            checks: &'a Checks,
        }
        let status = if self.are_well() { "ok" } else { "failing" };
        let body = Body {
            status,
            checks: self,
        };
        serde_json::to_string(&body).unwrap_or_default()
    }
}

/// How the configuration is.
pub fn configuration(config: &Config) -> Finding {
    if config.problems.is_empty() {
        Finding::Ok
    } else {
        Finding::Failing
    }
}

/// What an isolate remembers of its looks.
#[derive(Debug, Default)]
pub struct Looks {
    latest: Option<(Millis, Checks)>,
    under_way: Vec<Millis>,
}

/// What to do with a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Answer this.
    Known(Checks),
    /// Look, and bring what was found to [`Looks::found`].
    Now,
    /// Others look already: come again in a second.
    Busy,
}

impl Looks {
    /// Somebody asks.
    pub fn ask(&mut self, now: Millis) -> Look {
        self.under_way.retain(|since| now < since + DEADLINE);
        let looking = self.under_way.len();
        let age = |at: Millis| now.saturating_sub(at);
        match self.latest {
            Some((at, checks)) if age(at) < KEEP => Look::Known(checks),
            Some((at, checks)) if age(at) < KEEP + DEADLINE && looking > 0 => Look::Known(checks),
            _ if looking >= MOST => Look::Busy,
            _ => {
                self.under_way.push(now);
                Look::Now
            }
        }
    }

    /// What was found by a look.
    pub fn found(&mut self, checks: Checks, now: Millis) {
        self.latest = Some((now, checks));
        self.under_way.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Bindings;

    const WELL: Checks = Checks {
        configuration: Finding::Ok,
        conversations: Finding::Ok,
        directory: Finding::Ok,
        accounts: Finding::Ok,
        attention: Finding::Ok,
        index: Finding::Ok,
    };

    #[test]
    fn the_answer_names_parts_and_nothing_else() {
        assert_eq!(WELL.status(), 200);
        assert_eq!(
            WELL.body(),
            r#"{"status":"ok","checks":{"configuration":"ok","conversations":"ok","directory":"ok","accounts":"ok","attention":"ok","index":"ok"}}"#
        );
        let broken = Checks {
            directory: Finding::Failing,
            index: Finding::Missing,
            ..WELL
        };
        assert_eq!(broken.status(), 503);
        assert_eq!(
            broken.body(),
            r#"{"status":"failing","checks":{"configuration":"ok","conversations":"ok","directory":"failing","accounts":"ok","attention":"ok","index":"missing"}}"#
        );
    }

    #[test]
    fn one_part_that_is_not_well_is_enough() {
        for finding in [Finding::Missing, Finding::Failing] {
            let parts: [fn(&mut Checks) -> &mut Finding; 6] = [
                |checks| &mut checks.configuration,
                |checks| &mut checks.conversations,
                |checks| &mut checks.directory,
                |checks| &mut checks.accounts,
                |checks| &mut checks.attention,
                |checks| &mut checks.index,
            ];
            for part in parts {
                let mut checks = WELL;
                *part(&mut checks) = finding;
                assert_eq!(checks.status(), 503, "{checks:?}");
            }
        }
    }

    #[test]
    fn a_mistake_in_the_settings_shows_without_its_words() {
        let empty = Config::read(&Bindings::new());
        assert!(!empty.problems.is_empty());
        assert_eq!(configuration(&empty), Finding::Failing);
    }

    #[test]
    fn a_finding_is_answered_again_for_a_while() {
        let mut looks = Looks::default();
        assert_eq!(looks.ask(0), Look::Now);
        looks.found(WELL, 10);
        for now in [10, 1000, 10 + KEEP - 1] {
            assert_eq!(looks.ask(now), Look::Known(WELL));
        }
        assert_eq!(looks.ask(10 + KEEP), Look::Now);
        // One looks, the others get what was known.
        assert_eq!(looks.ask(10 + KEEP), Look::Known(WELL));
        assert_eq!(looks.ask(10 + KEEP + DEADLINE), Look::Now);
    }

    #[test]
    fn a_flood_of_questions_makes_few_looks() {
        let mut looks = Looks::default();
        let mut made = 0;
        for now in 0..60_000 {
            match looks.ask(now) {
                Look::Now => made += 1,
                Look::Busy => assert!(now < DEADLINE),
                Look::Known(_) => {}
            }
            if now % DEADLINE == DEADLINE - 1 {
                looks.found(WELL, now);
            }
        }
        assert!(made <= 4 + 60_000 / KEEP, "{made}");
    }

    #[test]
    fn looks_that_never_end_do_not_shut_everybody_out() {
        let mut looks = Looks::default();
        for _ in 0..MOST {
            assert_eq!(looks.ask(0), Look::Now);
        }
        assert_eq!(looks.ask(1), Look::Busy);
        assert_eq!(looks.ask(DEADLINE), Look::Now);
    }
}
