//! Imports point one way: a room may use those before it in this list, and no others.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms with what each may import besides itself.
const ROOMS: &[(&str, &[&str])] = &[
    ("bytes", &[]),
    ("text", &[]),
    ("spec", &["bytes", "text"]),
    ("annotate", &["bytes", "text", "spec"]),
    ("capture", &["bytes", "text", "spec"]),
    ("paste", &["bytes", "text", "spec"]),
    ("log", &["bytes", "text", "spec"]),
    ("net", &["bytes", "text", "spec", "capture"]),
    ("stream", &["bytes", "text", "spec", "net"]),
    ("mqtt", &["bytes", "text", "spec", "annotate"]),
    ("carrier", &["bytes", "text", "spec", "annotate", "net", "stream", "mqtt"]),
    ("mqttsn", &["bytes", "text", "spec", "annotate"]),
    ("session", &["bytes", "text", "spec", "annotate", "net", "stream", "mqtt", "mqttsn"]),
    (
        "pipeline",
        &[
            "bytes", "text", "spec", "annotate", "capture", "paste", "net", "stream", "carrier",
            "mqtt", "mqttsn", "session",
        ],
    ),
    (
        "filter",
        &["bytes", "text", "spec", "annotate", "net", "mqtt", "mqttsn", "session", "pipeline"],
    ),
    // Of `mqtt` and `mqttsn` the typed packets, never the decoder.
    (
        "stats",
        &["bytes", "text", "spec", "annotate", "mqtt", "mqttsn", "session", "pipeline", "filter"],
    ),
    // Of `mqtt` the typed packets, never the decoder.
    (
        "render",
        &[
            "bytes", "text", "spec", "annotate", "net", "stream", "log", "mqtt", "mqttsn",
            "session", "pipeline", "filter", "stats",
        ],
    ),
    (
        "cli",
        &[
            "bytes", "text", "spec", "annotate", "capture", "paste", "log", "net", "carrier",
            "session", "pipeline", "filter", "stats", "render",
        ],
    ),
];

#[test]
fn no_import_points_back() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for (room, may) in ROOMS {
        for file in files_of(&src, room) {
            let code = fs::read_to_string(&file).unwrap();
            let code = code.split("#[cfg(test)]").next().unwrap_or_default();
            for used in rooms_used(code) {
                if used != *room && !may.contains(&used.as_str()) {
                    wrong.push(format!("{} uses crate::{used}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_room_is_in_the_list() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    for line in lib.lines() {
        let Some(room) = line.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(';'))
        else {
            continue;
        };
        assert!(room == "fuzzing" || ROOMS.iter().any(|(name, _)| *name == room), "{room}");
    }
}

fn files_of(src: &Path, room: &str) -> Vec<PathBuf> {
    let mut found = vec![src.join(format!("{room}.rs"))];
    let mut folders = vec![src.join(room)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path => found.push(path),
            }
        }
    }
    found.retain(|path| path.is_file());
    found
}

/// The rooms named behind `crate::` in code, comments left aside.
fn rooms_used(code: &str) -> Vec<String> {
    let mut used = Vec::new();
    for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for rest in line.split("crate::").skip(1) {
            match rest.strip_prefix('{') {
                Some(list) => used.extend(list.split(',').filter_map(first_word)),
                None => used.extend(first_word(rest)),
            }
        }
    }
    used
}

fn first_word(text: &str) -> Option<String> {
    let word: String =
        text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    word.chars().next().filter(char::is_ascii_lowercase)?;
    Some(word)
}
