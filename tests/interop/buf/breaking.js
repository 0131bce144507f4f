// What buf says of changes of .proto files. Reads JSON lines {"old": {path: text}, "new": {path: text}},
// and answers each with a JSON line: the names of the rules of its category WIRE that are broken, or
// null if it cannot read the files.
const fs = require("fs");
const os = require("os");
const path = require("path");
const { spawnSync } = require("child_process");

const binary = require.resolve(`@bufbuild/buf-${process.platform}-${process.arch}/bin/buf`);
const home = fs.mkdtempSync(path.join(os.tmpdir(), "buf-breaking-"));
const config = JSON.stringify({ version: "v2", breaking: { use: ["WIRE"] } });

function write(name, files) {
  const folder = path.join(home, name);
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, "buf.yaml"), config);
  for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, file), text);
  return folder;
}

function broken(change) {
  const [before, after] = [write("old", change.old), write("new", change.new)];
  const options = ["breaking", after, "--against", before, "--error-format", "json"];
  // No network: nothing here has dependencies, and no cache is wanted.
  const env = { PATH: process.env.PATH, HOME: home, BUF_CACHE_DIR: path.join(home, "cache") };
  const ran = spawnSync(binary, options, { env, encoding: "utf8" });
  if (ran.status === 0) return [];
  const lines = ran.stdout.split("\n").filter((line) => line.startsWith("{"));
  const rules = lines.map((line) => JSON.parse(line).type);
  if (rules.length === 0 || rules.includes("COMPILE")) return null;
  return [...new Set(rules)].sort();
}

try {
  const lines = fs.readFileSync(0, "utf8").split("\n").filter(Boolean);
  for (const line of lines) console.log(JSON.stringify(broken(JSON.parse(line))));
} finally {
  fs.rmSync(home, { recursive: true, force: true });
}
