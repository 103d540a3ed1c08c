//! What one message to LiveEngage consists of: one request for each piece (a file takes several).

use serde_json::{Value, json};

use super::{AsText, SendProgress};
use crate::conversation::echo::EXTERNAL_ID;
use crate::liveengage::publish;
use crate::message::{Command, Content, DialogPlace, File, FilePlace};
use crate::platforms::readable::position;

/// One piece of a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// A text of the consumer's.
    Text {
        /// The text.
        text: String,
        /// What goes with it.
        metadata: Vec<Value>,
    },
    /// A line of ours for the agent. It goes into the main dialog of the message that it is about, or nowhere.
    Line {
        /// The text.
        text: String,
        /// The message.
        about: DialogPlace,
    },
    /// A receipt for a message: that its element was chosen (`ACTION`), or that it did not arrive (`NACK`).
    Receipt {
        /// Which of the two.
        status: publish::AcceptStatus,
        /// The message.
        place: DialogPlace,
        /// The chosen element's metadata.
        metadata: Vec<Value>,
    },
    /// A line about what the person did beside talking: into the open conversation, or nowhere.
    Aside {
        /// The text.
        text: String,
    },
    /// A file that LiveEngage may take.
    File(File),
    /// Something to be done with the conversation.
    Do(Command),
}

/// The pieces of a message. The same content gives the same pieces in every dialog and at every attempt, once it is settled whether a
/// file goes as text.
pub fn pieces(content: &Content, progress: &SendProgress) -> Vec<Piece> {
    match content {
        Content::Text { text } => texts(text, &[]),
        Content::Choice {
            text,
            metadata,
            offered_in,
            ..
        } => {
            let action = offered_in.clone().map(|place| Piece::Receipt {
                status: publish::AcceptStatus::Action,
                place,
                metadata: metadata.clone(),
            });
            action.into_iter().chain(texts(text, metadata)).collect()
        }
        Content::Structured { text, .. } => {
            texts(text.as_deref().unwrap_or("[structured content]"), &[])
        }
        Content::File { file } => match progress.as_text {
            Some(why) => texts(&file_as_text(file, why), &[]),
            None => vec![Piece::File(file.clone())],
        },
        Content::Location { location } => texts(&position(location), &[]),
        Content::SecureForm { title, .. } => {
            texts(&format!("[{}]", title.as_deref().unwrap_or("form")), &[])
        }
        Content::Aside { text } => publish::text_pieces(text, &[external_id(&"x".repeat(64))])
            .into_iter()
            .map(|text| Piece::Aside { text })
            .collect(),
        Content::Command { command } => vec![Piece::Do(command.clone())],
        Content::NotDelivered { place, line } => {
            let nack = Piece::Receipt {
                status: publish::AcceptStatus::Nack,
                place: place.clone(),
                metadata: Vec::new(),
            };
            let line = line.clone().map(|text| Piece::Line {
                text,
                about: place.clone(),
            });
            [nack].into_iter().chain(line).collect()
        }
        Content::Unsupported { name, .. } => texts(&format!("[{name}]"), &[]),
        Content::News { .. } | Content::Malformed { .. } => Vec::new(),
    }
}

/// What the echo of the present piece will say: its text, or its file's path. `None` for pieces that are simply done again when
/// nobody knows what came of them.
pub fn said(content: &Content, progress: &SendProgress) -> Option<String> {
    match pieces(content, progress).into_iter().nth(progress.pieces)? {
        Piece::Text { text, .. } | Piece::Line { text, .. } | Piece::Aside { text } => Some(text),
        Piece::File(_) => progress.file.as_ref()?.stored.clone(),
        Piece::Receipt { .. } | Piece::Do(_) => None,
    }
}

fn texts(text: &str, metadata: &[Value]) -> Vec<Piece> {
    // Room for an id of ours too, so that switching it on does not cut texts differently.
    let id = external_id(&"x".repeat(64));
    let mut with_id: Vec<Value> = metadata.iter().cloned().chain([id.clone()]).collect();
    let fits = !publish::fitting_metadata(&with_id).is_empty();
    let metadata = if fits { metadata } else { &[] };
    if !fits {
        with_id = vec![id];
    }
    let pieces = publish::text_pieces(text, &with_id).into_iter();
    pieces
        .map(|text| Piece::Text {
            text,
            metadata: metadata.to_vec(),
        })
        .collect()
}

