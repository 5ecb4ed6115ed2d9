// The operations of a folder as Apollo's generator (@apollo/generate-persisted-query-manifest) writes them: `__typename`
// added as Apollo Client adds it, fragments of other files taken in, definitions sorted, the id the SHA-256 of the text.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Kind, parse, print, visit } from "graphql";

const TYPENAME = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: "__typename" } };

// The manifest of all *.graphql below `folder`, and the file of each name; faults are told as "file: what is wrong" through
// `complain`.
export function gather(folder, complain) {
  const fragments = new Map();
  const operations = new Map();
  for (const file of graphqlFiles(folder)) read(file, fragments, operations, complain);
  const files = new Map();
  const manifest = { format: "apollo-persisted-query-manifest", version: 1, operations: [] };
  for (const name of [...operations.keys()].sort()) {
    const { file, document, operation } = operations.get(name);
    const whole = withTypenames(withFragments(document, fragments));
    const body = print({ ...whole, definitions: [...whole.definitions].sort(byKindAndName) });
    manifest.operations.push({ id: sha256(body), name, type: operation.operation, body });
    files.set(name, file);
  }
  return { manifest, files };
}

export const sha256 = (text) => createHash("sha256").update(text).digest("hex");

function graphqlFiles(folder) {
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".graphql"));
  return names.sort().map((name) => join(folder, name));
}

function read(file, fragments, operations, complain) {
  let document;
  try {
    document = parse(readFileSync(file, "utf8"));
  } catch (error) {
    return complain(`${file}:${error.locations?.[0]?.line ?? 1}: ${error.message}`);
  }
  const found = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (found.length > 1) complain(`${file}: one operation a file, not ${found.length}`);
  for (const definition of document.definitions) {
    const [known, what] = definition.kind === Kind.FRAGMENT_DEFINITION ? [fragments, "fragment"] : [operations, "operation"];
    const name = definition.name?.value;
    if (!name) complain(`${file}: the operation has no name`);
    else if (known.has(name)) complain(`${file}: the ${what} ${name} stands in ${known.get(name).file} too`);
    else known.set(name, { file, document, definition, operation: definition });
  }
}

function withFragments(document, fragments) {
  const definitions = [...document.definitions];
  const present = new Set(definitions.map((definition) => definition.name?.value));
  // What is appended is visited too: a fragment may spread others.
  for (const definition of definitions) {
    visit(definition, {
      FragmentSpread({ name: { value } }) {
        if (present.has(value) || !fragments.has(value)) return;
        present.add(value);
        definitions.push(fragments.get(value).definition);
      },
    });
  }
  return { ...document, definitions };
}

function withTypenames(document) {
  const isMeta = ({ kind, name }) => kind === Kind.FIELD && name.value.startsWith("__");
  return visit(document, {
    SelectionSet: {
      enter(node, _key, parent) {
        if (parent.kind === Kind.OPERATION_DEFINITION || node.selections.some(isMeta)) return undefined;
        return { ...node, selections: [...node.selections, TYPENAME] };
      },
    },
  });
}

// Operations before fragments, each by name.
function byKindAndName(one, other) {
  if (one.kind !== other.kind) return one.kind > other.kind ? -1 : 1;
  const [name, otherName] = [one.name?.value ?? "", other.name?.value ?? ""];
  return name < otherName ? -1 : Number(name > otherName);
}
