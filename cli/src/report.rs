//! Plain text in sections, for a terminal or a log.

use std::fmt::Write as _;

/// A report under construction. Control characters never get through: names in it come from files.
#[derive(Default)]
pub(crate) struct Report {
    text: String,
    follows: bool,
}

impl Report {
    /// A report that goes on where another one, already shown, has ended.
    pub(crate) fn following() -> Self {
        Self {
            text: String::new(),
            follows: true,
        }
    }

    /// A heading, with a blank line before it.
    pub(crate) fn section(&mut self, heading: &str) {
        if self.follows || !self.text.is_empty() {
            self.text.push('\n');
        }
        self.line(0, heading);
    }

    /// One line, indented by steps of two.
    pub(crate) fn line(&mut self, indent: usize, line: impl AsRef<str>) {
        let clean: String = line
            .as_ref()
            .chars()
            .map(|c| if c.is_control() { '?' } else { c })
            .collect();
        let _ = writeln!(self.text, "{:1$}{clean}", "", indent * 2);
    }

    /// The whole text.
    pub(crate) fn finish(self) -> String {
        self.text
    }
}

/// `1 secret`, `2 secrets`.
pub(crate) fn count(number: usize, what: &str) -> String {
    match (number, what.strip_suffix('s'), what.strip_suffix('x')) {
        (1, ..) => format!("1 {what}"),
        (_, None, None) => format!("{number} {what}s"),
        _ => format!("{number} {what}es"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_sections_and_no_control_characters() {
        let mut report = Report::default();
        report.section("One");
        report.line(1, "a\u{1b}[31m\n");
        report.section("Two");
        assert_eq!(report.finish(), "One\n  a?[31m?\n\nTwo\n");
    }

    #[test]
    fn things_are_counted_in_english() {
        assert_eq!(count(1, "class"), "1 class");
        assert_eq!(count(2, "class"), "2 classes");
        assert_eq!(count(0, "index"), "0 indexes");
        assert_eq!(count(3, "KV namespace"), "3 KV namespaces");
    }
}
