// Persisted queries as the router's script answers them (router/rhai/documents.rhai): the same manifests, the same refusals.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

export class Refusal extends Error {
  constructor(status, code, message) {
    super(message);
    Object.assign(this, { status, code });
  }
}

export const sha256 = (text) => createHash("sha256").update(text).digest("hex");

// The text of each id, over all kept manifests.
export function keptOperations(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".json"));
  const manifests = files.map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
  return new Map(manifests.flatMap(({ operations }) => operations.map(({ id, body }) => [id, body])));
}

// The parameters of a GET with the text in place of its id. Throws Refusal.
export function withDocument(search, documents) {
  const given = parameters(search);
  const hash = hashOf(given.get("extensions"));
  const named = given.get("documentId")?.replace(/^sha256:/, "");
  const text = given.get("query");
  if (named !== undefined) {
    if (text) throw new Refusal(400, "CANNOT_SEND_PQ_ID_AND_BODY", "send the id of an operation, or its text");
    if (hash !== undefined && hash !== named) {
      throw new Refusal(400, "INVALID_GRAPHQL_REQUEST", "documentId and sha256Hash name two operations");
    }
  }
  const known = documents.get(named ?? hash);
  if (named !== undefined && known === undefined) {
    throw new Refusal(404, "PERSISTED_QUERY_NOT_IN_LIST", "no manifest holds an operation of this id");
  }
  if (text || known === undefined) return search;
  const full = new URLSearchParams({ query: known });
  for (const name of ["variables", "operationName"]) {
    if (!["", "null", undefined].includes(given.get(name))) full.set(name, given.get(name));
  }
  return `?${full}`;
}

function parameters(search) {
  const found = new Map();
  for (const part of search.replace(/^\?/, "").split("&").filter((part) => part !== "")) {
    const [name, ...rest] = part.split("=");
    const key = decoded(name, "a parameter's name");
    if (found.has(key)) throw new Refusal(400, "INVALID_GRAPHQL_REQUEST", `${key} is given twice`);
    found.set(key, decoded(rest.join("="), key));
  }
  return found;
}

function decoded(text, what) {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new Refusal(400, "INVALID_GRAPHQL_REQUEST", `${what} is not escaped UTF-8`);
  }
}

function hashOf(text) {
  if (!text) return undefined;
  let extensions;
  try {
    extensions = JSON.parse(text);
  } catch {
    throw new Refusal(400, "INVALID_GRAPHQL_REQUEST", "extensions is no JSON");
  }
  if (extensions === null) return undefined;
  if (typeof extensions !== "object" || Array.isArray(extensions)) {
    throw new Refusal(400, "INVALID_GRAPHQL_REQUEST", "extensions is no JSON object");
  }
  const persisted = extensions.persistedQuery;
  if (persisted === undefined || persisted === null) return undefined;
  if (typeof persisted.sha256Hash !== "string") {
    throw new Refusal(400, "INVALID_GRAPHQL_REQUEST", "extensions.persistedQuery holds no sha256Hash");
  }
  if (persisted.version !== 1) throw new Refusal(400, "PERSISTED_QUERY_NOT_SUPPORTED", "persistedQuery.version is 1");
  return persisted.sha256Hash;
}
