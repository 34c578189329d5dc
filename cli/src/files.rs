//! The disk, as the commands of `hedgerow-why` read and write it.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use hedgerow_why::command::{Fault, Files};

/// The files of this machine.
pub(crate) struct Disk;

impl Files for Disk {
    fn read(&mut self, path: &Path) -> Result<Vec<u8>, Fault> {
        fs::read(path).map_err(|error| fault(&error))
    }

    fn write(&mut self, path: &Path, bytes: &[u8]) -> Result<(), Fault> {
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, bytes));
        written.map_err(|error| fault(&error))
    }
}

fn fault(error: &io::Error) -> Fault {
    match error.kind() {
        ErrorKind::NotFound => Fault::NotFound,
        ErrorKind::PermissionDenied => Fault::Denied,
        ErrorKind::IsADirectory => Fault::Folder,
        _ => Fault::Other,
    }
}
