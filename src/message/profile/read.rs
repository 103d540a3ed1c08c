//! Reading the parts of a profile liberally. Nothing here fails: what is of another kind counts as absent.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Number, Value};

use super::{Age, Date, ResponseTarget};

/// A text that is not blank, or a number as a text.
pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) if !text.trim().is_empty() => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// A number, also when it is written as a text.
pub(super) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Number>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Number(number) => Some(number),
        Value::String(text) => serde_json::from_str(text.trim()).ok(),
        _ => None,
    })
}

/// A whole number that is not negative, also when it is written as a text.
pub(super) fn whole<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u16>, D::Error> {
    Ok(small(&Value::deserialize(from)?))
}

/// An object.
pub(super) fn part<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    from: D,
) -> Result<T, D::Error> {
    let value = Value::deserialize(from)?;
    Ok(object(value).unwrap_or_default())
}

/// A list of objects, or an only one. What is no object is left out.
pub(super) fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Array(values) => values.into_iter().filter_map(object).collect(),
        value => object(value).into_iter().collect(),
    })
}

/// `{day, month, year}`, or a text that begins with an ISO date.
pub(super) fn date<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
    Ok(day(&Value::deserialize(from)?))
}

/// `{age, year, month, day}`, an age in years, or a date of birth.
pub(super) fn age<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Age>, D::Error> {
    let value = Value::deserialize(from)?;
    if value.is_object() {
        return Ok(object(value));
    }
    if let Some(age) = small(&value) {
        return Ok(Some(Age {
            age: Some(age),
            ..Age::default()
        }));
    }
    Ok(day(&value).map(|born| Age {
        age: None,
        year: Some(born.year),
        month: Some(born.month),
        day: Some(born.day),
    }))
}

/// A known name.
pub(super) fn response_target<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<ResponseTarget>, D::Error> {
    let value = Value::deserialize(from)?;
    Ok(value.as_str().and_then(ResponseTarget::from_name))
}

fn object<T: DeserializeOwned>(value: Value) -> Option<T> {
    let value = value.is_object().then_some(value)?;
    serde_json::from_value(value).ok()
}

fn small(value: &Value) -> Option<u16> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_u64()?.try_into().ok(),
    }
}

fn day(value: &Value) -> Option<Date> {
    if let Value::String(text) = value {
        let date = text.trim().split(['T', ' ']).next()?;
        let mut parts = date.splitn(3, '-').map(str::parse::<u16>);
        let mut part = || parts.next()?.ok();
        let (year, month, day) = (part()?, part()?, part()?);
        return Some(Date { day, month, year });
    }
    let part = |name| small(value.get(name)?);
    Some(Date {
        day: part("day")?,
        month: part("month")?,
        year: part("year")?,
    })
}
