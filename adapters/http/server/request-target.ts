/**
 * A request target as path and query. Proxies are sent whole URLs (RFC 9112 §3.2.2); neither the routing nor the
 * request validation knows them, and a malformed one would not even reach the app.
 * @returns `*` for what has no path at all, as the target of CONNECT
 */
export function originForm(target: string): string {
  const pathAndQuery = target.replace(/^https?:\/\/[^/?#]*/i, '')
  if (pathAndQuery.startsWith('/')) return pathAndQuery
  return pathAndQuery === target ? '*' : `/${pathAndQuery}`
}
