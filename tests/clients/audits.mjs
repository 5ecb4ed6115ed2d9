// graphql-http's server audits. Usage: node audits.mjs <url> [<headers as JSON>]; prints each audit that is not met.
import { serverAudits } from "graphql-http";

const [url, headers = "{}"] = process.argv.slice(2);
const fetchFn = (address, options = {}) =>
  fetch(address, { ...options, headers: { ...options.headers, ...JSON.parse(headers) } });
const results = [];
for (const audit of serverAudits({ url, fetchFn })) results.push({ name: audit.name, ...(await audit.fn()) });
const missed = results.filter(({ status }) => status !== "ok").map(({ id, name, status, reason }) => ({ id, name, status, reason }));
console.log(JSON.stringify({ total: results.length, missed }));
