//! Which fields of a record a guard rail clamped.
//!
//! A clamped field is applied at its rail and counted, never a reason to refuse the record; the set names the fields
//! so that an operator can see what a server asked for in vain.

/// A field that a guard rail can clamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Field {
    /// `target`
    Target = 0,
    /// `max`
    Max = 1,
    /// `calls`
    Calls = 2,
    /// `hedges`
    Hedges = 3,
    /// `ttl`
    Ttl = 4,
    /// `chunk`
    Chunk = 5,
    /// `page`
    Page = 6,
    /// `compress`: more or longer names than are kept.
    Compress = 7,
}

impl Field {
    /// Every field, in the order in which they are clamped.
    pub const ALL: [Self; 8] = [
        Self::Target,
        Self::Max,
        Self::Calls,
        Self::Hedges,
        Self::Ttl,
        Self::Chunk,
        Self::Page,
        Self::Compress,
    ];

    /// The field's name in the map form.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Max => "max",
            Self::Calls => "calls",
            Self::Hedges => "hedges",
            Self::Ttl => "ttl",
            Self::Chunk => "chunk",
            Self::Page => "page",
            Self::Compress => "compress",
        }
    }
}

/// The set of fields that were clamped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Clamped(u8);

impl Clamped {
    /// No field.
    pub const NONE: Self = Self(0);

    /// How many fields were clamped.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether none was.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether this field was clamped.
    pub const fn contains(self, field: Field) -> bool {
        self.0 & 1 << field as u8 != 0
    }

    /// The fields in the order in which they are clamped.
    pub fn iter(self) -> impl Iterator<Item = Field> {
        Field::ALL.into_iter().filter(move |&field| self.contains(field))
    }

    pub(super) fn add(&mut self, field: Field) {
        self.0 |= 1 << field as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_has_a_place_of_its_own() {
        let mut clamped = Clamped::NONE;
        for (count, field) in (1..).zip(Field::ALL) {
            assert!(!clamped.contains(field));
            clamped.add(field);
            assert_eq!(clamped.len(), count);
        }
        assert!(clamped.iter().eq(Field::ALL));
        assert!(!clamped.is_empty() && Clamped::NONE.is_empty());
    }
}
