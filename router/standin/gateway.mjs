// The stand-in gateway: the same supergraph, for machines where the Apollo Router is not to be had.
// It answers what clients ask; the router's limits, metrics, caches and CSRF by header are the router's alone.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { ApolloGateway, RemoteGraphQLDataSource } from "@apollo/gateway";

const urls = { users: process.env.USERS_URL, events: process.env.EVENTS_URL, rewards: process.env.REWARDS_URL };

class Subgraph extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    request.http.headers.set("x-router-secret", process.env.ROUTER_SECRET);
    if (context.authorization) request.http.headers.set("authorization", context.authorization);
    if (context.traceparent) request.http.headers.set("traceparent", context.traceparent);
  }
}

const gateway = new ApolloGateway({
  supergraphSdl: readFileSync(process.argv[2], "utf8"),
  buildService: ({ name }) => new Subgraph({ url: urls[name] }),
});

const KEPT = ["code", "id", "retryAt"];
function formatError({ message, path, locations, extensions = {} }) {
  const kept = Object.fromEntries(Object.entries(extensions).filter(([key]) => KEPT.includes(key)));
  const unreachable = /ECONNREFUSED|ECONNRESET|socket hang up|fetch failed|request to /.test(message);
  if (unreachable) {
    return { message: "a part of the graph is out of reach for the moment", path, extensions: { code: "SUBGRAPH_UNAVAILABLE" } };
  }
  return { message, ...(path && { path }), ...(locations && { locations }), extensions: kept };
}

const introspection = process.env.ROUTER_INTROSPECTION === "true";
const server = new ApolloServer({ gateway, introspection, formatError, includeStacktraceInErrorResponses: false });
const [host, port] = process.env.ROUTER_LISTEN.split(":");
await startStandaloneServer(server, {
  listen: { host, port: Number(port) },
  context: async ({ req }) => ({ authorization: req.headers.authorization, traceparent: req.headers.traceparent }),
});

const [healthHost, healthPort] = process.env.ROUTER_HEALTH_LISTEN.split(":");
createServer((_, response) => response.end('{"status":"UP"}')).listen(Number(healthPort), healthHost);
console.log(`stand-in gateway on ${host}:${port}`);
