//! The table, and the same as JSON.

use crate::measure::Results;

pub fn print(results: &[Results]) {
    let unit = if cfg!(feature = "allocations") { "allocations" } else { "ns" };
    for group in results {
        println!("\n{:<40} {unit:>11}  to hand-written", group.group);
        for row in &group.rows {
            println!("  {:<38} {:>11.1}  {:>7.2}", row.name, row.value, row.ratio_to_hand);
        }
    }
}

pub fn write_json(results: &[Results], path: &str) -> Result<(), String> {
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
    let text = serde_json::json!({ "allocator": crate::ALLOCATOR_NAME, "rows": rows });
    std::fs::write(path, format!("{text:#}\n")).map_err(|error| format!("{path}: {error}"))
}
