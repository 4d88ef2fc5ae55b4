import { expect } from 'chai'
import { backup, backupState } from './support/backups.ts'
import { ecKeypair, factor, oidcAccount, passkey } from './support/factors.ts'
import { expectRefusal } from './support/refusals.ts'

const HIGHEST = 2 ** 32 - 1

function counting(signatureCounter: number) {
  return {
    mainFactors: [
      factor(1, passkey(1, { signatureCounter: 100 })),
      factor(2, passkey(2, { signatureCounter })),
      factor(3, oidcAccount(3)),
      factor(4, ecKeypair(4)),
    ],
    syncFactors: [factor(5, ecKeypair(5))],
  }
}

describe('Backup.withSignatureCounter', () => {
  const accepted = [
    ['an authenticator that does not count', 0, 0],
    ['the first count', 0, 1],
    ['a first count that is high', 0, HIGHEST],
    ['the next count', 5, 6],
    ['a count further on', 5, 500],
    ['the highest count', HIGHEST - 1, HIGHEST],
  ] as const
  for (const [label, stored, counter] of accepted) {
    it(`keeps ${label} for that passkey alone: ${stored} to ${counter}`, () => {
      const counted = backup(counting(stored)).withSignatureCounter(passkey(2).credentialId, counter)
      expect(counted.state).to.deep.equal(backupState(counting(counter)))
    })
  }

  const refused = [
    ['stood still', 5, 5],
    ['stood still at 1', 1, 1],
    ['went back by one', 5, 4],
    ['went back below another passkey of the backup', 200, 150],
    ['stopped counting', 5, 0],
    ['stopped counting at 1', 1, 0],
    ['started anew after the highest count', HIGHEST, 0],
    ['stood still at the highest count', HIGHEST, HIGHEST],
  ] as const
  for (const [label, stored, counter] of refused) {
    it(`refuses a counter that ${label}: ${stored} to ${counter}`, () => {
      expectRefusal(
        () => backup(counting(stored)).withSignatureCounter(passkey(2).credentialId, counter),
        'webauthn_error',
      )
    })
  }

  const unaffected = [
    ['a passkey of another backup', passkey(9).credentialId, 1],
    ['no text', '', 1],
    ['the subject of an account', oidcAccount(3).subject, 1],
    ['a main keypair', ecKeypair(4).publicKey, 1],
    ['a sync keypair', ecKeypair(5).publicKey, 1],
  ] as const
  for (const [label, credentialId, counter] of unaffected) {
    it(`is the same backup for ${label}`, () => {
      const kept = backup(counting(5))
      expect(kept.withSignatureCounter(credentialId, counter)).to.equal(kept)
    })
  }

  it('is the same backup for an authenticator that does not count, so nothing needs to be written', () => {
    const kept = backup(counting(0))
    expect(kept.withSignatureCounter(passkey(2).credentialId, 0)).to.equal(kept)
  })
})
