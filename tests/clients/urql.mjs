// urql as a page uses it. Usage: node urql.mjs <url> <token> <operations as JSON {name: [text, variables]}>; prints each answer,
// and how many requests there were after asking for each query twice.
import { Client, cacheExchange, fetchExchange } from "@urql/core";

const [url, token, given] = process.argv.slice(2);
let requests = 0;
const client = new Client({
  url,
  exchanges: [cacheExchange, fetchExchange],
  preferGetMethod: false,
  fetch: (...parameters) => ((requests += 1), fetch(...parameters)),
  fetchOptions: { headers: { authorization: `Bearer ${token}` } },
});
const answers = {};
for (const [name, [text, variables]] of Object.entries(JSON.parse(given))) {
  const isMutation = /^mutation /m.test(text);
  const ask = () => (isMutation ? client.mutation(text, variables) : client.query(text, variables)).toPromise();
  const { data, error } = await ask();
  if (!isMutation) await ask();
  answers[name] = { data, error: error?.message };
}
console.log(JSON.stringify({ answers, requests }));
