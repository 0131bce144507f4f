//! The tables, and the first of them as JSON.

use crate::measure::Results;
use crate::options::Area;

pub fn print(results: &[Results], area: Area) {
    for group in results {
        println!("\n{:<40} {:>9}  to {}", group.group, "ns", group.limit);
        for row in &group.rows {
            println!(
                "  {:<38} {:>9.1}  {:>7.2}",
                row.name, row.value, row.ratio_to_hand
            );
        }
    }
    if area == Area::Avro {
        println!("\n{NOTES}");
    }
}

pub fn print_counts(results: &[Results]) {
    println!("allocations of one operation");
    for group in results {
        println!("\n{}", group.group);
        for row in &group.rows {
            println!("  {:<38} {:>9.1}", row.name, row.value);
        }
    }
}

pub fn write_json(allocator: &str, results: &[Results], path: &str) -> Result<(), String> {
    let rows: Vec<_> = results
        .iter()
        .flat_map(|group| {
            group.rows.iter().map(|row| {
                serde_json::json!({
                    "group": group.group,
                    "name": row.name,
                    "ns": row.value,
                    "ratio_to_hand": row.ratio_to_hand,
                })
            })
        })
        .collect();
    let text = serde_json::json!({ "allocator": allocator, "rows": rows });
    std::fs::write(path, format!("{text:#}\n")).map_err(|error| format!("{path}: {error}"))
}

const NOTES: &str = "\
apache-avro's Value has its map in an order of its own: the bytes that are written of it are checked
by reading them. apache-avro knows no aliases of fields: its evolved reader calls the field as the writer did.
serde_avro_fast reads no other schema than the writer's: it has no evolved row.
The registry clients have fetched the schema before; schema-registry-client does not register,
which would ask the registry for each record.";
