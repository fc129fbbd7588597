//! A file, standard input or any reader becomes a [`Source`].

use std::{
    fs::File,
    io::{Read, stdin},
    path::Path,
};

use super::{
    CaptureError, Fault, Source,
    magic::{self, Format},
    pcap::Pcap,
    pcapng::PcapNg,
    window::Window,
};

/// Opens a capture file, or standard input for `-`. The format is told by its first bytes.
///
/// # Errors
/// Where the file cannot be opened or read, is empty, or is no capture; the message says what it
/// is instead and what to do.
pub fn open(path: &Path) -> Result<Box<dyn Source + Send>, CaptureError> {
    if path.as_os_str() == "-" {
        return from_reader(Box::new(stdin()));
    }
    let file = File::open(path).map_err(|error| Fault::Open(error).of_file(0))?;
    from_reader(Box::new(file))
}

/// Reads a capture from any reader, as it comes: no frame waits for bytes beyond its own.
///
/// # Errors
/// As [`open`].
pub fn from_reader(reader: Box<dyn Read + Send>) -> Result<Box<dyn Source + Send>, CaptureError> {
    read(Window::new(reader)).map_err(|fault| fault.of_file(0))
}

fn read(mut window: Window) -> Result<Box<dyn Source + Send>, Fault> {
    Ok(match magic::format(&mut window)? {
        Format::Pcap(variant) => Box::new(Pcap::new(window, variant)?),
        Format::PcapNg => Box::new(PcapNg::new(window)),
    })
}
