// The stand-in gateway: the same supergraph and manifests, for machines where the Apollo Router is not to be had.
// Usage: node gateway.mjs <supergraph> <manifests>. It answers what clients ask; limits, metrics, caching and what else the
// README lists are the router's alone.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { ApolloServer, HeaderMap } from "@apollo/server";
import { ApolloGateway, RemoteGraphQLDataSource } from "@apollo/gateway";
import { GraphQLError } from "graphql";
import { Refusal, keptOperations, sha256, withDocument } from "./documents.mjs";
import { formatError } from "./errors.mjs";

const { env } = process;
const [supergraph, manifests] = process.argv.slice(2);
const urls = { users: env.USERS_URL, events: env.EVENTS_URL, rewards: env.REWARDS_URL };
const documents = keptOperations(manifests);
const LARGEST_BODY = 1_048_576;

class Subgraph extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    request.http.headers.set("x-router-secret", env.ROUTER_SECRET);
    for (const [name, value] of Object.entries(context)) if (value) request.http.headers.set(name, value);
  }
}

const refusal = (status, code, message) => new GraphQLError(message, { extensions: { code, http: { status } } });

// The safelist, as in router/rhai/documents.rhai, and the one check that a gateway leaves out.
const checks = {
  async requestDidStart() {
    return {
      async didResolveOperation({ source, request, operation }) {
        if (!operation) throw refusal(400, "OPERATION_RESOLUTION_FAILURE", "Unknown operation name");
        if (env.ROUTER_SAFELIST === "false" || documents.get(sha256(source)) === source) return;
        const key = request.http.headers.get("x-developer-key") ?? "";
        if (env.ROUTER_DEVELOPER_KEY && sha256(key) === sha256(env.ROUTER_DEVELOPER_KEY)) return;
        throw refusal(403, "QUERY_NOT_IN_SAFELIST", "only operations of a manifest are answered here");
      },
    };
  },
};

const server = new ApolloServer({
  gateway: new ApolloGateway({
    supergraphSdl: readFileSync(supergraph, "utf8"),
    buildService: ({ name }) => new Subgraph({ url: urls[name] }),
  }),
  introspection: env.ROUTER_INTROSPECTION === "true",
  includeStacktraceInErrorResponses: false,
  formatError,
  plugins: [checks],
});
await server.start();

async function bodyOf(request) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > LARGEST_BODY) throw new Refusal(413, "INVALID_GRAPHQL_REQUEST", "the body is over a mebibyte");
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString());
  } catch {
    throw new Refusal(400, "INVALID_GRAPHQL_REQUEST", "the body is no JSON");
  }
}

async function answer(request, traceId) {
  const { method } = request;
  const { search } = new URL(request.url, "http://gateway");
  const headers = new HeaderMap(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const body = method === "POST" ? await bodyOf(request) : undefined;
  const httpGraphQLRequest = { method, headers, body, search: method === "GET" ? withDocument(search, documents) : search };
  // What subgraphs are told of the request.
  const passedOn = { traceparent: `00-${traceId}-${traceId.slice(16)}-01` };
  for (const name of ["authorization", "accept-language", "x-forwarded-for"]) passedOn[name] = request.headers[name];
  return server.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: async () => ({ ...passedOn }) });
}

function allowOrigin(request, response) {
  if (request.headers.origin !== env.CORS_ORIGIN) return;
  response.setHeader("access-control-allow-origin", env.CORS_ORIGIN);
  response.setHeader("access-control-allow-headers", request.headers["access-control-request-headers"] ?? "");
}

const [host, port] = env.ROUTER_LISTEN.split(":");
createServer(async (request, response) => {
  allowOrigin(request, response);
  if (request.method === "OPTIONS") return response.writeHead(204).end();
  const traceId = /^00-([0-9a-f]{32})-/.exec(request.headers.traceparent)?.[1] ?? randomBytes(16).toString("hex");
  response.setHeader("x-trace-id", traceId);
  response.setHeader("cache-control", "no-store");
  try {
    const { status = 200, headers, body } = await answer(request, traceId);
    response.writeHead(status, Object.fromEntries(headers)).end(body.string);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { message, code } = error;
    response.writeHead(error.status, { "content-type": "application/json" });
    response.end(JSON.stringify({ errors: [{ message, extensions: { code } }] }));
  }
}).listen(Number(port), host);

const [healthHost, healthPort] = env.ROUTER_HEALTH_LISTEN.split(":");
createServer((_, response) => response.end('{"status":"UP"}')).listen(Number(healthPort), healthHost);
console.log(`stand-in gateway on ${host}:${port}`);
