//! Actions and notes into the caller's buffer.

use super::record::{of_action, of_note};
use super::{RECORD, Units};
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
