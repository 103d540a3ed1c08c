//! Reactions: names and emoji.

/// Names of reactions, and emoji.
const REACTIONS: [(&str, &str); 7] = [
    ("love", "❤"),
    ("smile", "😆"),
    ("wow", "😮"),
    ("sad", "😢"),
    ("angry", "😠"),
    ("like", "👍"),
    ("dislike", "👎"),
];

/// The name of an emoji.
pub(super) fn name_of(emoji: &str) -> &'static str {
    let mut known = REACTIONS.iter();
    let found = known.find(|(_, own)| emoji.trim_end_matches('\u{fe0f}') == *own);
    found.map_or("other", |(name, _)| *name)
}

/// The emoji of a reaction: what has no name stands for itself.
pub(super) fn emoji_of(reaction: &str) -> String {
    let mut known = REACTIONS.iter();
    let found = known.find(|(name, _)| *name == reaction);
    found.map_or(reaction, |(_, emoji)| *emoji).to_owned()
}
