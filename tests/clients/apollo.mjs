// @apollo/client as an app uses it. Usage: node apollo.mjs <what> <url> <token> <manifest> <variables as JSON>; prints what
// it got and what it sent as JSON. The operations' texts are the manifest's.
import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { relayStylePagination } from "@apollo/client/utilities";
import { generatePersistedQueryIdsFromManifest } from "@apollo/persisted-query-lists";

const [what, url, token, path, given] = process.argv.slice(2);
const manifest = JSON.parse(readFileSync(path, "utf8"));
const variables = JSON.parse(given);
const sent = [];

const textOf = (name, renamed = name) =>
  gql(manifest.operations.find((operation) => operation.name === name).body.replace(` ${name}`, ` ${renamed}`));
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

async function watched(address, options) {
  const { searchParams } = new URL(address);
  const body = options.body ? JSON.parse(options.body) : Object.fromEntries(searchParams);
  const response = await fetch(address, options);
  sent.push({ method: options.method, hasText: "query" in body, status: response.status });
  return response;
}

const headers = { "apollo-require-preflight": "1", ...(token && { authorization: `Bearer ${token}` }) };
const hashing = what.startsWith("apq") ? { sha256 } : generatePersistedQueryIdsFromManifest({ loadManifest: () => manifest });
const client = new ApolloClient({
  link: ApolloLink.from([
    new PersistedQueryLink({ ...hashing, useGETForHashedQueries: true }),
    new HttpLink({ uri: url, fetch: watched, headers }),
  ]),
  cache: new InMemoryCache({
    possibleTypes: { Reward: ["PointReward"] },
    typePolicies: { Query: { fields: { events: relayStylePagination(["filter", "sort"]) } } },
  }),
});

const runs = {
  async query({ name, renamed, ...rest }) {
    return (await client.query({ query: textOf(name, renamed), variables: rest })).data;
  },
  async mutate({ name, ...rest }) {
    return (await client.mutate({ mutation: textOf(name), variables: rest })).data;
  },
  // Pages by cursor into one list; then what is known already asks nobody.
  async pages({ first }) {
    const query = textOf("ActiveEvents");
    const watching = client.watchQuery({ query, variables: { first } });
    const subscription = watching.subscribe(() => {});
    await client.query({ query, variables: { first } });
    const known = () => client.readQuery({ query, variables: { first } }).events;
    const sizes = [known().edges.length];
    for (let page = 0; page < 2; page += 1) {
      await watching.fetchMore({ variables: { first, after: known().pageInfo.endCursor } });
      sizes.push(known().edges.length);
    }
    const ids = known().edges.map(({ node }) => node.id);
    subscription.unsubscribe();
    const before = sent.length;
    await client.query({ query: textOf("ActiveEvents"), variables: { first }, fetchPolicy: "cache-first" });
    const fromCache = sent.length - before;
    await client.query({ query: textOf("ActiveEvents"), variables: { first }, fetchPolicy: "network-only" });
    return { sizes, different: new Set(ids).size, fromCache, fromNetwork: sent.length - before };
  },
};

const result = await runs[what.replace(/^apq-/, "")](variables);
console.log(JSON.stringify({ result, sent }));
