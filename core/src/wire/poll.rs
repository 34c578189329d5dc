//! Actions and notes into the caller's buffer.

use super::record::{of_action, of_note};
use super::{RECORD, TAIL, Units, float};
use crate::client::Client;

impl Client {
    /// Moves waiting actions, oldest first, into the buffer; answers how many records were written.
    ///
    /// As many as fit: a rest shorter than a record stays as it was, and an empty buffer is legal. When actions remain,
    /// [`poll_timeout`](Self::poll_timeout) answers the last time seen, so that a host which forgets to drain is woken
    /// at once.
    ///
    /// ```
    /// use hedgerow::client::action::{EndpointSpec, Start, TopologyChange};
    /// use hedgerow::{Client, Config, Instant, Seed, wire::Units};
    /// let now = Instant::from_micros(1000);
    /// let mut client = Client::new(Config::default(), &Seed::new([7; 32]), now);
    /// let one = EndpointSpec { name: "one".into(), ..EndpointSpec::default() };
    /// client.handle_topology(&[TopologyChange::Add(one)], now).unwrap();
    /// client.start(&Start { cookie: 5, ..Start::default() }, now).unwrap();
    /// let mut buffer = [0.0; 16];
    /// assert_eq!(client.poll_actions(&mut buffer, Units::Millis), 1);
    /// assert_eq!((buffer[0], buffer[1], buffer[5]), (1.0, 5.0, 30_001.0));
    /// ```
    pub fn poll_actions(&mut self, buffer: &mut [f64], units: Units) -> usize {
        let (records, _) = buffer.as_chunks_mut::<RECORD>();
        let mut written = 0;
        for record in records {
            let Some(action) = self.poll_action() else { break };
            *record = of_action(&action, units);
            written += 1;
        }
        written
    }

    /// Ends a host's turn: moves waiting actions into the buffer, and into its last two floats the number of records
    /// written and when to wake (infinity for never); answers the number.
    ///
    /// One crossing tells a host all that an input led to. A buffer of fewer than two floats is left as it is.
    pub fn poll_turn(&mut self, buffer: &mut [f64], units: Units) -> usize {
        let Some((records, tail)) = buffer.split_last_chunk_mut::<TAIL>() else { return 0 };
        let written = self.poll_actions(records, units);
        *tail = [float(written as u64), self.poll_deadline(units)];
        written
    }

    /// When to wake, as a number: [`poll_timeout`](Self::poll_timeout) without its reason, infinity for never.
    pub fn poll_deadline(&self, units: Units) -> f64 {
        self.poll_timeout().map_or(f64::INFINITY, |wake| units.tell(wake.at.as_micros()))
    }

    /// Moves waiting notes, oldest first, into the buffer; answers how many records were written.
    pub fn poll_notes(&mut self, buffer: &mut [f64], units: Units) -> usize {
        let (records, _) = buffer.as_chunks_mut::<RECORD>();
        let mut written = 0;
        for record in records {
            let Some(note) = self.poll_note() else { break };
            *record = of_note(&note, units);
            written += 1;
        }
        written
    }
}
