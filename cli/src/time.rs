//! The clock of this machine, and how instants are written.

use std::time::SystemTime;

use liveengage_connector::http::Millis;

/// Now (ms since the epoch).
#[allow(
    clippy::disallowed_methods,
    reason = "this runs on the operator's machine, where there is a clock"
)]
pub(crate) fn now() -> Millis {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

/// `2026-11-22 22:19 UTC`
pub(crate) fn utc(at: Millis) -> String {
    let minutes = at / 60_000;
    let (year, month, day) = date(minutes / 1440);
    let (hour, minute) = (minutes % 1440 / 60, minutes % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
}

/// `2026-11-22 22:19:07 UTC`
pub(crate) fn utc_exact(at: Millis) -> String {
    let minutes = utc(at);
    let minutes = minutes.trim_end_matches(" UTC");
    format!("{minutes}:{:02} UTC", at / 1000 % 60)
}

/// The Gregorian date of a day since the epoch, counted in years that begin in March, so that the leap day is their last.
/// <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>
fn date(day: u64) -> (u64, u64, u64) {
    let day = day + 719_468;
    let era = day / 146_097;
    let of_era = day % 146_097;
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let march_month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * march_month + 2) / 5 + 1;
    let month = (march_month + 2) % 12 + 1;
    let year = year + era * 400 + u64::from(month <= 2);
    (year, month, date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_in_utc() {
        let cases = [
            (0, "1970-01-01 00:00 UTC"),
            (951_782_399_999, "2000-02-28 23:59 UTC"),
            (951_782_400_000, "2000-02-29 00:00 UTC"),
            (1_700_000_000_000, "2023-11-14 22:13 UTC"),
            (1_798_761_599_000, "2026-12-31 23:59 UTC"),
            (1_798_761_600_000, "2027-01-01 00:00 UTC"),
        ];
        for (at, expected) in cases {
            assert_eq!(utc(at), expected);
        }
        assert_eq!(utc_exact(951_782_399_999), "2000-02-28 23:59:59 UTC");
        assert!(now() > 1_700_000_000_000);
    }
}
