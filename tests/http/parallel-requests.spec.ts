import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { storageKinds } from '../support/chosen-storage.ts'
import { BackupClient, manifestHashOf } from '../support/http-backup-client.ts'
import type { HttpRequest } from '../support/http-client.ts'
import { useSharedService } from '../support/http-service.ts'
import { P256Keypair } from '../support/keypair.ts'

/** A valid request, and what its equals may be told once one of them succeeded. */
interface Scenario {
  readonly title: string
  readonly request: (owner: BackupClient) => Promise<HttpRequest>
  readonly losers: readonly string[]
}

const SCENARIOS: readonly Scenario[] = [
  { title: 'retrieve', request: (owner) => owner.retrieveRequest(), losers: ['400 already_used'] },
  { title: 'verify-factor', request: (owner) => owner.verifyFactorRequest(), losers: ['400 already_used'] },
  { title: 'retrieve-metadata', request: (owner) => owner.metadataRequest(), losers: ['400 already_used'] },
  {
    title: 'sync',
    request: (owner) => owner.syncRequest(randomBytes(100)),
    losers: ['400 already_used', '412 manifest_hash_mismatch'],
  },
  {
    title: 'add-sync-factor',
    request: (owner) => owner.addSyncFactorRequest(new P256Keypair()),
    losers: ['400 already_used', '400 factor_already_exists'],
  },
  {
    title: 'add-factor',
    request: (owner) => owner.addFactorRequest(new P256Keypair()),
    losers: ['400 already_used', '400 factor_already_exists'],
  },
  {
    title: 'delete-factor',
    request: async (owner) => {
      await owner.http.succeed(await owner.addSyncFactorRequest(new P256Keypair()))
      const { syncFactors } = await owner.metadata()
      return owner.deleteFactorRequest(syncFactors[1]!.id, 'SYNC')
    },
    losers: ['400 already_used', '400 factor_not_found'],
  },
  {
    title: 'delete-backup',
    request: (owner) => owner.deleteBackupRequest(),
    losers: ['400 already_used', '400 backup_untraceable', '400 backup_missing'],
  },
  { title: 'reset', request: (owner) => owner.resetRequest(), losers: ['400 already_used', '404 not_found'] },
]

for (const storage of storageKinds()) {
  describe(`Requests at the same time: ${storage}`, () => {
    const service = useSharedService(storage)

    const outcomesOf = (requests: readonly HttpRequest[]): Promise<string[]> =>
      Promise.all(requests.map(async (request) => (await service().http.send(request)).outcome))

    for (const { title, request, losers } of SCENARIOS) {
      it(`of eight uses of one ${title} challenge one succeeds`, async () => {
        const owner = new BackupClient(service().http)
        await owner.create()
        const equal = await request(owner)
        const outcomes = await outcomesOf(Array.from({ length: 8 }, () => equal))
        const refused = outcomes.filter((outcome) => !outcome.startsWith('2'))
        expect(refused).to.have.lengthOf(7)
        expect(losers).to.include.members(refused)
      })
    }

    it('of five creations of one id one succeeds, and the others are told that it exists', async () => {
      const owners = Array.from({ length: 5 }, () => new BackupClient(service().http))
      const backupAccountId = owners[0]!.id
      const requests = await Promise.all(owners.map((owner) => owner.createRequest({ payload: { backupAccountId } })))
      const outcomes = await outcomesOf(requests)
      expect([...outcomes].sort()).to.deep.equal(['200', ...taken(4)])
      const winner = owners[outcomes.indexOf('200')]!
      expect(await winner.stored()).to.deep.equal({
        content: winner.content,
        manifestHash: manifestHashOf(winner.content),
      })
    })

    it('of five syncs from one state one wins, and its bytes are stored under its hash', async () => {
      const owner = new BackupClient(service().http)
      await owner.create()
      const contents = Array.from({ length: 5 }, () => randomBytes(200_000))
      const outcomes = await outcomesOf(await Promise.all(contents.map((content) => owner.syncRequest(content))))
      expect([...outcomes].sort()).to.deep.equal(['200', ...movedOn(4)])
      const winner = contents[outcomes.indexOf('200')]!
      expect(await owner.stored()).to.deep.equal({ content: winner, manifestHash: manifestHashOf(winner) })
    })

    it('of five syncs that keep the hash, whichever win one after the other, the last one is stored', async () => {
      const owner = new BackupClient(service().http)
      await owner.create()
      const newManifestHash = manifestHashOf(owner.content)
      const contents = Array.from({ length: 5 }, () => randomBytes(100))
      const requests = contents.map((content) => owner.syncRequest(content, { payload: { newManifestHash } }))
      const outcomes = await outcomesOf(await Promise.all(requests))
      // Those that arrive after the winner's commit start from its state.
      const last = contents.filter((_, index) => outcomes[index] === '200')
      expect(outcomes.filter((outcome) => outcome !== '200')).to.deep.equal(movedOn(5 - last.length))
      expect(last.map((content) => content.toString('hex'))).to.include((await owner.stored()).content.toString('hex'))
    })

    it('downloads during a sync are the one state or the other, whole', async () => {
      const owner = new BackupClient(service().http, randomBytes(300_000))
      await owner.create()
      const newer = randomBytes(300_000)
      const retrievals = Array.from({ length: 4 }, () => owner.stored())
      const [downloads] = await Promise.all([
        Promise.all(retrievals),
        service().http.succeed(await owner.syncRequest(newer)),
      ])
      for (const { content, manifestHash } of downloads) expect(manifestHashOf(content)).to.equal(manifestHash)
    })
  })
}

function taken(count: number): string[] {
  return Array.from({ length: count }, () => '409 backup_account_id_already_exists')
}

function movedOn(count: number): string[] {
  return Array.from({ length: count }, () => '412 manifest_hash_mismatch')
}
