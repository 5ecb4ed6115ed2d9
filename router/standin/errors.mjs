// Errors with the codes that the router gives them.
const KEPT = ["code", "id", "retryAt"];
const ROUTERS = [
  [/CSRF/, "CSRF_ERROR"],
  [/sha does not match/, "PERSISTED_QUERY_HASH_MISMATCH"],
  [/non-empty|must contain a/, "MISSING_QUERY_STRING"],
  [/GET requests only support query operations|GET supports only query/, "MUTATION_FORBIDDEN"],
  [/batching/i, "BATCHING_NOT_ENABLED"],
];
const RENAMED = {
  GRAPHQL_PARSE_FAILED: "PARSING_ERROR",
  OPERATION_RESOLUTION_FAILURE: "GRAPHQL_UNKNOWN_OPERATION_NAME",
  BAD_REQUEST: "INVALID_GRAPHQL_REQUEST",
};

export function formatError({ message, path, locations, extensions = {} }) {
  if (/ECONNREFUSED|ECONNRESET|socket hang up|fetch failed|request to /.test(message)) {
    return { message: "a part of the graph is out of reach for the moment", path, extensions: { code: "SUBGRAPH_UNAVAILABLE" } };
  }
  const kept = Object.fromEntries(Object.entries(extensions).filter(([key]) => KEPT.includes(key)));
  if (!path) kept.code = codeOf(message, kept.code);
  return { message, ...(path && { path }), ...(locations && { locations }), extensions: kept };
}

function codeOf(message, code) {
  if (code === "BAD_USER_INPUT" && message.startsWith("Variable ")) return "VALIDATION_INVALID_TYPE_VARIABLE";
  const [, own] = ROUTERS.find(([pattern]) => pattern.test(message)) ?? [];
  return own ?? RENAMED[code] ?? code;
}
