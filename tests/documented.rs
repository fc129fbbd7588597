//! Every public item of the library has an example, which `cargo test --doc` runs.
//!
//! Functions, methods, types, traits and tables need one. Fields, variants, constants and the methods of a
//! trait are shown by the example of what they belong to. What is `#[doc(hidden)]` is not asked: it is for the
//! program, its tests and the fuzzers, and may change with any version.

use serde_json::Value;
use std::collections::HashSet;
use std::path::Path;
use std::process::Command;

#[test]
fn every_public_item_has_an_example() {
    let docs = Docs(rustdoc());
    let mut items = Vec::new();
    docs.walk(&docs.0["root"], "", &mut HashSet::new(), &mut items);
    assert!(
        items.len() > 100,
        "{} items are few: has rustdoc's JSON another shape now?",
        items.len()
    );
    let without: Vec<&str> =
        items.iter().filter(|(_, example)| !example).map(|(name, _)| name.as_str()).collect();
    let list = without.join("\n");
    assert!(
        without.is_empty(),
        "{} of {} public items have no example. Write one, or make the item pub(crate):\n{list}",
        without.len(),
        items.len()
    );
}

/// What rustdoc knows of the library, as JSON.
fn rustdoc() -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO"))
        .args(["rustdoc", "--lib", "--locked", "--offline", "--quiet"])
        .args(["--", "-Z", "unstable-options", "--output-format", "json"])
        .current_dir(root)
        .env("RUSTDOC", root.join("tests/support/rustdoc.sh"))
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // CARGO_TARGET_TMPDIR is target/tmp.
    let json = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("doc/mqttscope.json");
    serde_json::from_slice(&std::fs::read(json).expect("rustdoc wrote its JSON"))
        .expect("it is JSON")
}

struct Docs(Value);

impl Docs {
    /// An item and what its kind says of it.
    fn item(&self, id: &Value) -> Option<(&Value, &str, &Value)> {
        let item = self.0["index"].get(id.to_string())?;
        let (kind, inner) = item["inner"].as_object()?.iter().next()?;
        Some((item, kind, inner))
    }

    /// Notes the items that are reached from one, each with whether it has an example.
    fn walk(
        &self,
        id: &Value,
        path: &str,
        seen: &mut HashSet<String>,
        items: &mut Vec<(String, bool)>,
    ) {
        let Some((item, kind, inner)) = self.item(id) else { return };
        if kind == "use" {
            return self.walk(&inner["id"], path, seen, items);
        }
        if !seen.insert(id.to_string()) {
            return;
        }
        let name = format!("{path}::{}", item["name"].as_str().unwrap_or_default());
        let example = item["docs"].as_str().is_some_and(|docs| docs.contains("```"));
        match kind {
            "module" => {
                for inside in ids(&inner["items"]) {
                    self.walk(inside, &name, seen, items);
                }
            }
            "struct" | "enum" | "union" => {
                items.push((name.clone(), example));
                for block in ids(&inner["impls"]) {
                    let Some((_, _, block)) = self.item(block) else { continue };
                    if block["trait"].is_null() {
                        for method in ids(&block["items"]) {
                            self.walk(method, &name, seen, items);
                        }
                    }
                }
            }
            "function" | "trait" | "static" | "type_alias" | "macro" => items.push((name, example)),
            _ => {}
        }
    }
}

fn ids(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}
