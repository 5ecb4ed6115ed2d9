// Composes the supergraph from supergraph.yaml. Usage: node compose.mjs <supergraph.yaml> <out> [--check]
// A composition error or hint fails; with --check nothing is written and drift fails.
import { readFileSync, writeFileSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { composeServices } from "@apollo/composition";
import { parse } from "graphql";
import { parse as parseYaml } from "yaml";

const [config, out, mode] = process.argv.slice(2);
const { subgraphs } = parseYaml(readFileSync(config, "utf8"));
const services = Object.entries(subgraphs).map(([name, { routing_url, schema }]) => ({
  name,
  url: routing_url,
  typeDefs: parse(readFileSync(join(dirname(config), schema.file), "utf8")),
}));
const result = composeServices(services);
const complaints = [
  ...(result.errors ?? []).map((error) => `error: ${error.message}`),
  ...(result.hints ?? []).map((hint) => `hint ${hint.definition.code}: ${hint.message}`),
];
if (complaints.length > 0) {
  console.error(complaints.join("\n"));
  process.exit(1);
}
const sdl = result.supergraphSdl.trim() + "\n";
if (mode === "--check") {
  if (!existsSync(out) || readFileSync(out, "utf8") !== sdl) {
    console.error(`${out} is not what the subgraphs compose to: make supergraph`);
    process.exit(1);
  }
  console.log("the supergraph is as committed, composed without errors or hints");
} else {
  writeFileSync(out, sdl);
  console.log(`wrote ${out}`);
}
