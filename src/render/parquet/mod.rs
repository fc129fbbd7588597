//! `-T parquet`: a row a packet, in files that DuckDB, Spark and DataFusion read.
//!
//! `part-00000.parquet`, `part-00001.parquet` and so on: a part has this name once it is whole, and the
//! ending `.tmp` until then. Row groups are bounded in rows and bytes, and so is a part, so memory is
//! flat. To add a column: a row of [`COLUMNS`].

mod columns;
mod group;

pub use columns::{COLUMNS, ColumnRow, Kind};

use super::{Format, Options, OutputError, owner};
use crate::pipeline::Record;
use crate::text;
use group::Group;
use parquet::basic::Compression;
use parquet::file::properties::{WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::SerializedFileWriter;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Row groups of a part: the description of all stands in memory until the part is whole.
const MAX_GROUPS: usize = 64;

/// Writes parts.
pub struct Parquet {
    folder: PathBuf,
    properties: WriterPropertiesPtr,
    group: Group,
    part: Option<Part>,
    parts: u32,
    rows: u64,
    is_begun: bool,
}

/// A part that is being written.
struct Part {
    writer: SerializedFileWriter<File>,
    path: PathBuf,
    groups: usize,
}

impl Parquet {
    /// Into the user's folder.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            // Payloads differ, and a dictionary of them would take memory for nothing.
            .set_column_dictionary_enabled("payload".into(), false)
            .set_created_by(concat!("mqttscope ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        Self {
            folder: options.folder.clone().unwrap_or_default(),
            properties: Arc::new(properties),
            group: Group::default(),
            part: None,
            parts: 0,
            rows: 0,
            is_begun: false,
        }
    }

    /// The folder is made; one with parts in it is left alone, as theirs would be read with ours.
    fn begin(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.is_begun, true) {
            return Ok(());
        }
        let fail = |error| OutputError::of(&self.folder, error);
        fs::create_dir_all(&self.folder).map_err(fail)?;
        for entry in fs::read_dir(&self.folder).map_err(fail)? {
            let name = entry.map_err(fail)?.file_name();
            if name.to_string_lossy().starts_with("part-") {
                let why = "there are parts in it already: name another folder";
                return Err(fail(io::Error::new(io::ErrorKind::AlreadyExists, why)));
            }
        }
        Ok(())
    }

    /// Writes the rows that are there as a row group.
    fn write_group(&mut self) -> io::Result<()> {
        let (folder, parts) = (&self.folder, self.parts);
        let path = folder.join(format!("part-{parts:05}.parquet"));
        let temporary = path.with_extension("parquet.tmp");
        let part = match self.part.take() {
            Some(part) => part,
            None => {
                let file = owner::create(&temporary)
                    .map_err(|error| OutputError::of(&temporary, error))?;
                let writer = group::schema()
                    .and_then(|schema| {
                        SerializedFileWriter::new(file, schema, self.properties.clone())
                    })
                    .map_err(|error| failed(&temporary, error))?;
                Part { writer, path, groups: 0 }
            }
        };
        let part = self.part.insert(part);
        self.group.write(&mut part.writer).map_err(|error| failed(&temporary, error))?;
        part.groups = part.groups.saturating_add(1);
        if part.groups >= MAX_GROUPS { self.end_part() } else { Ok(()) }
    }

    /// The part is whole: its bytes go to the disk, and then it gets its name.
    fn end_part(&mut self) -> io::Result<()> {
        let Some(Part { mut writer, path, .. }) = self.part.take() else { return Ok(()) };
        let temporary = path.with_extension("parquet.tmp");
        writer.finish().map_err(|error| failed(&temporary, error))?;
        let ended = writer.inner().sync_all().and_then(|()| fs::rename(&temporary, &path));
        self.parts = self.parts.saturating_add(1);
        ended.map_err(|error| OutputError::of(&path, error))
    }
}

impl Format for Parquet {
    fn record(&mut self, record: &Record<'_>, _: &mut dyn Write) -> io::Result<()> {
        self.begin()?;
        if !record.is_packet() {
            return Ok(());
        }
        self.group.add(record);
        self.rows = self.rows.saturating_add(1);
        if self.group.is_full() { self.write_group() } else { Ok(()) }
    }

    fn end(&mut self, _: &mut dyn Write) -> io::Result<()> {
        self.begin()?;
        if !self.group.is_empty() || self.parts == 0 && self.part.is_none() {
            self.write_group()?;
        }
        self.end_part()
    }

    fn filed(&self) -> Option<String> {
        let (rows, files) = (text::count(self.rows, "row"), text::count(self.parts.into(), "file"));
        Some(format!("{rows} written to {files} in {}", self.folder.display()))
    }
}

fn failed(path: &Path, error: parquet::errors::ParquetError) -> io::Error {
    OutputError::of(path, io::Error::other(error))
}
