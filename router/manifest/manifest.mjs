// Gathers and checks the manifests of the clients' operations.
// Usage: node manifest.mjs <supergraph> <operations> <manifests> write|check|release [<client>@<version>]
// `operations/<client>/` holds what a client sends now, `manifests/<client>/next.json` the manifest of that, and
// `manifests/<client>/<version>.json` what a released version sends, which never changes.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Supergraph } from "@apollo/federation-internals";
import { Kind, parse, validate } from "graphql";
import { gather, sha256 } from "./gather.mjs";

// A router takes no address over 64 KiB, and a GET by id becomes one with the operation's text and variables in it.
const LONGEST_BODY = 32_768;
const NEXT = "next";

const [supergraph, operations, manifests, mode, released] = process.argv.slice(2);
const faults = [];
const complain = (fault) => faults.push(fault);
const shown = (manifest) => JSON.stringify(manifest, null, 2) + "\n";
const folders = (folder) =>
  readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();

const schema = Supergraph.build(readFileSync(supergraph, "utf8")).apiSchema().toGraphQLJSSchema();

const gathered = new Map(folders(operations).map((client) => [client, gather(join(operations, client), complain)]));
for (const [client, { manifest, files }] of gathered) {
  for (const { name, body } of manifest.operations) {
    for (const fault of faultsOf(body)) complain(`${files.get(name)}: ${name}: ${fault}`);
  }
  if (mode !== "check") continue;
  const path = join(manifests, client, `${NEXT}.json`);
  if (!existsSync(path) || readFileSync(path, "utf8") !== shown(manifest)) {
    complain(`${path} is not what ${join(operations, client)} holds: make manifest`);
  }
}

// The same operation in several versions is checked and told once.
const kept = new Map();
for (const client of existsSync(manifests) ? folders(manifests) : []) {
  for (const file of readdirSync(join(manifests, client)).filter((name) => name.endsWith(".json")).sort(byVersion)) {
    const version = basename(file, ".json");
    if (version !== NEXT) keep(client, version, join(manifests, client, file));
  }
}
for (const { name, body, versions } of kept.values()) {
  for (const fault of faultsOf(body)) complain(`${name} of ${versions.join(", ")}: ${fault}`);
}

if (mode === "release") {
  const [client, version] = (released ?? "").split("@");
  const path = join(manifests, client, `${version}.json`);
  if (!gathered.has(client) || !/^\d+(\.\d+){0,3}$/.test(version ?? "")) {
    complain(`a release is named as ${[...gathered.keys()][0]}@1.2.0, with a client that has operations`);
  } else if (existsSync(path) && readFileSync(path, "utf8") !== shown(gathered.get(client).manifest)) {
    complain(`${path} is released and stays as it is: name another version`);
  }
}
if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exit(1);
}
if (mode === "check") {
  console.log(`the manifests are as the operations are, and the schema breaks none of ${kept.size} released operations`);
} else {
  for (const [client, { manifest }] of gathered) write(join(manifests, client, `${NEXT}.json`), manifest);
  if (mode === "release") {
    const [client, version] = released.split("@");
    write(join(manifests, client, `${version}.json`), gathered.get(client).manifest);
  }
}

function faultsOf(body) {
  const found = validate(schema, parse(body)).map(({ message }) => message);
  const length = encodeURIComponent(body).length;
  if (length > LONGEST_BODY) found.push(`its text takes ${length} characters of an address, over ${LONGEST_BODY}`);
  return found;
}

function keep(client, version, path) {
  for (const { id, name, type, body } of JSON.parse(readFileSync(path, "utf8")).operations) {
    if (sha256(body) !== id) complain(`${path}: ${name}: the id is not the SHA-256 of the body`);
    const [operation] = parse(body).definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    if (operation.name.value !== name || operation.operation !== type) complain(`${path}: ${name}: the body is another operation`);
    const entry = kept.get(id) ?? { name, body, versions: [] };
    entry.versions.push(`${client} ${version}`);
    kept.set(id, entry);
  }
}

function byVersion(one, other) {
  return one.localeCompare(other, "en", { numeric: true });
}

function write(path, manifest) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, shown(manifest));
  console.log(`wrote ${path}: ${manifest.operations.length} operations`);
}
