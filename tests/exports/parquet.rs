//! `-T parquet`, read by DuckDB and compared with `-T fields`.
#![cfg(feature = "parquet")]

use super::bytes;
use crate::support::{outside, program};
use mqttscope::render::parquet::{COLUMNS, Kind};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Prints the rows of all parts as the lines of `-T fields`, and in the first line the types.
const SCRIPT: &str = r#"
import sys, duckdb
duckdb.sql("set timezone = 'UTC'")
parts = sys.argv[1] + "/part-*.parquet"
def sql(text): return duckdb.sql(text % parts).fetchall()
print("\t".join(row[0] + " " + row[1] for row in sql("select column_name, column_type from (describe select * from '%s')")))
names = sys.argv[2].split(",")
def shown(value):
    if value is None: return ""
    if isinstance(value, bool): return str(int(value))
    if isinstance(value, (bytes, bytearray)): return value.hex()
    return str(value)
exact = ["epoch_us(%s)" % name if name == "time" else '"%s"' % name for name in names]
for row in sql("select " + ", ".join(exact).replace("%", "%%") + " from '%s' order by number"):
    print("\t".join(map(shown, row)))
"#;

/// The Python that has DuckDB: that of `.ci/install`, or the system's.
fn python() -> Option<String> {
    let target = Path::new(env!("CARGO_BIN_EXE_mqttscope")).ancestors().nth(2).unwrap();
    let own = target.join("peers/bin/python").to_str().unwrap().to_owned();
    let has = |python: &String| {
        let output = Command::new(python).args(["-c", "import duckdb"]).output();
        output.is_ok_and(|output| output.status.success())
    };
    let found = [own, "python3".to_owned()].into_iter().find(has);
    if found.is_none() {
        outside::missing("DuckDB for Python is not installed");
    }
    found
}

/// The types that DuckDB shows.
fn duck_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Time => "TIMESTAMP WITH TIME ZONE",
        Kind::Long => "BIGINT",
        Kind::Int => "INTEGER",
        Kind::Flag => "BOOLEAN",
        Kind::Text => "VARCHAR",
        Kind::Bytes => "BLOB",
    }
}

#[test]
fn duckdb_reads_what_the_fields_say() {
    let Some(python) = python() else { return };
    let fields: Vec<_> =
        COLUMNS.iter().filter_map(|column| Some((column.name, column.field()?))).collect();
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    for capture in [
        "captures/v5-properties.pcapng",
        "captures/ends.pcap",
        "captures/ipv6-port.pcapng",
        "captures/mqtt-sn.pcap",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let parts = folder.path().join("a/b");
        let parts = parts.to_str().unwrap();
        let run = program::run(["read", "-T", "parquet", "-w", parts, capture]);
        assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
        let output =
            Command::new(&python).args(["-c", SCRIPT, parts, &names.join(",")]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let shown = String::from_utf8(output.stdout).unwrap();
        let (types, rows) = shown.split_once('\n').unwrap();
        let expected: Vec<String> = COLUMNS
            .iter()
            .map(|column| format!("{} {}", column.name, duck_type(column.kind)))
            .collect();
        assert_eq!(types.split('\t').collect::<Vec<_>>(), expected);
        let mut args = vec!["read", "-T", "fields", "-E", "occurrence=f", capture];
        for (_, key) in &fields {
            // Times as numbers, in one form on both sides.
            args.extend(["-e", if *key == "frame.time" { "frame.time_epoch" } else { *key }]);
        }
        let ours = String::from_utf8(bytes(&args)).unwrap();
        let mut compared = 0;
        for (row, line) in rows.lines().zip(ours.lines()) {
            for (((name, _), theirs), ours) in
                fields.iter().zip(row.split('\t')).zip(line.split('\t'))
            {
                let ours = match *name {
                    _ if ours.is_empty() => String::new(),
                    // Spark knows no finer ones.
                    "time" => whole(&ours[..ours.len() - 3]),
                    // Spans of time have nine decimals, and are nanoseconds there.
                    "time_ns" | "latency_ns" => whole(ours),
                    _ => ours.to_owned(),
                };
                assert_eq!(theirs, ours, "{capture}: {name}: {line}");
            }
            compared += 1;
        }
        assert_eq!(rows.lines().count(), ours.lines().count(), "{capture}");
        assert!(compared > 5, "{capture}");
    }
}

/// `1.000000002` as 1000000002.
fn whole(seconds: &str) -> String {
    let digits = seconds.replace('.', "");
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() { "0".to_owned() } else { digits.to_owned() }
}

#[test]
fn parts_are_whole_and_no_others_are_touched() {
    let folder = tempfile::tempdir().unwrap();
    let parts = folder.path().to_str().unwrap();
    let args = ["read", "-T", "parquet", "-w", parts, "captures/session.pcap"];
    let run = program::run(args);
    let told = format!("41 rows written to 1 file in {parts}");
    assert_eq!((run.code, run.err.contains(&told)), (0, true), "{}", run.err);
    let names: Vec<_> =
        fs::read_dir(parts).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["part-00000.parquet"]);
    let part = fs::read(folder.path().join("part-00000.parquet")).unwrap();
    assert!(part.starts_with(b"PAR1") && part.ends_with(b"PAR1"));
    let again = program::run(args);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("there are parts in it already"), "{}", again.err);
    assert_eq!(fs::read(folder.path().join("part-00000.parquet")).unwrap(), part);
    for args in [&["decode", "-T", "parquet", "c000"][..], &["live", "-i", "lo", "-T", "parquet"]] {
        let run = program::run(args.iter().copied());
        assert_eq!(
            (run.code, run.err.contains("invalid value 'parquet'")),
            (1, true),
            "{}",
            run.err
        );
    }
    let none = program::run(["read", "-T", "parquet", "captures/session.pcap"]);
    assert_eq!((none.code, none.err.contains("-w DIR")), (1, true), "{}", none.err);
}

/// -q shows nothing, but what is written is the same.
#[test]
fn quiet_writes_the_same_files() {
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, args: &[&str]| {
        let folder = folder.path().join(name);
        let target = folder.to_str().unwrap();
        let args: Vec<&str> =
            args.iter().map(|arg| if *arg == "DIR" { target } else { *arg }).collect();
        let run = program::run(["read", "captures/session.pcap"].iter().chain(&args));
        assert_eq!(run.code, 0, "{}", run.err);
        let files = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<_> = files.map(|path| fs::read(path).unwrap()).collect();
        files.sort();
        (files, run.out)
    };
    for (name, args) in [
        ("parquet", &["-T", "parquet", "-w", "DIR"][..]),
        ("split", &["-T", "payload", "--split", "DIR"]),
    ] {
        let (files, _) = written(name, args);
        let quiet: Vec<&str> = args.iter().copied().chain(["-q"]).collect();
        let (quietly, out) = written(&format!("{name}-quiet"), &quiet);
        assert!(!files.is_empty() && files == quietly, "{name}: {}", quietly.len());
        assert_eq!(out, "", "{name}");
    }
}
