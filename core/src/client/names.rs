//! Names turned into numbers once, so that hot calls carry numbers.

use super::Client;
use super::action::{Namespace, Operation};
use crate::config::ConfigError;
use crate::id::EndpointId;
use crate::trace::Input;

impl Client {
    /// The number of a namespace; a new name is interned until `capacity.namespaces` is reached, the empty name is 0.
    pub fn namespace(&mut self, name: &str) -> Result<Namespace, ConfigError> {
        self.journal.trace.begin(&Input::Namespace(name), self.clock.last());
        let number = self.namespaces.intern("namespaces", name).map(Namespace);
        self.journal.trace.end();
        number
    }

    /// The number of an operation; a new name is interned until `capacity.operations` is reached, the empty name is 0.
    pub fn operation(&mut self, name: &str) -> Result<Operation, ConfigError> {
        self.journal.trace.begin(&Input::Operation(name), self.clock.last());
        let number = self.operations.intern("operations", name).map(Operation);
        self.journal.trace.end();
        number
    }

    /// The id of a live endpoint. O(log endpoints).
    pub fn endpoint(&self, name: &str) -> Option<EndpointId> {
        self.endpoints.by_name(name).map(EndpointId::from_id)
    }

    /// The name of an endpoint that is live or still has attempts in flight.
    pub fn endpoint_name(&self, endpoint: EndpointId) -> Option<&str> {
        self.endpoints.get(endpoint.id()).map(|found| found.name.as_str())
    }
}
