import { expect } from 'chai'
import fc from 'fast-check'
import { isDeepStrictEqual } from 'node:util'
import { Backup } from '../../domain/backup.ts'
import { exportMetadata } from '../../domain/backup-metadata.ts'
import type { FactorReference, FactorScope } from '../../domain/factor.ts'
import { backupHistories, operationOf, type BackupHistory } from './support/backup-histories.ts'
import { BackupModel, identity, serves, type Outcome } from './support/backup-model.ts'
import { operate, type BackupOperation } from './support/backup-operations.ts'
import { deepFreeze } from './support/deep-freeze.ts'

describe('Backup, over any history of operations', () => {
  it('gives the outcome and the state that the policies give', () => {
    fc.assert(
      fc.property(backupHistories, (history) => {
        for (const { operation, expected, model, outcome, after } of play(history)) {
          expect(outcome, JSON.stringify(operation)).to.equal(expected)
          if (!isDeepStrictEqual(after.state, model))
            expect(after.state, JSON.stringify(operation)).to.deep.equal(model)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('never leaves its limits, repeats a credential or a kind of key, or loses a factor from its references', () => {
    fc.assert(
      fc.property(backupHistories, (history) => {
        for (const { after } of play(history)) expectSound(after)
      }),
    )
  })

  it('never takes a key from a factor that needs it, and never becomes another backup', () => {
    fc.assert(
      fc.property(backupHistories, (history) => {
        for (const { before, after } of play(history)) {
          expect(after.state.id).to.equal(before.state.id)
          expect(after.state.incarnation).to.equal(before.state.incarnation)
          const lost = before.state.keys.filter((key) => !after.state.keys.includes(key))
          for (const { kind } of lost) {
            expect(after.state.mainFactors.some(({ credential }) => serves(kind, credential.kind))).to.equal(false)
          }
        }
      }),
    )
  })

  it('never shows a subject, a COSE key, a counter or a place of a blob', () => {
    fc.assert(
      fc.property(backupHistories, (history) => {
        for (const { after } of play(history)) {
          const shown = JSON.stringify(exportMetadata(after))
          expect(shown).not.to.match(/subject|signatureCounter|incarnation|blob/)
          for (const { credential } of after.state.mainFactors) {
            if (credential.kind === 'PASSKEY') expect(shown.includes(credential.publicKey)).to.equal(false)
          }
        }
      }),
    )
  })

  it('is tried with every operation and every outcome', () => {
    const outcomes = new Set<string>()
    for (const history of fc.sample(backupHistories, { numRuns: 600, seed: 1 })) {
      for (const { operation, outcome } of play(history)) outcomes.add(`${named(operation)}: ${outcome}`)
    }
    expect([...outcomes]).to.have.members([
      'add main: accepted',
      'add main: factor_already_exists',
      'add main: too_many_factors',
      'add main with key: accepted',
      'add main with key: factor_already_exists',
      'add main with key: too_many_factors',
      'add main with key: only_one_encryption_key_per_type_allowed',
      'add sync: accepted',
      'add sync: factor_already_exists',
      'add sync: too_many_factors',
      'remove from MAIN: accepted',
      'remove from MAIN: deleted',
      'remove from MAIN: factor_not_found',
      'remove from MAIN with key: accepted',
      'remove from MAIN with key: deleted',
      'remove from MAIN with key: factor_not_found',
      'remove from MAIN with key: encryption_key_not_found',
      'remove from MAIN with key: factor_orphaned_from_encryption_key',
      'remove from SYNC: accepted',
      'remove from SYNC: factor_not_found',
      'remove from SYNC with key: encryption_key_not_allowed',
      'remove from MAIN, to be undone: accepted',
      'remove from MAIN, to be undone: factor_not_found',
      'remove from MAIN with key, to be undone: accepted',
      'remove from MAIN with key, to be undone: factor_not_found',
      'remove from MAIN with key, to be undone: encryption_key_not_found',
      'remove from MAIN with key, to be undone: factor_orphaned_from_encryption_key',
      'remove from SYNC, to be undone: accepted',
      'remove from SYNC, to be undone: factor_not_found',
      'remove from SYNC with key, to be undone: encryption_key_not_allowed',
      'delete: accepted',
      'undelete: accepted',
      'undelete: deleted',
      'drop what is final: accepted',
      'drop what is final: deleted',
      'sync: accepted',
      'sync: manifest_hash_mismatch',
      'count: accepted',
      'count: webauthn_error',
    ])
  })
})

function named(operation: BackupOperation): string {
  switch (operation.kind) {
    case 'add main':
      return operation.key === undefined ? 'add main' : 'add main with key'
    case 'remove': {
      const { scope, key } = operation.removal
      const suffix = operation.deletion === undefined ? '' : ', to be undone'
      return `remove from ${scope}${key === undefined ? '' : ' with key'}${suffix}`
    }
    default:
      return operation.kind
  }
}

interface Played {
  readonly operation: BackupOperation
  readonly expected: Outcome
  readonly outcome: Outcome
  readonly before: Backup
  /** The same as before unless the operation was accepted. */
  readonly after: Backup
  readonly model: BackupModel['state']
}

/** Asks model and backup for the same, step by step, until the backup is deleted. Every state is frozen as it appears. */
function* play({ start, steps }: BackupHistory): Generator<Played> {
  const model = new BackupModel(start)
  let backup = Backup.restore(deepFreeze(start))
  for (const [index, step] of steps.entries()) {
    const operation = deepFreeze(operationOf(step, backup.state, index + 2))
    if (operation === undefined) continue
    const expected = model.apply(operation)
    const before = backup
    const result = operate(before, operation)
    if (result instanceof Backup) backup = result
    deepFreeze(backup.state)
    const outcome = result instanceof Backup ? 'accepted' : (result ?? 'deleted')
    yield {
      operation,
      expected,
      outcome,
      before,
      after: backup,
      model: expected === 'deleted' ? before.state : model.state,
    }
    if (outcome === 'deleted' || expected === 'deleted') return
  }
}

function expectSound(backup: Backup): void {
  const { mainFactors, syncFactors, keys, blob, supersededBlobs, removedFactors } = backup.state
  const factors = [...mainFactors, ...syncFactors, ...removedFactors.map(({ factor }) => factor)]
  expect(mainFactors.length).to.be.within(1, 10)
  expect(syncFactors.length).to.be.within(0, 25)
  const removedFrom = (scope: FactorScope) => removedFactors.filter((removed) => removed.scope === scope).length
  expect(mainFactors.length + removedFrom('MAIN')).to.be.at.most(10)
  expect(syncFactors.length + removedFrom('SYNC')).to.be.at.most(25)
  expect(new Set(factors.map(({ id }) => id)).size).to.equal(factors.length)
  expect(new Set(factors.map(({ credential }) => identity(credential).join('\n'))).size).to.equal(factors.length)
  expect(new Set(keys.map(({ kind }) => kind)).size).to.equal(keys.length)
  expect(new Set(backup.blobs()).size).to.equal(1 + supersededBlobs.length)
  expect(backup.blobs()[0]).to.equal(blob)

  const references = backup.factorReferences()
  expect(new Set(references.map(({ credential }) => credential)).size).to.equal(factors.length)
  expect(references.map(({ scope }) => scope)).to.deep.equal([
    ...mainFactors.map(() => 'MAIN'),
    ...syncFactors.map(() => 'SYNC'),
    ...removedFactors.map(({ scope }) => scope),
  ])
  const removed = references.slice(mainFactors.length + syncFactors.length)
  expect(references.filter((reference) => !backup.has(reference))).to.deep.equal(removed)
  expect(references.filter((reference) => backup.hasRemoved(reference))).to.deep.equal(removed)
  expect(references.map(inTheOtherScope).filter((reference) => backup.has(reference))).to.deep.equal([])
}

function inTheOtherScope({ scope, credential }: FactorReference): FactorReference {
  return { scope: scope === 'MAIN' ? 'SYNC' : 'MAIN', credential }
}
