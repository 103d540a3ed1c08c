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
    let others: [Line; 5] = [
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
        (
            "A send whose answer was lost is recognised by its report",
            Box::new(|it| it.recognises),
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

/// Where the matrix stands in a document.
const BEGIN: &str = "<!-- The matrix is written by `npm run matrix`. -->\n";
const END: &str = "<!-- The end of the matrix. -->\n";

/// The document with the matrix of today between its marks. `None` where it has no marks.
pub fn renewed(document: &str) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{}\n{END}{after}", matrix()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_the_matrix_of_what_the_platforms_declare() {
        let readme = include_str!("../../README.md");
        let renewed = renewed(readme).expect("the marks of the matrix");
        assert!(readme == renewed, "run `npm run matrix`");
    }

    #[test]
    fn every_row_has_a_cell_for_every_offer() {
        let columns: usize = REGISTRY.iter().map(|known| known.offers.len()).sum();
        for row in matrix().lines() {
            assert_eq!(row.matches('|').count(), columns + 2, "{row}");
        }
    }

    #[test]
    fn a_document_without_marks_stays_as_it_is() {
        assert_eq!(renewed("# Title\n"), None);
        let document = format!("a\n{BEGIN}old\n{END}b\n");
        let new = renewed(&document).unwrap();
        assert!(new.starts_with("a\n") && new.ends_with("b\n") && !new.contains("old"));
        assert_eq!(renewed(&new).as_deref(), Some(&*new));
    }
}
