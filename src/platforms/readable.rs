//! Every kind of content as text: for platforms that can show nothing else, and for what a platform cannot show.

use super::Outgoing;
use crate::message::{Content, Location, News};
use crate::outcome::Refusal;
use crate::rich::{self, QuickReplies};

/// A message as readable text, or why there is nothing to read in it.
pub fn readable(message: &Outgoing<'_>) -> Result<String, Refusal> {
    let unsupported = |kind: &str| Refusal::Unsupported {
        kind: kind.to_owned(),
    };
    let text = match message.content {
        Content::Text { text } | Content::Choice { text, .. } | Content::Aside { text } => {
            text.clone()
        }
        Content::Structured {
            text,
            content,
            quick_replies,
            ..
        } => {
            let content = content.as_ref().map(rich::parse);
            let quick_replies = quick_replies.as_ref().map(QuickReplies::parse);
            rich::plain_text(text.as_deref(), content.as_ref(), quick_replies.as_ref())
        }
        Content::File { file } => {
            let name = file.name.as_deref().unwrap_or("file");
            let first = match message.address_of(file) {
                Some(url) => format!("{name}: {url}"),
                None => format!("[{name}]"),
            };
            lines([
                Some(first),
                file.caption.clone().filter(|caption| caption != name),
            ])
        }
        Content::Location { location } => position(location),
        Content::SecureForm { title, .. } => {
            let title = title.as_deref().unwrap_or("secure form");
            format!("[{title}] This form cannot be opened here.")
        }
        Content::News { news, .. } => match news {
            News::Closed { .. } => return Err(unsupported("conversation closed")),
            _ => return Err(unsupported("news of the conversation")),
        },
        Content::Command { .. } => return Err(unsupported("command")),
        Content::NotDelivered { .. } => return Err(unsupported("receipt")),
        Content::Unsupported { name, .. } => return Err(unsupported(name)),
        Content::Malformed { what, .. } => {
            return Err(Refusal::Malformed { what: what.clone() });
        }
    };
    // Agents' texts often end in line breaks, which would cost an SMS segment.
    let text = text.trim_end();
    if text.trim().is_empty() {
        return Err(unsupported("empty text"));
    }
    Ok(message.spoken(text))
}

/// A place as lines, with a link to a map.
pub fn position(location: &Location) -> String {
    let Location {
        latitude,
        longitude,
        name,
        address,
    } = location;
    let map = format!("https://maps.google.com/?q={latitude},{longitude}");
    lines([name.clone(), address.clone(), Some(map)])
}

fn lines<const N: usize>(parts: [Option<String>; N]) -> String {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join("\n")
}
