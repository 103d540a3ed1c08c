//! `.dev.vars`, as wrangler reads it: `KEY=value` lines, values in three kinds of quotes or none, comments, `export`.

use std::collections::BTreeMap;

/// The secrets of a file.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct DevVars {
    /// Values by name; of a repeated name the last.
    pub(crate) values: BTreeMap<String, String>,
    /// Numbers of lines that say nothing that wrangler understands.
    pub(crate) unread_lines: Vec<usize>,
}

pub(crate) fn parse(text: &str) -> DevVars {
    let mut found = DevVars::default();
    let mut rest = text.trim_start_matches('\u{feff}');
    while !rest.is_empty() {
        let (line, after_line) = match rest.split_once('\n') {
            Some((line, after)) => (line, after),
            None => (rest, ""),
        };
        let blank = line.trim().is_empty() || line.trim_start().starts_with('#');
        match assignment(line).filter(|_| !blank) {
            Some((key, value)) => {
                // A quoted value may go over several lines.
                let value_and_rest = rest.get(line.len() - value.len()..).unwrap_or_default();
                let (value, after) = match quoted(value_and_rest) {
                    Some((value, after)) => (value, after),
                    None => (unquoted(value), after_line),
                };
                found.values.insert(key.to_owned(), value);
                rest = after;
            }
            None => {
                if !blank {
                    let before = text.len() - rest.len();
                    let lines = text.get(..before).unwrap_or_default().matches('\n');
                    found.unread_lines.push(lines.count() + 1);
                }
                rest = after_line;
            }
        }
    }
    found
}

/// The name, and the rest of the line behind `=`.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once('=')?;
    let key = key.trim();
    let key = match key.strip_prefix("export") {
        Some(name) if name.starts_with([' ', '\t']) => name.trim_start(),
        _ => key,
    };
    let named = !key.is_empty()
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
    named.then_some((key, value))
}

/// A value in quotes and what follows its line, unless something else stands behind the closing quote.
fn quoted(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start_matches([' ', '\t']);
    let quote = text.chars().next().filter(|c| "'\"`".contains(*c))?;
    let inner = text.strip_prefix(quote)?;
    let mut escaped = false;
    let (end, _) = inner.char_indices().find(|(_, c)| {
        let closes = *c == quote && !escaped;
        escaped = *c == '\\';
        closes
    })?;
    let value = inner.get(..end)?;
    let behind = inner.get(end..)?.strip_prefix(quote)?;
    let (line, after) = behind.split_once('\n').unwrap_or((behind, ""));
    let line = line.trim();
    let ends = line.is_empty() || line.starts_with('#');
    // Only these two escapes are read, and only between double quotes.
    let value = match quote {
        '"' => value.replace("\\n", "\n").replace("\\r", "\r"),
        _ => value.to_owned(),
    };
    ends.then_some((value, after))
}

/// A value up to a comment, without the quotes around it.
fn unquoted(text: &str) -> String {
    let value = text.split('#').next().unwrap_or_default().trim();
    let bare = ['\'', '"', '`'].into_iter().find_map(|quote| {
        let inner = value.strip_prefix(quote)?.strip_suffix(quote)?;
        Some(match quote {
            '"' => inner.replace("\\n", "\n").replace("\\r", "\r"),
            _ => inner.to_owned(),
        })
    });
    bare.unwrap_or_else(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_wrangler_reads_them() {
        let cases = [
            ("A=1", "1"),
            ("A = 1 ", "1"),
            ("A=", ""),
            ("A=\"\"", ""),
            ("A=\"x y\"", "x y"),
            ("A='{\"b\": \"c#d\"}' # why", "{\"b\": \"c#d\"}"),
            ("A=`it's \"q\"`", "it's \"q\""),
            ("A={\"b\": \"c\"}", "{\"b\": \"c\"}"),
            ("A=x#comment", "x"),
            ("A=x=y", "x=y"),
            ("export A=1", "1"),
            ("\texport\tA='1'\r", "1"),
            ("\u{feff}A=1", "1"),
            ("A=1\nA=2", "2"),
            ("A=\"l1\\nl2\\t\"", "l1\nl2\\t"),
            ("A='l1\\nl2'", "l1\\nl2"),
            // An escaped quote does not close, and stays escaped: JSON belongs in single quotes.
            ("A=\"{\\\"b\\\": 1}\"", "{\\\"b\\\": 1}"),
            ("A='{\n  \"b\": 1\n}'", "{\n  \"b\": 1\n}"),
            ("A='x' y", "'x' y"),
            ("A='x", "'x"),
            ("A='x' 'y'", "x' 'y"),
            ("# B=1\n\n  # c\nA=1", "1"),
        ];
        for (text, expected) in cases {
            let found = parse(text);
            let values = BTreeMap::from([("A".to_owned(), expected.to_owned())]);
            assert_eq!(found.values, values, "{text:?}");
            assert!(found.unread_lines.is_empty(), "{text:?}");
        }
    }

    #[test]
    fn what_comes_behind_a_value_of_many_lines_is_read_too() {
        let found = parse("A='{\n\"b\": 1\n}'\nexport C=\"2\" # two\nD=3\n");
        let names: Vec<&str> = found.values.keys().map(String::as_str).collect();
        assert_eq!(names, ["A", "C", "D"]);
    }

    #[test]
    fn lines_that_say_nothing_are_counted() {
        let found = parse("A=1\nnonsense\n=x\n\na b=1\né=1\nB=2");
        assert_eq!(found.unread_lines, [2, 3, 5, 6]);
        assert_eq!(found.values.len(), 2);
        assert_eq!(parse(""), DevVars::default());
    }
}
