// Renders the schema's documentation as one page. Usage: node docs.mjs <supergraph> <permissions.md> <docs/api.md> <operations> <out>
// Every type has its place in the page, so it reads without a server; docs.html shows one at a time and searches them all.
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { Supergraph } from "@apollo/federation-internals";
import { getNamedType, isInputType, isOutputType, isSpecifiedScalarType, parse, TypeInfo, visit, visitWithTypeInfo } from "graphql";

const [supergraph, permissions, api, folder, out] = process.argv.slice(2);
const schema = Supergraph.build(readFileSync(supergraph, "utf8")).apiSchema().toGraphQLJSSchema();
const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith("__"));
const audiences = audiencesOf(readFileSync(permissions, "utf8"));
const lifetimes = lifetimesOf(readFileSync(api, "utf8"));
const operations = globSync(`${folder}/**/*.graphql`).sort().map(operationOf);
const senders = sendersOf(operations);

const KINDS = {
  GraphQLObjectType: "type",
  GraphQLInterfaceType: "interface",
  GraphQLUnionType: "union",
  GraphQLEnumType: "enum",
  GraphQLInputObjectType: "input",
  GraphQLScalarType: "scalar",
};
const kindOf = (type) => KINDS[type.constructor.name];

// Who gets a field, by its coordinate; a field that everybody gets is not in it.
function audiencesOf(table) {
  const found = new Map();
  let people = [];
  for (const line of table.split("\n").filter((line) => line.startsWith("|"))) {
    const [, name, ...cells] = line.split("|").map((cell) => cell.trim());
    const answers = cells.slice(0, -1);
    if (name === "field") people = answers;
    const served = people.filter((_, at) => answers[at] === "yes");
    if (name.startsWith("`") && served.length < people.length) found.set(name.replaceAll("`", ""), served.join(", "));
  }
  return found;
}

// How what is cached is kept, by its coordinate; what a type's name stands for is kept by the id of its objects.
function lifetimesOf(text) {
  const table = text.split("<!-- cached fields")[1]?.split("<!-- end of cached fields")[0] ?? "";
  const rows = [...table.matchAll(/^\| `([^`]+)` \| \w+ \| (\d+) \| \d+ \| ([^|]+) \|/gm)];
  return new Map(rows.map(([, name, seconds, shared]) =>
    [name.replace(" by its id", ""), `cached ${seconds} s${name.endsWith(" by its id") ? " by its id" : ""}, shared by ${shared}`]));
}

// A client's operation; what is said of it stands in its first lines.
function operationOf(path) {
  const lines = readFileSync(path, "utf8").trim().split("\n");
  const body = lines.findIndex((line) => !line.startsWith("#"));
  const said = lines.slice(0, body).map((line) => line.replace(/^#\s*/, "")).join(" ");
  return { name: relative(folder, path).replace(".graphql", ""), said, text: lines.slice(body).join("\n").trim() };
}

// Which operations ask for a field, by its coordinate.
function sendersOf(operations) {
  const found = new Map();
  for (const { name, text } of operations) {
    const info = new TypeInfo(schema);
    visit(parse(text), visitWithTypeInfo(info, {
      Field: (node) => {
        const coordinate = `${info.getParentType().name}.${node.name.value}`;
        found.set(coordinate, (found.get(coordinate) ?? new Set()).add(name));
      },
    }));
  }
  return found;
}

const escaped = (text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

const prose = (text) => (text ? `<p>${escaped(text).replace(/`([^`]+)`/g, "<code>$1</code>")}</p>` : "");

function reference(type) {
  const { name } = getNamedType(type);
  return escaped(type).replace(name, `<a href="#${name}">${name}</a>`);
}

const preset = ({ defaultValue }) => (defaultValue === undefined ? "" : ` = <code>${escaped(JSON.stringify(defaultValue))}</code>`);

const sent = (names) => names?.size
  ? `<p class="sent">sent in ${[...names].map((name) => `<a href="#${name}">${name}</a>`).join(", ")}</p>` : "";