/// Metadata that names a publish.
pub(super) fn external_id(id: &str) -> Value {
    json!({ "type": EXTERNAL_ID, "id": id })
}

/// What LiveEngage does not take arrives as a line that says what it was, with its address where the agent can open that.
fn file_as_text(file: &File, why: AsText) -> String {
    let name = file.name.as_deref().unwrap_or("file");
    let facts: Vec<String> = [file.media_type.clone(), file.size.map(readable_size)]
        .into_iter()
        .flatten()
        .collect();
    let facts = if facts.is_empty() {
        String::new()
    } else {
        format!(" ({})", facts.join(", "))
    };
    let link = match &file.at {
        FilePlace::Url { url } => Some(url),
        _ => file.link.as_ref(),
    };
    let first = match (why, link) {
        (AsText::Gone, _) => format!("[File: {name}{facts}] It is no longer available."),
        (AsText::NotTaken, Some(link)) => format!("{name}{facts}: {link}"),
        (AsText::NotTaken, None) => format!("[File: {name}{facts}] It cannot be shown here."),
    };
    match file.caption.as_deref().filter(|caption| *caption != name) {
        Some(caption) => format!("{first}\n{caption}"),
        None => first,
    }
}

/// Bytes as people read them, rounded up: a file is never smaller than it is said to be.
fn readable_size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => {
            let tenths = bytes.div_ceil(100_000);
            format!("{}.{} MB", tenths / 10, tenths % 10)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(at: FilePlace, link: Option<&str>) -> File {
        File {
            at,
            name: Some("plan.pdf".to_owned()),
            media_type: Some("application/pdf".to_owned()),
            size: Some(5_123_456),
            caption: Some("The plan".to_owned()),
            link: link.map(str::to_owned),
        }
    }

    fn shown(file: File, why: AsText) -> String {
        let progress = SendProgress {
            as_text: Some(why),
            ..SendProgress::default()
        };
        said(&Content::File { file }, &progress).unwrap()
    }

    #[test]
    fn a_file_that_liveengage_does_not_take_arrives_as_a_line() {
        let url = "https://files.example.com/plan.pdf";
        let open = FilePlace::Url {
            url: url.to_owned(),
        };
        let platform = FilePlace::Platform {
            reference: "media-1".to_owned(),
        };
        let with_link = format!("plan.pdf (application/pdf, 5.2 MB): {url}\nThe plan");
        assert_eq!(shown(file(open.clone(), None), AsText::NotTaken), with_link);
        assert_eq!(
            shown(file(platform.clone(), Some(url)), AsText::NotTaken),
            with_link
        );
        assert_eq!(
            shown(file(platform, None), AsText::NotTaken),
            "[File: plan.pdf (application/pdf, 5.2 MB)] It cannot be shown here.\nThe plan"
        );
        assert_eq!(
            shown(file(open, None), AsText::Gone),
            "[File: plan.pdf (application/pdf, 5.2 MB)] It is no longer available.\nThe plan"
        );
    }

    #[test]
    fn a_choice_is_an_action_and_a_text_with_the_same_metadata() {
        let metadata = vec![json!({"type": "ExternalId", "id": "yes"})];
        let place = DialogPlace {
            dialog_id: "d".to_owned(),
            sequence: 12,
        };
        let mut choice = Content::Choice {
            text: "yep".to_owned(),
            reference: None,
            metadata: metadata.clone(),
            offered_in: Some(place.clone()),
        };
        let text = Piece::Text {
            text: "yep".to_owned(),
            metadata: metadata.clone(),
        };
        let action = Piece::Receipt {
            status: publish::AcceptStatus::Action,
            place,
            metadata,
        };
        let none = SendProgress::default();
        assert_eq!(pieces(&choice, &none), [action, text.clone()]);
        if let Content::Choice { offered_in, .. } = &mut choice {
            *offered_in = None;
        }
        assert_eq!(pieces(&choice, &none), [text]);
    }

    #[test]
    fn sizes_are_never_understated() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_001, "2 kB"),
            (999_999, "1000 kB"),
            (1_000_000, "1.0 MB"),
            (3_000_001, "3.1 MB"),
        ] {
            assert_eq!(readable_size(bytes), text);
        }
    }
}
