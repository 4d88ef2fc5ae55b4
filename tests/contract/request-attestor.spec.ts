import { JwsRequestAttestor } from '../../adapters/attestation/jws-request-attestor.ts'
import { JwksSource } from '../../adapters/signed-tokens/jwks-source.ts'
import { RecordingEventLog } from '../support/recording-event-log.ts'
import { describeRequestAttestor } from './request-attestor.contract.ts'
import { AUDIENCE } from './request-attestor.vectors.ts'

describeRequestAttestor('JWS', (gateway, clock) => {
  const keys = new JwksSource({ url: gateway.jwksUrl, clock, events: new RecordingEventLog() })
  return new JwsRequestAttestor({ keys, issuer: gateway.name, audience: AUDIENCE }, clock)
})