const kept = (name) => (lifetimes.has(name) ? `<p class="kept">${escaped(lifetimes.get(name))}</p>` : "");

function entry(owner, { name, type, args = [], description, deprecationReason, defaultValue }) {
  const coordinate = `${owner}.${name}`;
  const taken = args.map((arg) => `${arg.name}: ${reference(arg.type)}${preset(arg)}`).join(", ");
  const notes = args.filter((arg) => arg.description).map((arg) => prose(`\`${arg.name}\`: ${arg.description}`));
  const audience = audiences.get(coordinate);
  return `<div class="entry" id="${coordinate}"><dt><b>${name}</b>${taken && `(${taken})`}${type ? `: ${reference(type)}` : ""}${preset({ defaultValue })}</dt>
    <dd>${prose(description)}${notes.join("")}${audience ? `<p class="audience">for ${escaped(audience)}</p>` : ""}${deprecationReason ? prose(`Deprecated: ${deprecationReason}`) : ""}${kept(coordinate)}${sent(senders.get(coordinate))}</dd></div>`;
}

function entries(type) {
  const owned = type.getFields ? Object.values(type.getFields()) : type.getValues ? type.getValues() : [];
  // A value of an enum has no type to speak of.
  const listed = owned.map((part) => entry(type.name, type.getValues ? { ...part, type: undefined } : part)).join("");
  return listed && `<dl>${listed}</dl>`;
}

const links = (title, found) =>
  found.length === 0 ? "" : `<h3>${title}</h3><p class="links">${found.map((name) => `<a href="#${name}">${name}</a>`).join(" ")}</p>`;

function usesOf(type) {
  const owners = types.filter((other) => other.getFields).flatMap((other) =>
    Object.values(other.getFields())
      .filter((field) => [field, ...(field.args ?? [])].some((part) => getNamedType(part.type) === type))
      .map(({ name }) => `${other.name}.${name}`));
  const unions = types.filter((other) => other.getTypes?.().includes(type)).map(({ name }) => name);
  return [...unions, ...owners];
}

function section(type) {
  const members = type.getTypes?.().map(({ name }) => name) ?? [];
  const interfaces = type.getInterfaces?.().map(({ name }) => name) ?? [];
  return `<section id="${type.name}"><h2><small>${kindOf(type)}</small> ${type.name}</h2>${prose(type.description)}${kept(type.name)}
    ${links("one of", members)}${links("is", interfaces)}${entries(type)}${links("used by", usesOf(type))}</section>`;
}

function sentText({ name, said, text }) {
  return `<section id="${name}"><h2><small>operation</small> ${name}</h2>${prose(said)}<pre>${escaped(text)}</pre></section>`;
}

function index() {
  const roots = [schema.getQueryType(), schema.getMutationType()];
  const others = types.filter((type) => !roots.includes(type) && !isSpecifiedScalarType(type));
  const ofKind = (title, fits) => links(title, others.filter(fits).map(({ name }) => name).sort());
  const isInput = (type) => isInputType(type) && !isOutputType(type);
  const isResult = (type) => kindOf(type) === "union" || /(Success|Connection|Edge)$/.test(type.name);
  const isLeaf = (type) => ["enum", "scalar"].includes(kindOf(type));
  return [
    links("operations", roots.map(({ name }) => name)),
    ofKind("types", (type) => !isInput(type) && !isResult(type) && !isLeaf(type)),
    ofKind("results and connections", isResult),
    ofKind("enums and scalars", isLeaf),
    ofKind("inputs", isInput),
    links("what clients send", operations.map(({ name }) => name)),
  ].join("");
}

const template = readFileSync(new URL("docs.html", import.meta.url), "utf8");
writeFileSync(out, template.replace("<!--INDEX-->", index).replace("<!--TYPES-->", () => [...types.map(section), ...operations.map(sentText)].join("\n")));
