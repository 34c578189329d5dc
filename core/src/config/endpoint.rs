//! The description of an endpoint, checked like the document: path, value, range.

use super::error::{self, ConfigError};
use crate::client::action::EndpointSpec;
use alloc::{format, string::ToString};

/// The greatest length of an endpoint's name, zone and region, in bytes.
pub const MAX_ENDPOINT_TEXT: usize = 64;

/// The greatest factor of an endpoint's own.
pub const MAX_ENDPOINT_FACTOR: u32 = 1024;

/// Checks one endpoint: a name of 1 – 64 bytes, zone and region of at most 64, a factor of 1 – 1024.
///
/// ```
/// use hedgerow::{client::action::EndpointSpec, config::check_endpoint};
/// let error = check_endpoint("endpoints.0", &EndpointSpec::default()).unwrap_err();
/// assert_eq!(error.to_string(), "endpoints.0.name: \"\", want a text of 1..=64 bytes");
/// ```
pub fn check_endpoint(path: &str, endpoint: &EndpointSpec) -> Result<(), ConfigError> {
    check_text(path, "name", &endpoint.name, 1)?;
    check_text(path, "zone", endpoint.zone.as_deref().unwrap_or_default(), 0)?;
    check_text(path, "region", endpoint.region.as_deref().unwrap_or_default(), 0)?;
    match endpoint.factor {
        Some(factor) if !(1..=MAX_ENDPOINT_FACTOR).contains(&factor) => {
            let range = format!("1..={MAX_ENDPOINT_FACTOR}");
            Err(ConfigError::new(format!("{path}.factor"), factor.to_string(), range))
        }
        _ => Ok(()),
    }
}

fn check_text(path: &str, field: &str, text: &str, least: usize) -> Result<(), ConfigError> {
    if (least..=MAX_ENDPOINT_TEXT).contains(&text.len()) {
        return Ok(());
    }
    let range = match least {
        0 => format!("a text of at most {MAX_ENDPOINT_TEXT} bytes"),
        _ => format!("a text of {least}..={MAX_ENDPOINT_TEXT} bytes"),
    };
    Err(ConfigError::new(format!("{path}.{field}"), error::quoted(text), range))
}
