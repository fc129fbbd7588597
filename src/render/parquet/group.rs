//! Rows in memory, column by column, until they are a row group.

use super::columns::{COLUMNS, ColumnRow, Kind, Source};
use crate::filter::{FieldRow, Value};
use crate::pipeline::Record;
use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::errors::Result;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};
use std::io::Write;
use std::sync::Arc;

/// Rows of a row group: what readers share among their threads.
const MAX_ROWS: usize = 1 << 16;
/// Bytes of a row group before they are encoded.
const MAX_BYTES: usize = 8 << 20;
/// What a value costs besides its bytes, about.
const OVERHEAD: usize = 12;
/// Nanoseconds of a microsecond: the unit of times.
const MICROSECOND: i128 = 1_000;

/// The schema of all parts.
pub(super) fn schema() -> Result<TypePtr> {
    let fields = COLUMNS.iter().map(|column| {
        let (physical, logical) = match column.kind {
            Kind::Long => (Physical::INT64, None),
            Kind::Int => (Physical::INT32, None),
            Kind::Flag => (Physical::BOOLEAN, None),
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Bytes => (Physical::BYTE_ARRAY, None),
            Kind::Time => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
        };
        let builder = Type::primitive_type_builder(column.name, physical);
        let field = builder.with_repetition(Repetition::OPTIONAL).with_logical_type(logical);
        Ok(Arc::new(field.build()?))
    });
    let fields = fields.collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(Type::group_type_builder("packet").with_fields(fields).build()?))
}

/// Rows that are no row group yet.
pub(super) struct Group {
    columns: Vec<Column>,
    rows: usize,
    bytes: usize,
}

/// One column: its values, and for each row whether there is one.
struct Column {
    row: &'static ColumnRow,
    field: Option<&'static FieldRow>,
    values: Values,
    is_there: Vec<i16>,
}

enum Values {
    Long(Vec<i64>),
    Int(Vec<i32>),
    Flag(Vec<bool>),
    Bytes(Vec<ByteArray>),
}

impl Default for Group {
    fn default() -> Self {
        let column = |row: &'static ColumnRow| Column {
            row,
            field: row.row(),
            values: match row.kind {
                Kind::Long | Kind::Time => Values::Long(Vec::new()),
                Kind::Int => Values::Int(Vec::new()),
                Kind::Flag => Values::Flag(Vec::new()),
                Kind::Text | Kind::Bytes => Values::Bytes(Vec::new()),
            },
            is_there: Vec::new(),
        };
        Self { columns: COLUMNS.iter().map(column).collect(), rows: 0, bytes: 0 }
    }
}

impl Group {
    pub(super) const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    pub(super) const fn is_full(&self) -> bool {
        self.rows >= MAX_ROWS || self.bytes >= MAX_BYTES
    }

    /// Adds a row.
    pub(super) fn add(&mut self, record: &Record<'_>) {
        for column in &mut self.columns {
            let value = match column.row.source {
                Source::Fact(read) => read(record),
                Source::Field(_) => {
                    column.field.and_then(|field| field.values(record).into_iter().next())
                }
            };
            let bytes = column.add(value);
            self.bytes = self.bytes.saturating_add(bytes).saturating_add(OVERHEAD);
        }
        self.rows = self.rows.saturating_add(1);
    }

    /// Writes all rows as one row group, and forgets them.
    pub(super) fn write<W: Write + Send>(
        &mut self,
        file: &mut SerializedFileWriter<W>,
    ) -> Result<()> {
        let mut group = file.next_row_group()?;
        let mut columns = self.columns.iter_mut();
        while let Some(mut writer) = group.next_column()? {
            if let Some(column) = columns.next() {
                column.write(&mut writer)?;
            }
            writer.close()?;
        }
        group.close()?;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }
}

impl Column {
    /// Adds a value, or that there is none: how many bytes it has beyond its place.
    fn add(&mut self, value: Option<Value<'static>>) -> usize {
        let (is_there, bytes) = match (&mut self.values, value) {
            (Values::Long(all), Some(Value::Number(number))) => {
                let is_time = self.row.kind == Kind::Time;
                let number = if is_time { number.div_euclid(MICROSECOND) } else { number };
                let number = i64::try_from(number).ok();
                all.extend(number);
                (number.is_some(), 0)
            }
            (Values::Int(all), Some(Value::Number(number))) => {
                let number = i32::try_from(number).ok();
                all.extend(number);
                (number.is_some(), 0)
            }
            (Values::Flag(all), Some(Value::Number(number))) => {
                all.push(number != 0);
                (true, 0)
            }
            (Values::Bytes(all), Some(Value::Text(bytes) | Value::Bytes(bytes))) => {
                let len = bytes.len();
                let bytes = if self.row.kind == Kind::Text {
                    String::from_utf8_lossy(&bytes).into_owned().into_bytes()
                } else {
                    bytes.into_owned()
                };
                all.push(ByteArray::from(bytes));
                (true, len)
            }
            _ => (false, 0),
        };
        self.is_there.push(is_there.into());
        bytes
    }

    fn write(&mut self, writer: &mut SerializedColumnWriter<'_>) -> Result<()> {
        let is_there = std::mem::take(&mut self.is_there);
        match &mut self.values {
            Values::Long(all) => batch::<Int64Type>(writer, all, &is_there),
            Values::Int(all) => batch::<Int32Type>(writer, all, &is_there),
            Values::Flag(all) => batch::<BoolType>(writer, all, &is_there),
            Values::Bytes(all) => batch::<ByteArrayType>(writer, all, &is_there),
        }
    }
}

/// Writes the values of a column, and forgets them.
fn batch<T: DataType>(
    writer: &mut SerializedColumnWriter<'_>,
    values: &mut Vec<T::T>,
    is_there: &[i16],
) -> Result<()> {
    writer.typed::<T>().write_batch(values, Some(is_there), None)?;
    values.clear();
    Ok(())
}
