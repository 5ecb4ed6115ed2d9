// Lays out a folder for Relay's compiler, and lints the schema by @graphql-eslint's relay rules.
// Usage: node relay.mjs <supergraph> <operations> <folder>; the folder gets schema.graphql, src/*.js and relay.config.json, and
// each complaint of the rules is printed on a line of its own.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Linter } from "eslint";
import plugin from "@graphql-eslint/eslint-plugin";
import federation from "../../router/node_modules/@apollo/federation-internals/dist/index.js";

const [supergraph, operations, folder] = process.argv.slice(2);
const sdl = federation.printSchema(federation.Supergraph.build(readFileSync(supergraph, "utf8")).apiSchema());
mkdirSync(join(folder, "src", "__generated__"), { recursive: true });
writeFileSync(join(folder, "schema.graphql"), sdl);
const config = { src: "src", language: "javascript", schema: "schema.graphql", artifactDirectory: "src/__generated__" };
writeFileSync(join(folder, "relay.config.json"), JSON.stringify(config));

// Relay wants a module to name its operations, and fragments in modules of their own name.
for (const path of readdirSync(operations, { recursive: true }).filter((name) => name.endsWith(".graphql"))) {
  const name = basename(path, ".graphql");
  const text = readFileSync(join(operations, path), "utf8")
    .replace(/^(query|mutation) \w+/m, (_, kind) => `${kind} ${name}${kind === "query" ? "Query" : "Mutation"}`)
    .replace(/SessionParts/g, `${name}_session`);
  const parts = text.split(/^(?=fragment )/m).map((part) => `graphql\`${part.replaceAll("`", "\\`")}\`;`);
  writeFileSync(join(folder, "src", `${name}.js`), `import { graphql } from "relay-runtime";\n${parts.join("\n")}\n`);
}

const messages = new Linter({ configType: "flat" }).verify(
  sdl,
  {
    files: ["**/*.graphql"],
    languageOptions: { parser: plugin.parser, parserOptions: { graphQLConfig: { schema: sdl } } },
    plugins: { "@graphql-eslint": plugin },
    rules: {
      "@graphql-eslint/relay-arguments": "error",
      "@graphql-eslint/relay-connection-types": "error",
      "@graphql-eslint/relay-edge-types": ["error", { shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false }],
      "@graphql-eslint/relay-page-info": "error",
    },
  },
  "schema.graphql",
);
for (const { line, message, ruleId } of messages) console.log(`${line}: ${message} (${ruleId})`);
