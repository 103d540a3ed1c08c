//! What is planted in texts, addresses and secrets, so that one in the wrong place is seen.

/// Stands in every text that a person or an agent says.
pub(crate) const TEXT: &str = "Xq7";
/// Stands in private notes.
pub(crate) const PRIVATE: &str = "pr1v4te";
/// Stands in what is said in conversations of other channels.
pub(crate) const FOREIGN: &str = "f0reign";
/// Stands in every secret and token.
pub(crate) const SECRET: &str = "hunter2";
/// Every phone number starts so; every id of an app's user too.
pub(crate) const ADDRESS: &str = "+15550";
/// Every id of a person on LINE starts so.
pub(crate) const LINE_ADDRESS: &str = "U15550c0ffee";
/// Stands in profiles.
pub(crate) const NAME: &str = "N4me";
/// A message with it crashes the process that renders it.
pub(crate) const POISON: &str = "p0ison";

/// What must stand in no log line and no `Debug` output.
pub(crate) const HIDDEN: [&str; 6] = [TEXT, PRIVATE, SECRET, ADDRESS, LINE_ADDRESS, NAME];
