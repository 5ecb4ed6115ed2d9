// Puts GraphiQL's assets into page.html. Usage: node render.mjs <out>. What differs a start stays open: /*CONFIG*/.
import { readFileSync, writeFileSync } from "node:fs";
import { css, editorWorkerService, graphqlWorker, js, jsonWorker } from "../node_modules/@graphql-yoga/render-graphiql/esm/graphiql.js";

const inScript = (value) => JSON.stringify(value).replaceAll("<", "\\u003c");
const parts = {
  "/*CSS*/": css,
  "/*WORKERS*/": inScript({ editorWorkerService, json: jsonWorker, graphql: graphqlWorker }),
  "/*JS*/": js.replaceAll("</script", "<\\/script"),
};
let page = readFileSync(new URL("page.html", import.meta.url), "utf8");
for (const [mark, part] of Object.entries(parts)) page = page.replace(mark, () => part);
writeFileSync(process.argv[2], page);
