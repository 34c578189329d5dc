//! Fuzz targets: plain functions from bytes. A target panics when a promise is broken.

use hedgerow::Config;
use hedgerow::config::document::Document;
use hedgerow::signal::capabilities::ClientField;
use hedgerow::signal::header::SloField;
use hedgerow::token::text::TokenText;
use hedgerow_why::bounds::Bounds;
use hedgerow_why::check::Checked;

pub use crate::snapshots::snapshot;

use crate::bytes::Choices;
use crate::world::World;

/// A named target.
pub type Target = (&'static str, fn(&[u8]));

/// Every target, by the name of its corpus folder.
pub const TARGETS: &[Target] =
    &[("config", config), ("events", events), ("snapshot", snapshot), ("wire", wire)];

/// Bytes as the text of a configuration document: refused with a path, or valid and stable under a round trip.
///
/// # Panics
///
/// When a valid document does not come back as itself.
pub fn config(bytes: &[u8]) {
    let Ok(document) = serde_json::from_slice::<Document>(bytes) else { return };
    match Config::from_document(&document) {
        Err(error) => {
            assert!(!error.range.is_empty(), "an error names the range: {error}");
            assert_eq!(Checked::of_document(document).faults.first(), Some(&error));
        }
        Ok(config) => {
            assert!(Checked::of_document(document).is_valid());
            assert!(!Bounds::of(&config).to_text(&config).is_empty());
            let canonical = config.to_document();
            let again = Config::from_document(&canonical).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(again.to_document(), canonical);
        }
    }
}

/// Bytes as a configuration and a sequence of events: every invariant holds, and the same bytes give the same answers.
///
/// # Panics
///
/// When an invariant is broken.
pub fn events(bytes: &[u8]) {
    let run = || {
        let mut choices = Choices::new(bytes);
        let mut world = World::new(&mut choices);
        world.run(&mut choices);
        world
    };
    let (first, second) = (run(), run());
    assert_eq!(first.log, second.log, "I7: the same events give the same decisions");
    assert_eq!(first.client.stats(), second.client.stats());
}

/// Bytes as what a server or a peer might send: the fields of a signal and of a client, a token.
///
/// # Panics
///
/// When a field or token that was read does not come back as itself.
pub fn wire(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(Some(field)) = SloField::parse(&text)
        && let Ok(written) = field.to_text()
    {
        assert_eq!(SloField::parse(&written), Ok(Some(field)), "a field that is written is read as itself");
    }
    let _ = ClientField::parse(&text);
    if let Ok(token) = TokenText::parse(&text) {
        assert!(token.as_str().eq_ignore_ascii_case(&text));
    }
}
