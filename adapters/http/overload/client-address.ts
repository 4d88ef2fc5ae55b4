import type { Request } from 'express'
import { ipKeyGenerator } from 'express-rate-limit'

/** What a provider gives to one customer at least; whoever has it has all addresses in it. */
const IPV6_PREFIX = 56

/** Who asks, as far as an address tells: one of IPv4, or all of one IPv6 customer. */
export function clientAddress({ ip }: Request): string {
  return ipKeyGenerator(ip ?? '', IPV6_PREFIX) // undefined once the connection is gone
}
