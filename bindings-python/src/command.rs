//! The commands `check`, `bounds`, `explain` and `replay`: words and files go in, what is printed comes out.

use std::ffi::OsString;
use std::path::Path;

use hedgerow_why::command::{self, Fault, Files};
use pyo3::prelude::*;

/// Files as the host reads and writes them; what it raises stops the command.
struct Host<'py> {
    read: Bound<'py, PyAny>,
    write: Bound<'py, PyAny>,
    raised: Option<PyErr>,
}

impl Host<'_> {
    /// Takes an answer, in whose place the word of a fault may stand.
    fn take<T>(&mut self, answer: PyResult<Result<T, String>>) -> Result<T, Fault> {
        match answer {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(word)) => Err(Fault::from_word(&word)),
            Err(raised) => {
                self.raised.get_or_insert(raised);
                Err(Fault::Other)
            }
        }
    }
}

impl Files for Host<'_> {
    fn read(&mut self, path: &Path) -> Result<Vec<u8>, Fault> {
        let answer =
            self.read.call1((path.as_os_str(),)).and_then(|answer| match answer.extract::<String>() {
                Ok(word) => Ok(Err(word)),
                Err(_) => answer.extract::<Vec<u8>>().map(Ok),
            });
        self.take(answer)
    }

    fn write(&mut self, path: &Path, bytes: &[u8]) -> Result<(), Fault> {
        let answer = self.write.call1((path.as_os_str(), bytes));
        let answer = answer.map(|answer| answer.extract::<String>().map_or(Ok(()), Err));
        self.take(answer)
    }
}

/// Answers the words behind the command's name: standard output, standard error, exit code.
#[pyfunction]
pub(crate) fn run_command<'py>(
    words: Vec<OsString>,
    read: Bound<'py, PyAny>,
    write: Bound<'py, PyAny>,
) -> PyResult<(String, String, u8)> {
    let mut host = Host { read, write, raised: None };
    let command::Answer { stdout, stderr, exit } = command::run(words, &mut host);
    host.raised.map_or(Ok((stdout, stderr, exit)), Err)
}
