//! The benchmark beside the peers, on a small load: it records it, runs each row, and prints the
//! ratios. No figure is judged here.

use std::process::Command;

#[test]
fn the_benchmark_runs_and_prints_a_ratio_for_each_row() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/run.py");
    let settings = [("FRAMES", "3000"), ("BYTES", "200000"), ("ROUNDS", "1"), ("SHARE", "2")];
    let output = Command::new("python3")
        .args([script, env!("CARGO_BIN_EXE_mqttscope")])
        .envs(settings)
        .output()
        .expect("python3 runs: .ci/install test installs it");
    let text = String::from_utf8_lossy(&output.stdout);
    println!("{text}");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rows = text.lines().filter(|line| line.contains("(aim: ")).count();
    assert_eq!(rows, 7, "{text}");
}
