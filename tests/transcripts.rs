//! Transcripts: commands and what they print, as a person at a terminal sees it.
//!
//! A file of `tests/transcripts/` is a list of commands. `$ command`, which `> ` continues on further
//! lines, runs in a shell at the root of the repository; the lines behind it are its output, standard error included; `[exit 2]` ends it
//! where the exit code is not 0; ␛ stands for the escape character. Lines that begin with `# ` are
//! comments. `$SEEDS` and `$CORPUS` are folders outside the repository; a file that uses one is
//! skipped where its variable (`MQTTSCOPE_SHARED`, `MQTTSCOPE_CORPUS`) is not set.
//!
//! `MQTTSCOPE_REWRITE=1 cargo test --test transcripts` writes the output of today into the files.
//! Read the difference before it is committed.

mod support;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, iter};
use support::{diff::diff, outside};

/// A name for a folder in the commands: its variable, the folder below it.
const FOLDERS: [(&str, &str, &str); 2] =
    [("SEEDS", "MQTTSCOPE_SHARED", "seeds"), ("CORPUS", "MQTTSCOPE_CORPUS", "captures")];

/// One command.
struct Step<'a> {
    /// Comments and blank lines above it.
    lead: Vec<&'a str>,
    /// Its lines.
    command: Vec<&'a str>,
    output: Vec<&'a str>,
}

#[test]
fn every_command_prints_what_its_transcript_says() {
    let rewrite = env::var_os("MQTTSCOPE_REWRITE").is_some_and(|value| value == "1");
    let mut wrong = Vec::new();
    for (path, text) in transcripts() {
        let Some(folders) = folders_of(&text) else { continue };
        let now = rerun(&text, &folders);
        let Some(difference) = diff(&text, &now) else { continue };
        if rewrite {
            fs::write(&path, now).unwrap();
            eprintln!("rewritten: {}", path.display());
        } else {
            wrong.push(format!("{}\n{difference}", path.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\nIf that is how it shall be: MQTTSCOPE_REWRITE=1 cargo test --test transcripts\n",
        wrong.join("\n")
    );
}

#[test]
fn every_capture_has_a_transcript() {
    let commands = commands();
    for file in files_in(&root().join("captures"), &["pcap", "pcapng"]) {
        let name = format!("captures/{}", file.file_name().unwrap().to_str().unwrap());
        assert!(commands.iter().any(|line| line.contains(&name)), "no transcript reads {name}");
    }
}

#[test]
fn every_seed_has_a_transcript_and_none_repeats_its_text() {
    let Some(folder) = outside::folder("MQTTSCOPE_SHARED") else { return };
    let (commands, transcripts) = (commands(), transcripts());
    for seed in files_in(&folder.join("seeds"), &["txt"]) {
        let name = format!("$SEEDS/{}", seed.file_name().unwrap().to_str().unwrap());
        assert!(commands.iter().any(|line| line.contains(&name)), "no transcript reads {name}");
        let text = fs::read_to_string(seed).unwrap();
        for line in text.lines().map(str::trim).filter(|line| line.chars().count() >= 24) {
            for (path, transcript) in &transcripts {
                assert!(!transcript.contains(line), "{}: text of {name}", path.display());
            }
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn transcripts() -> BTreeMap<PathBuf, String> {
    let files = files_in(&root().join("tests/transcripts"), &["txt"]);
    files.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

fn files_in(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let has_extension =
        |path: &PathBuf| path.extension().is_some_and(|e| extensions.iter().any(|x| e == *x));
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(has_extension);
    files.sort();
    assert!(!files.is_empty(), "nothing in {}", folder.display());
    files
}

fn commands() -> Vec<String> {
    let lines = |text: String| text.lines().map(str::to_owned).collect::<Vec<_>>();
    transcripts().into_values().flat_map(lines).filter(|line| line.starts_with("$ ")).collect()
}

/// The folders that a transcript uses, with their paths; `None` where one is not known.
fn folders_of(text: &str) -> Option<Vec<(&'static str, PathBuf)>> {
    let used = FOLDERS.iter().filter(|(name, ..)| text.contains(&format!("${name}")));
    used.map(|(name, variable, below)| Some((*name, outside::folder(variable)?.join(below))))
        .collect()
}

/// The text with the output of today.
fn rerun(text: &str, folders: &[(&str, PathBuf)]) -> String {
    let (steps, tail) = parse(text);
    let mut lines = Vec::new();
    for step in steps {
        if step.lead.is_empty() && !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(step.lead.into_iter().map(str::to_owned));
        lines.push(format!("$ {}", step.command.join("\n> ")));
        lines.extend(run(&step.command.join("\n"), folders));
    }
    lines.extend(tail.into_iter().map(str::to_owned));
    lines.join("\n") + "\n"
}

/// The commands of a transcript, and the comments below the last.
fn parse(text: &str) -> (Vec<Step<'_>>, Vec<&str>) {
    let (mut steps, mut lead) = (Vec::<Step<'_>>::new(), Vec::new());
    for line in text.lines().map(Some).chain(iter::once(None)) {
        match (line.map(|line| line.strip_prefix("$ ").ok_or(line)), steps.last_mut()) {
            (Some(Err(line)), None) => lead.push(line),
            (Some(Err(line)), Some(step)) => match line.strip_prefix("> ") {
                Some(more) if step.output.is_empty() => step.command.push(more),
                _ => step.output.push(line),
            },
            (Some(Ok(command)), last) => {
                lead.extend(last.into_iter().flat_map(Step::split_tail));
                let (lead, command) = (std::mem::take(&mut lead), vec![command]);
                steps.push(Step { lead, command, output: Vec::new() });
            }
            (None, last) => lead.extend(last.into_iter().flat_map(Step::split_tail)),
        }
    }
    (steps, lead)
}

impl<'a> Step<'a> {
    /// Comments and blank lines at the end of the output belong to what follows.
    fn split_tail(&mut self) -> Vec<&'a str> {
        let is_between = |line: &&str| line.is_empty() || *line == "#" || line.starts_with("# ");
        let between = self.output.iter().rev().take_while(|line| is_between(line)).count();
        self.output.split_off(self.output.len() - between)
    }
}

/// What a command prints.
fn run(command: &str, folders: &[(&str, PathBuf)]) -> Vec<String> {
    let program = Path::new(env!("CARGO_BIN_EXE_mqttscope")).parent().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("output");
    let file = File::create(&path).unwrap();
    let status = Command::new("sh")
        .args(["-c", command])
        .current_dir(root())
        .env_clear()
        .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", program.display()))
        .envs([("TZ", "UTC"), ("LC_ALL", "C.UTF-8")])
        .envs(folders.iter().map(|(name, path)| (*name, path)))
        .stdin(Stdio::null())
        .stderr(file.try_clone().unwrap())
        .stdout(file)
        .status()
        .unwrap();
    let mut text = String::from_utf8(fs::read(path).unwrap()).expect("output that is not UTF-8");
    for (name, path) in folders {
        text = text.replace(path.to_str().unwrap(), &format!("${name}"));
    }
    assert!(!text.contains(root().to_str().unwrap()), "a path of this machine: {command}");
    let mut lines: Vec<_> = text.trim_end().lines().map(|l| l.replace('\x1b', "␛")).collect();
    if !status.success() {
        lines.push(status.code().map_or("[killed]".into(), |code| format!("[exit {code}]")));
    }
    for line in &lines {
        let is_plain = ["$ ", "> ", "# "].iter().all(|mark| !line.starts_with(mark));
        assert!(is_plain, "{command}: this line would be read as something else: {line}");
    }
    lines
}
