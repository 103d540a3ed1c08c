//! Days and times of LivePerson's pickers, written for readers everywhere: `2026-01-12 10:40`, universal time.

use super::fields::Scalar;

/// From here on a number is taken for milliseconds: in seconds it would be the year 5138.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

const DAY: i64 = 86_400;

/// The last second of the year 9999.
const LATEST: i64 = 253_402_300_799;

/// A time and, if there is one, its end. What is no number is shown as it was written.
pub(super) fn time(start: Option<&Scalar>, end: Option<&Scalar>) -> Option<String> {
    let start = start?;
    let Some(from) = seconds(start) else {
        let start = start.to_string();
        return (!start.trim().is_empty()).then_some(start);
    };
    let until = end.and_then(seconds).filter(|until| *until > from);
    Some(match until {
        None => format!("{} {} UTC", date(from), clock(from)),
        Some(until) if date(until) == date(from) => {
            let (from_clock, until) = (clock(from), clock(until));
            format!("{} {from_clock} – {until} UTC", date(from))
        }
        Some(until) => {
            let (first, last) = (date(from), date(until));
            format!("{first} {} – {last} {} UTC", clock(from), clock(until))
        }
    })
}

/// A day.
pub(super) fn day(of: &Scalar) -> Option<String> {
    seconds(of).map(date)
}

/// Seconds since the epoch.
#[allow(clippy::cast_possible_truncation)] // a cast of a float saturates, and the range is checked
fn seconds(of: &Scalar) -> Option<i64> {
    let number = of.number()? as i64;
    let seconds = match number {
        MILLISECONDS_FROM.. => number / 1000,
        _ => number,
    };
    (0..=LATEST).contains(&seconds).then_some(seconds)
}

fn clock(seconds: i64) -> String {
    let minutes = seconds.rem_euclid(DAY) / 60;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// The day in the calendar. Years are counted from March, so that a leap day is the last one of its year; eras are the 400
/// years after which the calendar repeats itself.
fn date(seconds: i64) -> String {
    const BEFORE_EPOCH: i64 = 719_468; // days from 0000-03-01
    const ERA: i64 = 146_097;
    let days = seconds.div_euclid(DAY) + BEFORE_EPOCH;
    let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(number: i64) -> Scalar {
        Scalar::Number(number.into())
    }

    fn text(text: &str) -> Scalar {
        Scalar::Text(text.to_owned())
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for (seconds, day_of_calendar) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_709_164_800, "2024-02-29"),
            (1_767_225_599, "2025-12-31"),
            (1_767_225_600, "2026-01-01"),
            (4_107_542_399, "2100-02-28"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(day(&number(seconds)).as_deref(), Some(day_of_calendar));
        }
    }

    #[test]
    fn a_time_is_a_moment_or_a_span_within_a_day_or_over_several() {
        let start = number(1_768_214_415);
        for (end, shown) in [
            (None, "2026-01-12 10:40 UTC"),
            (Some(number(1_768_218_015)), "2026-01-12 10:40 – 11:40 UTC"),
            (
                Some(number(1_768_300_815)),
                "2026-01-12 10:40 – 2026-01-13 10:40 UTC",
            ),
            (Some(number(1_768_214_415)), "2026-01-12 10:40 UTC"),
            (Some(number(5)), "2026-01-12 10:40 UTC"),
            (Some(text("soon")), "2026-01-12 10:40 UTC"),
        ] {
            assert_eq!(time(Some(&start), end.as_ref()).as_deref(), Some(shown));
        }
    }

    #[test]
    fn milliseconds_and_texts_are_read_too() {
        for start in [number(1_768_214_415_000), text(" 1768214415 ")] {
            let shown = time(Some(&start), None);
            assert_eq!(shown.as_deref(), Some("2026-01-12 10:40 UTC"));
        }
    }

    #[test]
    fn what_is_no_time_is_shown_as_it_was_written_and_is_no_day() {
        for odd in [text("tomorrow"), number(-1), number(i64::MAX)] {
            assert_eq!(time(Some(&odd), None), Some(odd.to_string()));
            assert_eq!(day(&odd), None);
        }
        assert_eq!(time(Some(&text(" ")), None), None);
        assert_eq!(time(None, Some(&number(5))), None);
    }
}
