import { JwsRequestAttestor } from '../adapters/attestation/jws-request-attestor.ts'
import type { AttestationPolicy } from '../adapters/http/attestation.ts'
import { JwksSource } from '../adapters/signed-tokens/jwks-source.ts'
import type { Clock } from '../application/ports/clock.ts'
import type { EventLog } from '../application/ports/event-log.ts'
import type { AttestationConfiguration } from './configuration.ts'

/** Who attests requests, as configured. */
export function attestationPolicy(
  configuration: AttestationConfiguration,
  clock: Clock,
  log: EventLog,
): AttestationPolicy {
  if (configuration.mode === 'off') return configuration
  const { mode, jwksUrl, issuer, audience, bypassToken } = configuration
  const keys = new JwksSource({ url: jwksUrl, clock, events: log })
  return { mode, attestor: new JwsRequestAttestor({ keys, issuer, audience, bypassToken }, clock) }
}
