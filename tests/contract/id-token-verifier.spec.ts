import { JoseIdTokenVerifier } from '../../adapters/oidc/jose-id-token-verifier.ts'
import { JwksSource } from '../../adapters/signed-tokens/jwks-source.ts'
import { RecordingEventLog } from '../support/recording-event-log.ts'
import { describeIdTokenVerifier } from './id-token-verifier.contract.ts'
import { CLIENTS, ISSUER_ALIAS } from './id-token-verifier.vectors.ts'

describeIdTokenVerifier('jose', (issuer, clock) => {
  const provider = { issuers: [issuer.name, ISSUER_ALIAS], jwksUrl: issuer.jwksUrl }
  return new JoseIdTokenVerifier(
    [
      { kind: 'ANY', ...provider, ...CLIENTS.ANY },
      { kind: 'PICKED', ...provider, ...CLIENTS.PICKED },
    ],
    (url) => new JwksSource({ url, clock, events: new RecordingEventLog() }),
    clock,
  )
})
