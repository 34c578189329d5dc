//! A what-if in words and as a document.

use core::fmt::Write;

use serde_json::{Value, json};

use super::{Latencies, Row, Tally, WhatIf};
use crate::span::shown;

impl WhatIf {
    /// The comparison for people.
    pub fn to_text(&self) -> String {
        // Writing to a text cannot fail, here and below.
        let mut text =
            format!("recorded under configuration {:016x}, with {:016x}\n\n", self.config, self.other);
        let _ = writeln!(text, "{:<28}{:>12}{:>12}", "", "recorded", "with");
        for ((name, old), (_, new)) in self.recorded.rows().into_iter().zip(self.replayed.rows()) {
            if old + new > 0 {
                let _ = writeln!(text, "{name:<28}{old:>12}{new:>12}");
            }
        }
        if let Some([old, new]) = &self.answered {
            let _ = writeln!(text, "\ncalls answered in both{:>18}", old.calls);
            for ((name, old), (_, new)) in old.rows().into_iter().zip(new.rows()) {
                let _ = writeln!(text, "  {name:<26}{old:>12}{new:>12}");
            }
        }
        text.push('\n');
        self.put_reasons(&mut text);
        text.push_str(&self.warning());
        text
    }

    fn put_reasons(&self, text: &mut String) {
        if self.is_same() {
            text.push_str("no decision differs\n");
            return;
        }
        let heads = ["recorded", "with", "gone", "new", "changed", "unknown"];
        let _ = write!(text, "{:<28}", "decisions that differ");
        for head in heads {
            let _ = write!(text, "{head:>9}");
        }
        text.push('\n');
        for row in self.reasons.iter().filter(|row| row.differs()) {
            let _ = write!(text, "{:>4} {:<23}", row.reason.code(), row.reason.slug());
            for (_, count) in row.counts() {
                let _ = write!(text, "{count:>9}");
            }
            text.push('\n');
        }
    }

    /// How much rests on what is not known.
    fn warning(&self) -> String {
        let mut text = String::new();
        if self.assumed > 0 {
            let (outcomes, calls) = (self.assumed, self.assumed_calls);
            let _ =
                writeln!(text, "\n{outcomes} outcomes are assumed, not recorded; {calls} calls rest on them");
        }
        if self.unknown > 0 {
            let (of, undecided) = (self.replayed.calls, self.replayed.undecided);
            let _ = writeln!(
                text,
                "\n{} outcomes are unknown, so {undecided} of {of} calls are undecided: a what-if with many is not evidence",
                self.unknown
            );
        }
        text
    }

    /// The comparison as a document; times are µs.
    pub fn to_json(&self) -> Value {
        let tally =
            |tally: &Tally| tally.rows().into_iter().map(|(name, count)| (name.to_owned(), count.into()));
        let row = |row: &Row| {
            let mut json = json!({"code": row.reason.code(), "reason": row.reason.slug()});
            row.counts().iter().for_each(|(name, count)| json[*name] = (*count).into());
            json
        };
        let latencies = |found: &Latencies| {
            json!({"median_us": found.median.as_micros(), "p99_us": found.p99.as_micros(),
                "longest_us": found.longest.as_micros()})
        };
        let answered = self.answered.as_ref().map(
            |[old, new]| json!({"calls": old.calls, "recorded": latencies(old), "with": latencies(new)}),
        );
        json!({
            "same": self.is_same(),
            "recorded_config": format!("{:016x}", self.config),
            "config": format!("{:016x}", self.other),
            "recorded": tally(&self.recorded).collect::<serde_json::Map<_, _>>(),
            "with": tally(&self.replayed).collect::<serde_json::Map<_, _>>(),
            "answered_in_both": answered,
            "reasons": self.reasons.iter().map(row).collect::<Vec<_>>(),
            "unknown_outcomes": self.unknown,
            "assumed_outcomes": self.assumed,
            "assumed_calls": self.assumed_calls,
        })
    }
}

impl Tally {
    fn rows(&self) -> [(&'static str, u64); 8] {
        [
            ("calls", self.calls),
            ("denied", self.denied),
            ("answered", self.answered),
            ("failed", self.failed),
            ("cancelled", self.cancelled),
            ("unfinished", self.unfinished),
            ("undecided", self.undecided),
            ("attempts", self.attempts),
        ]
    }
}

impl Row {
    fn counts(&self) -> [(&'static str, u64); 6] {
        [
            ("recorded", self.recorded),
            ("with", self.replayed),
            ("gone", self.gone),
            ("new", self.new),
            ("changed", self.changed),
            ("unknown", self.unknown),
        ]
    }
}

impl Latencies {
    fn rows(&self) -> [(&'static str, String); 3] {
        let time = |time: hedgerow::Duration| shown(time.as_micros());
        [
            ("half of them within", time(self.median)),
            ("99 of 100 within", time(self.p99)),
            ("longest", time(self.longest)),
        ]
    }
}
