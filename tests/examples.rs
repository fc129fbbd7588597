//! The examples in the help are run as they stand there.

#![cfg(unix)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use support::program::run;

/// The subcommands, by the help of the program.
fn subcommands() -> Vec<String> {
    let help = run(["--help"]).out;
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let rows = list.take_while(|line| !line.is_empty());
    let first = rows.filter(|line| !line.starts_with("   "));
    first.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
}

/// The examples in a help.
fn examples(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Examples:").skip(1);
    lines.take_while(|line| !line.is_empty()).map(|line| line.trim().to_owned()).collect()
}

/// What the examples need: files, and programs that only look like those of their names.
fn lay_out(folder: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let session = fs::read(root.join("captures/session.pcap")).unwrap();
    for name in ["capture.pcap", "capture.pcapng", "monday.pcap", "tuesday.pcap"] {
        fs::write(folder.join(name), &session).unwrap();
    }
    fs::copy(root.join("captures/tls13.keys"), folder.join("keys.txt")).unwrap();
    fs::copy(root.join("tests/logs/trouble.log"), folder.join("mosquitto.log")).unwrap();
    fs::copy(root.join("tests/logs/client.log"), folder.join("client.log")).unwrap();
    fs::write(folder.join("packet.bin"), b"\xc0\0").unwrap();
    fs::write(folder.join("packets.txt"), "c0 00\nd0 00\n").unwrap();
    fs::write(folder.join("blog-post.txt"), "A PINGREQ is c0 00 on the wire.\n").unwrap();
    let programs = folder.join("bin");
    fs::create_dir(&programs).unwrap();
    for (name, script) in [
        ("tcpdump", "cat capture.pcap"),
        ("mosquitto_sub", "cat client.log >&2"),
        ("xxd", "echo '00000000: c000  ..'"),
    ] {
        let path = programs.join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let program = Path::new(env!("CARGO_BIN_EXE_mqttscope"));
    std::os::unix::fs::symlink(program, programs.join("mqttscope")).unwrap();
}

#[test]
fn every_subcommand_has_examples_and_they_work() {
    let folder = tempfile::tempdir().unwrap();
    lay_out(folder.path());
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", folder.path().join("bin").display());
    let own = examples(&run(["--help"]).out);
    let others = subcommands().into_iter().flat_map(|name| {
        let found = examples(&run([&name, "--help"]).out);
        assert!(!found.is_empty(), "{name} --help has no examples");
        found
    });
    for example in own.into_iter().chain(others) {
        // There is no such interface: the arguments are understood, and the capture fails.
        let is_live = example.contains(" -i ");
        let command = example.replace("-i eth0", "-i nosuch0").replace("-i any", "-i nosuch0");
        let output = Command::new("sh")
            .args(["-c", &command])
            .env_clear()
            .env("PATH", &path)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        if is_live || example == "mqttscope interfaces" || example == "mqttscope -D" {
            assert_ne!(output.status.code(), Some(1), "{example}: {told}");
            continue;
        }
        // What the capture holds may ask for 3.
        let is_fine = matches!(output.status.code(), Some(0 | 3));
        assert!(is_fine, "{example}: {} {told}", output.status);
        assert!(
            !output.stdout.is_empty() || example.contains("> ") || example.contains("--dir"),
            "{example}"
        );
    }
    for page in ["mqttscope.1", "mqttscope-read.1"] {
        let text = fs::read_to_string(folder.path().join("man1").join(page)).unwrap();
        assert!(text.contains(".SH SYNOPSIS") && text.contains(".SH EXAMPLES"), "{page}");
    }
    for (file, word) in [
        ("mqttscope.bash", "mqttscope__subcmd__read"),
        ("_mqttscope", "#compdef mqttscope"),
        ("mqttscope.fish", "complete -c mqttscope"),
    ] {
        let text = fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(text.contains(word), "{file} has no {word}");
    }
}

/// Where a shell finds the program.
fn path() -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_mqttscope")).parent().unwrap();
    format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default())
}

