//! Rows in columns.

/// A table with a head. The last column is not padded. Control characters never get through.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let clean = |cell: &str| -> String {
        let shown = cell.chars();
        shown
            .map(|c| if c.is_control() { '?' } else { c })
            .collect()
    };
    let mut lines: Vec<Vec<String>> = vec![head.iter().map(|cell| (*cell).to_owned()).collect()];
    lines.extend(
        rows.iter()
            .map(|row| row.iter().map(|cell| clean(cell)).collect()),
    );
    let widths: Vec<usize> = (0..head.len())
        .map(|column| {
            let cells = lines.iter().filter_map(|line| line.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for line in lines {
        let cells = line.iter().zip(&widths);
        let padded: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        text.push_str(padded.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [
            vec!["a".to_owned(), "long one".to_owned()],
            vec!["größer".to_owned(), "x\u{1b}".to_owned()],
        ];
        let expected = "WHO     WHAT\na       long one\ngrößer  x?\n";
        assert_eq!(table(&["WHO", "WHAT"], &rows), expected);
    }
}
