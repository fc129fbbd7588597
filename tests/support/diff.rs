//! Two texts compared line by line.

use std::fmt::Write;

/// Lines around a difference that are shown with it.
const AROUND: usize = 2;

/// `expected` and `got` as a line diff: `-` is missing, `+` is new; `None` where they are equal.
pub fn diff(expected: &str, got: &str) -> Option<String> {
    if expected == got {
        return None;
    }
    let (old, new): (Vec<_>, Vec<_>) = (expected.lines().collect(), got.lines().collect());
    let rows = merge(&old, &new);
    let is_near = |at: usize| {
        let near = at.saturating_sub(AROUND)..(at + AROUND + 1).min(rows.len());
        rows[near].iter().any(|row| row.0 != ' ')
    };
    let mut out = String::new();
    for (at, (sign, line)) in rows.iter().enumerate() {
        if is_near(at) {
            let _ = writeln!(out, "{sign} {line}");
        } else if at == 0 || is_near(at - 1) {
            out.push_str("  ...\n");
        }
    }
    Some(out)
}

/// The lines of both in order, those in common once: along a longest common subsequence.
fn merge<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(char, &'a str)> {
    let common = common_lengths(old, new);
    let (mut i, mut j, mut rows) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            rows.push((' ', old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]) {
            rows.push(('-', old[i]));
            i += 1;
        } else {
            rows.push(('+', new[j]));
            j += 1;
        }
    }
    rows
}

/// How many lines `old[i..]` and `new[j..]` have in common, for every i and j.
fn common_lengths(old: &[&str], new: &[&str]) -> Vec<Vec<u32>> {
    let mut table = vec![vec![0; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            table[i][j] = match old[i] == new[j] {
                true => table[i + 1][j + 1] + 1,
                false => table[i + 1][j].max(table[i][j + 1]),
            };
        }
    }
    table
}
