import { expect } from 'chai'
import type { DynamoDbBackupIndex } from '../../../adapters/dynamodb/dynamodb-backup-index.ts'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import { Backup } from '../../../domain/backup.ts'
import type { Credential } from '../../../domain/credential.ts'
import { hasDynoxide, startDynoxide, type DynoxideServer } from '../../support/dynamodb-dynoxide.ts'
import { localConnection, makeTable, openIndex } from '../../support/dynamodb-table.ts'
import {
  forward,
  startWireServer,
  type WireAnswer,
  type WireAttributes,
  type WireServer,
} from '../../support/dynamodb-wire-server.ts'
import { rejectionOf } from '../../support/rejection.ts'
import {
  sampleBackup,
  sampleDeletion,
  sampleEcKeypair,
  sampleFactor,
  sampleICloudKey,
  samplePasskey,
  samplePrfKey,
} from '../../support/sample-backups.ts'
import { creation, deletion, mustCommit, replace, store } from '../../support/sample-commits.ts'

const passkey = samplePasskey({ signatureCounter: 1 })
const factor = sampleFactor<Credential>(passkey)
const sync = sampleFactor(sampleEcKeypair())

const START = (): Backup => sampleBackup({ mainFactor: factor, syncFactor: sync, key: samplePrfKey() })

const CHANGES: readonly (readonly [what: string, change: (backup: Backup) => Backup])[] = [
  ['a main factor comes', (backup) => backup.withMainFactor(sampleFactor(sampleEcKeypair()))],
  [
    'a main factor comes with its key',
    (backup) => backup.withMainFactor(sampleFactor(sampleEcKeypair()), sampleICloudKey()),
  ],
  ['a sync factor comes', (backup) => backup.withSyncFactor(sampleFactor(sampleEcKeypair()))],
  ['a sync factor goes', (backup) => backup.withoutFactor({ scope: 'SYNC', factorId: sync.id })!],
  ['a counter moves on', (backup) => backup.withSignatureCounter(passkey.credentialId, 2)],
  ['a key is exchanged for another of its kind', (backup) => restored(backup, { keys: [samplePrfKey()] })],
  [
    'a key goes with a factor that can come back',
    (backup) =>
      restored(backup, {
        mainFactors: [sampleFactor(sampleEcKeypair())],
        keys: [],
        removedFactors: [{ ...sampleDeletion(), scope: 'MAIN', factor, key: backup.state.keys[0]! }],
      }),
  ],
  ['a factor changes its scope', (backup) => restored(backup, { syncFactors: [], mainFactors: [factor, sync] })],
  ['all factors are exchanged', (backup) => restored(backup, factorsOf(sampleBackup()))],
]

describe('DynamoDB: queries in the midst of a commit', () => {
  let dynoxide: DynoxideServer
  let proxy: WireServer
  let direct: DynamoDbBackupIndex
  let index: DynamoDbBackupIndex
  /** Run between the two halves of the next query. */
  let meanwhile: (() => Promise<void>) | undefined
  let headFirst: boolean

  before(async function () {
    if (!hasDynoxide()) this.skip()
    dynoxide = await startDynoxide()
    const tableName = await makeTable(dynoxide.endpoint)
    proxy = await startWireServer(async (request) => {
      const early = await forward(request, dynoxide.endpoint)
      if (request.operation !== 'Query' || meanwhile === undefined) return early
      await meanwhile()
      const late = await forward(request, dynoxide.endpoint)
      return headFirst ? spliced(early, late) : spliced(late, early)
    })
    direct = openIndex(localConnection(dynoxide.endpoint), tableName)
    index = openIndex(localConnection(proxy.endpoint), tableName)
  })
  after(async () => {
    if (!hasDynoxide()) return
    index.close()
    direct.close()
    await proxy.stop()
    await dynoxide.stop()
  })

  const once = (run: () => Promise<unknown>) => async (): Promise<void> => {
    meanwhile = undefined
    await run()
  }

  for (const first of [true, false]) {
    const order = first ? 'the head before and the rest after' : 'the rest before and the head after'

    for (const [what, change] of CHANGES) {
      it(`are made again when ${what} and they see ${order}`, async () => {
        headFirst = first
        const stored = await store(direct, START())
        const after = change(stored.backup)
        meanwhile = once(() => replace(direct, stored, after))
        const asked = proxy.requests.length
        const loaded = await index.load(stored.backup.id)
        expect(loaded?.backup.state).to.deep.equal(after.state)
        expect(proxy.requests.length - asked).to.equal(2)
        await mustCommit(direct, deletion(loaded!))
      })
    }

    it(`show a state there was when a backup is deleted and created anew and they see ${order}`, async () => {
      headFirst = first
      const stored = await store(direct, START())
      const anew = sampleBackup({ id: stored.backup.id })
      meanwhile = once(async () => {
        await mustCommit(direct, deletion(stored))
        await mustCommit(direct, creation(anew))
      })
      expect((await index.load(anew.id))?.backup.state).to.deep.equal(anew.state)
    })

    it(`show a state there was when a backup is deleted and they see ${order}`, async () => {
      headFirst = first
      const stored = await store(direct, START())
      meanwhile = once(() => mustCommit(direct, deletion(stored)))
      expect(await index.load(stored.backup.id)).to.equal(undefined)
    })
  }

  it('are given up when a backup never holds still', async () => {
    headFirst = true
    let stored = await store(direct, START())
    meanwhile = async () => {
      const next = stored.backup.withSyncFactor(sampleFactor(sampleEcKeypair()))
      stored = await replace(direct, stored, next)
    }
    const error = await rejectionOf(index.load(stored.backup.id))
    expect(error).to.be.instanceOf(StoreUnavailable).with.property('operation', 'DynamoDB Query')
    meanwhile = undefined
    expect((await index.load(stored.backup.id))?.revision).to.equal(stored.revision)
  })
})

/** The head of one answer and everything else of the other. */
function spliced(head: WireAnswer, rest: WireAnswer): WireAnswer {
  const isHead = ({ SK }: WireAttributes): boolean => SK?.S === 'HEAD'
  const Items = [...itemsOf(head).filter(isHead), ...itemsOf(rest).filter((item) => !isHead(item))]
  return { status: 200, body: { Items, Count: Items.length } }
}

function itemsOf(answer: WireAnswer): readonly WireAttributes[] {
  if (typeof answer === 'string') throw new Error('a server that was asked should have answered')
  return (answer.body as { Items: readonly WireAttributes[] }).Items
}

function restored(backup: Backup, change: Partial<Backup['state']>): Backup {
  return Backup.restore({ ...backup.state, ...change })
}

function factorsOf({ state: { mainFactors, syncFactors } }: Backup) {
  return { mainFactors, syncFactors }
}