/// What fish offers behind the words of a line, where there is fish.
fn offered_by_fish(line: &str) -> Option<String> {
    let script = support::program::run(["completions", "fish"]).out;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mqttscope.fish");
    fs::write(&file, script).unwrap();
    let ask = format!("source {}; complete -C '{line}'", file.display());
    let mut fish = Command::new("fish");
    fish.args(["--no-config", "-c", &ask]).env("PATH", path()).env("HOME", folder.path());
    fish.current_dir(folder.path());
    let output = fish.output().ok()?;
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    Some(
        lines
            .lines()
            .map(|line| line.split('\t').next().unwrap_or(line))
            .collect::<Vec<_>>()
            .join(" "),
    )
}

/// What bash offers behind some words, of which the last is begun.
fn offered(words: &[&str]) -> Option<String> {
    let script = support::program::run(["completions", "bash"]).out;
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let script = format!(
        "{script}\nCOMP_WORDS=({})\nCOMP_CWORD={}\n_mqttscope_asked mqttscope '{}' '{}'\necho \"${{COMPREPLY[*]}}\"\n",
        quoted.join(" "),
        words.len() - 1,
        words[words.len() - 1],
        words[words.len() - 2],
    );
    let output = Command::new("bash").args(["-c", &script]).env("PATH", path()).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).replace('\n', " "))
}

#[test]
fn completions_know_options_without_a_subcommand_and_the_pages_of_man() {
    for (words, wanted) in [
        (&["mqttscope", "-r", "w.pcap", "-T", ""][..], "summary"),
        (&["mqttscope", "read", "-T", ""], "summary"),
        (&["mqttscope", "man", ""], "decode"),
        (&["mqttscope", ""], "decode"),
        (&["mqttscope", "-r", "w.pcap", "--mqtt-v"], "--mqtt-version"),
        (&["mqttscope", "completions", ""], "fish"),
        (&["mqttscope", "read", "-t", ""], "adoy"),
        (&["mqttscope", "read", "-E", ""], "header=y"),
        (&["mqttscope", "live", "-b", ""], "files:5"),
        (&["mqttscope", "read", "-o", ""], "tls.keylog_file:"),
        (&["mqttscope", "-G", ""], "fields"),
        (&["mqttscope", "read", "-Y", "mqtt.q"], "mqtt.qos"),
        (&["mqttscope", "read", "-e", "mqtt.q"], "mqtt.qos"),
    ] {
        let is_there = |offered: &str| offered.split(' ').any(|word| word == wanted);
        let line = words.join(" ");
        if let Some(offered) = offered_by_fish(&line) {
            assert!(is_there(&offered), "fish, {line}: {offered}");
        }
        let Some(offered) = offered(words) else { return };
        assert!(is_there(&offered), "{line}: {offered}");
    }
}

/// Which interfaces there are the program says.
#[test]
fn shells_ask_for_the_interfaces() {
    let list = support::program::run(["interfaces"]);
    let name = list.out.split_whitespace().nth(1);
    let Some(name) = name.filter(|_| list.code == 0) else { return };
    let is_there = |offered: &str| offered.split(' ').any(|word| word == name);
    if let Some(offered) = offered(&["mqttscope", "live", "-i", ""]) {
        assert!(is_there(&offered), "{name}: {offered}");
    }
    for line in ["mqttscope live -i ", "mqttscope -i "] {
        if let Some(offered) = offered_by_fish(line) {
            assert!(is_there(&offered), "fish, {name}: {offered}");
        }
    }
    let zsh = support::program::run(["completions", "zsh"]).out;
    assert!(
        zsh.contains(":IFACE:_mqttscope_interfaces'") && !zsh.contains(":IFACE:_default"),
        "{zsh}"
    );
    assert!(
        zsh.contains("\n_mqttscope_interfaces() {\n") && zsh.contains(":FILTER:_mqttscope_fields'")
    );
}
