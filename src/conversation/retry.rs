//! When to try again.

use crate::http::Millis;
use crate::outcome::Cause;

use super::Lane;

const SECOND: Millis = 1000;

/// The longest pause between two tries.
pub const LONGEST_PAUSE: Millis = 300 * SECOND;

/// LivePerson asks for 5, 10 and 15 seconds after a 5xx, then for longer pauses
/// (developers.liveperson.com, retry policy recommendations).
const LIVEENGAGE: &[Millis] = &[5, 10, 15, 30, 60, 120, 240, 300];
/// A platform's own hiccup is short more often than not.
const PLATFORM: &[Millis] = &[1, 2, 4, 8, 16, 32, 64, 128, 300];
/// "Wait at least one second" after a 429.
const RATE_LIMITED: &[Millis] = &[1, 2, 4, 8, 16, 32, 64, 128, 300];
/// The conversation is about to change state, or LiveEngage is about to tell us about it.
const CONVERSATION: &[Millis] = &[2, 2, 4, 8, 15, 30, 60];
/// Somebody has to change something first.
const CONFIGURATION: &[Millis] = &[10, 30, 60, 120, 300];
/// Another object of this deployment.
const INTERNAL: &[Millis] = &[1, 2, 5, 10, 30, 60];

/// The pause before the next try, in milliseconds.
///
/// `failures` counts the failed tries before this one; `after` is the least that the destination asked for; `random` spreads
/// the tries of many objects by up to a fifth.
pub fn pause(
    lane: Lane,
    cause: &Cause,
    failures: u32,
    after: Option<Millis>,
    random: u64,
) -> Millis {
    let schedule = match (cause, lane) {
        (Cause::RateLimited, _) => RATE_LIMITED,
        (Cause::AlreadyOpen | Cause::Closing, _) => CONVERSATION,
        (Cause::Configuration { .. } | Cause::Credentials { .. }, _) => CONFIGURATION,
        (Cause::Internal | Cause::Interrupted | Cause::Held, _) => INTERNAL,
        (_, Lane::ToLiveengage) => LIVEENGAGE,
        (_, Lane::ToConsumer) => PLATFORM,
    };
    let index = usize::try_from(failures).unwrap_or(usize::MAX);
    let seconds = schedule.get(index).or(schedule.last()).copied();
    let least = seconds.unwrap_or(1) * SECOND;
    let wanted = least.max(after.unwrap_or_default()).min(LONGEST_PAUSE);
    let jitter = random % (wanted / 5 + 1);
    if wanted + jitter > LONGEST_PAUSE {
        LONGEST_PAUSE - jitter
    } else {
        wanted + jitter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn liveengage_gets_the_pauses_that_it_asks_for() {
        let cause = Cause::Server { status: 503 };
        let pauses: Vec<Millis> = (0..9)
            .map(|failures| pause(Lane::ToLiveengage, &cause, failures, None, 0) / SECOND)
            .collect();
        assert_eq!(pauses, [5, 10, 15, 30, 60, 120, 240, 300, 300]);
    }

    #[test]
    fn retry_after_is_a_floor_and_five_minutes_the_ceiling() {
        let cause = Cause::RateLimited;
        assert_eq!(pause(Lane::ToConsumer, &cause, 0, Some(7_000), 0), 7_000);
        assert_eq!(pause(Lane::ToConsumer, &cause, 3, Some(7_000), 0), 8_000);
        assert_eq!(
            pause(Lane::ToConsumer, &cause, 0, Some(86_400_000), 0),
            LONGEST_PAUSE
        );
        let longest = pause(Lane::ToConsumer, &cause, u32::MAX, None, u64::MAX);
        assert!((LONGEST_PAUSE * 4 / 5..=LONGEST_PAUSE).contains(&longest));
    }

    #[test]
    fn jitter_spreads_by_a_fifth() {
        let cause = Cause::Unreachable;
        for random in [0, 1, 999, 1000, 12_345, u64::MAX] {
            let pause = pause(Lane::ToLiveengage, &cause, 1, None, random);
            assert!((10_000..=12_000).contains(&pause), "{pause}");
        }
    }
}
