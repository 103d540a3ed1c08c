//! The feature matrix of the README, made from what the platforms declare: `npm run matrix` writes it, a test holds the README to it.

use super::{Abilities, Heard, REGISTRY, Shown};

/// One row: what it is about, and whether a platform has it.
type Line = (&'static str, Box<dyn Fn(&Abilities) -> bool>);

/// The matrix as a Markdown table.
pub fn matrix() -> String {
    let columns: Vec<_> = REGISTRY.iter().flat_map(|known| known.offers).collect();
    let mut table = Table::default();
    table.row("", columns.iter().map(|(title, _)| *title));
    table.row("---", columns.iter().map(|_| "---"));
    for (heading, lines) in sections() {
        let heading = format!("**{heading}**");
        table.row(&heading, columns.iter().map(|_| ""));
        for (name, has) in lines {
            let marks = columns.iter().map(|(_, abilities)| mark(has(abilities)));
            table.row(name, marks);
        }
    }
    table.text
}

fn mark(has: bool) -> &'static str {
    if has { "yes" } else { "–" }
}

fn sections() -> [(&'static str, Vec<Line>); 3] {
    let heard = Heard::ALL.iter().map(|(heard, name)| {
        let has: Box<dyn Fn(&Abilities) -> bool> = Box::new(|it| it.hears(*heard));
        (*name, has)
    });
    let shown = Shown::ALL.iter().map(|(shown, name)| {
        let has: Box<dyn Fn(&Abilities) -> bool> = Box::new(|it| it.shows(*shown));
        (*name, has)
    });
    let others: [Line; 4] = [
        ("Typing", Box::new(|it| it.typing)),
        (
            "Receipts for the consumer's messages",
            Box::new(|it| it.receipts),
        ),
        (
            "News: agent joined, off hours, closed, …",
            Box::new(|it| it.news),
        ),
        (
            "A repeated send has no second effect",
            Box::new(|it| it.idempotent),
        ),
    ];
    [
        ("From the consumer", heard.collect()),
        ("To the consumer, as what it is", shown.collect()),
        ("Beside the messages", others.into_iter().collect()),
    ]
}

#[derive(Default)]
struct Table {
    text: String,
}

impl Table {
    fn row<'a>(&mut self, first: &'a str, rest: impl Iterator<Item = &'a str>) {
        let cells = std::iter::once(first).chain(rest);
        for cell in cells {
            self.text.push_str("| ");
            self.text.push_str(cell);
            self.text.push(' ');
        }
        self.text.push_str("|\n");
    }
}
