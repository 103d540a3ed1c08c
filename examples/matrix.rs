//! Writes the feature matrix into README.md: `npm run matrix`.

use std::error::Error;
use std::fs;

use liveengage_connector::platforms::matrix::renewed;

fn main() -> Result<(), Box<dyn Error>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let document = fs::read_to_string(path)?;
    let document = renewed(&document).ok_or("README.md has no marks for the matrix")?;
    fs::write(path, document)?;
    Ok(())
}
