//! Structured content and quick replies on a channel that has nothing but text.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::element::Element;
use super::line::{Line, in_brackets};
use super::matching::by_number;
use super::quick_replies::QuickReplies;
use super::walk::Walk;

/// Something that the consumer can choose. It is stored with the message: fields are only ever added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What stands on it, in one line.
    pub title: String,
    /// What is published in the consumer's name when it is chosen.
    pub text: String,
    /// What goes back to LiveEngage with that text: `click.metadata`, in a list without it that of the submit button.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metadata: Vec<Value>,
}

/// Everything in a message that can be chosen, in reading order: what publishes a text on a tap, and the times of a schedule. The
/// message's quick replies come last. Links are no choices; they stand in the text.
pub fn choices(content: Option<&Element>, quick_replies: Option<&QuickReplies>) -> Vec<Choice> {
    walk(content, quick_replies).choices
}

/// The message as text that a person can read, as long as it happens to be: words, addresses of pictures, links and places, and
/// the choices, numbered from 1 in the order of [`choices`]. If titles of choices are numbers themselves (the marks of a survey),
/// the choices have a dash in place of the number, because a typed number could mean either.
///
/// Content that says nothing is described by its `alt`, and a message that says nothing by the content's name in brackets. `text`
/// alone is left as it is.
pub fn plain_text(
    text: Option<&str>,
    content: Option<&Element>,
    quick_replies: Option<&QuickReplies>,
) -> String {
    let walk = walk(content, quick_replies);
    let numbered = by_number(&walk.choices);
    let mut page = Page::default();
    page.text(text.map(str::trim).unwrap_or_default());
    if content.is_some() {
        page.gap = true;
    }
    for line in &walk.lines {
        match line {
            Line::Text { .. } | Line::Page { .. } | Line::Unknown(_) => page.text(&line.shown()),
            Line::Choice { index, more, .. } => {
                if let Some(choice) = walk.choices.get(*index) {
                    page.text(&choice_line(numbered, *index, &choice.title, more));
                }
            }
            Line::Gap => page.gap = true,
            Line::Open(_) | Line::Close => {}
        }
    }
    match (text, content) {
        (_, Some(content)) if page.text.is_empty() => in_brackets(content.name()),
        (Some(text), _) if page.text == text.trim() => text.to_owned(),
        _ => page.text,
    }
}

/// A choice in text: with its number, unless titles of choices are numbers themselves.
pub(super) fn choice_line(numbered: bool, index: usize, title: &str, more: &str) -> String {
    match numbered {
        true => format!("{}. {title}{more}", index.saturating_add(1)),
        false => format!("- {title}{more}"),
    }
}

pub(super) fn walk(content: Option<&Element>, quick_replies: Option<&QuickReplies>) -> Walk {
    let mut walk = Walk::default();
    if let Some(content) = content {
        walk.element(content);
        walk.describe();
        walk.gap();
    }
    if let Some(quick_replies) = quick_replies {
        walk.replies(quick_replies.replies());
    }
    walk
}

/// The text so far.
#[derive(Default)]
struct Page {
    text: String,
    /// Whether a blank line comes before the next line.
    gap: bool,
}

impl Page {
    fn text(&mut self, line: &str) {
        if line.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push_str(if self.gap { "\n\n" } else { "\n" });
        }
        self.gap = false;
        self.text.push_str(line);
    }
}
