import { expect } from 'chai'
import type { BackupIndex, ListedEntry, ListedFactorRow } from '../../application/ports/backup-index.ts'
import type { Backup } from '../../domain/backup.ts'
import type { Credential } from '../../domain/credential.ts'
import type { FactorReference } from '../../domain/factor.ts'
import {
  sampleBackup,
  sampleEcKeypair,
  sampleFactor,
  sampleOidcAccount,
  samplePasskey,
  synced,
} from '../support/sample-backups.ts'
import { deletion, mustCommit, replace, store } from '../support/sample-commits.ts'
import { collect } from '../support/byte-streams.ts'

/** More than a page of any adapter. */
const MANY = 300
const AT_ONCE = 20

/** Everything there is can be walked through, while it changes. */
export function describeListing(index: () => BackupIndex): void {
  it('lists a backup once, however often it changed', async () => {
    const stored = await store(index(), sampleBackup())
    await replace(index(), stored, synced(stored.backup))
    expect(await listedBackups(index(), [stored.backup])).to.deep.equal([stored.backup.id])
  })

  for (const credential of [samplePasskey(), sampleOidcAccount(), sampleEcKeypair()]) {
    it(`lists the rows of a backup with a main factor of kind ${credential.kind}, each as what it is`, async () => {
      const { backup } = await store(index(), sampleBackup({ mainFactor: sampleFactor<Credential>(credential) }))
      const rows = await listedRows(index(), backup)
      expect(rows).to.have.length(2)
      for (const reference of backup.factorReferences()) {
        const [row, ...others] = rows.filter((listed) => listed.isOf(reference))
        expect(others).to.deep.equal([])
        expect(row?.name).to.match(new RegExp(`^${reference.scope}#[0-9a-f]{64}$`))
        expect(await row?.owner()).to.equal(backup.id)
        expect(row?.isOf(elsewhere(reference)), 'nor of the same credential in the other scope').to.equal(false)
      }
    })
  }

  it('lists each row once and under a name of its own', async () => {
    const many = Array.from({ length: 5 }, () => sampleFactor(sampleEcKeypair()))
    const { backup } = await store(
      index(),
      many.reduce((grown, factor) => grown.withSyncFactor(factor), sampleBackup()),
    )
    const names = (await listedRows(index(), backup)).map(({ name }) => name)
    expect(new Set(names).size).to.equal(names.length).and.equal(backup.factorReferences().length)
  })

  it('lists nothing of a backup that was deleted', async () => {
    const stored = await store(index(), sampleBackup())
    await mustCommit(index(), deletion(stored))
    expect(await listedBackups(index(), [stored.backup])).to.deep.equal([])
    expect(await listedRows(index(), stored.backup)).to.deep.equal([])
  })

  it('tells of a row that was listed where it leads by now', async () => {
    const moving = sampleFactor(sampleEcKeypair())
    const stored = await store(index(), sampleBackup().withSyncFactor(moving))
    const reference = stored.backup.factorReferences().at(-1)!
    const row = (await listedRows(index(), stored.backup)).find((listed) => listed.isOf(reference))
    await replace(index(), stored, stored.backup.withoutFactor({ scope: 'SYNC', factorId: moving.id })!)
    expect(await row?.owner()).to.equal(undefined)
    const heir = await store(index(), sampleBackup({ syncFactor: moving }))
    expect(await row?.owner()).to.equal(heir.backup.id)
  })

  it(`lists all of ${MANY} backups and their rows`, async function () {
    this.timeout(30_000)
    const backups = await storeMany(index(), MANY)
    const expected = new Set<string>(backups.map(({ id }) => id))
    const entries = await collect(index().list())
    const found = entries.filter((entry) => expected.has(entry.kind === 'backup' ? entry.id : entry.backupId))
    expect(found.filter(({ kind }) => kind === 'backup')).to.have.length(MANY)
    expect(found.filter(({ kind }) => kind === 'factor-row')).to.have.length(2 * MANY)
  })

  it('lists what stays while other things come and go, and keeps nobody waiting', async function () {
    this.timeout(30_000)
    const staying = await storeMany(index(), MANY)
    let going = await store(index(), sampleBackup())
    const listed: string[] = []
    let entries = 0
    for await (const entry of index().list()) {
      if (entry.kind === 'backup') listed.push(entry.id)
      entries += 1
      if (entries % 100 !== 0) continue
      await mustCommit(index(), deletion(going))
      going = await store(index(), sampleBackup())
    }
    const ids = staying.map(({ id }) => id)
    expect(listed.filter((id) => ids.some((known) => known === id)).sort()).to.deep.equal(ids.sort())
  })

  it('lets go of everything when its reader leaves early', async () => {
    const stored = await store(index(), sampleBackup())
    for await (const entry of index().list()) if (entry.kind === 'backup') break
    await replace(index(), stored, synced(stored.backup))
  })
}

async function storeMany(index: BackupIndex, count: number): Promise<readonly Backup[]> {
  const backups = Array.from({ length: count }, () => sampleBackup())
  for (let start = 0; start < count; start += AT_ONCE) {
    await Promise.all(backups.slice(start, start + AT_ONCE).map((backup) => store(index, backup)))
  }
  return backups
}

async function listedBackups(index: BackupIndex, among: readonly Backup[]): Promise<readonly string[]> {
  const entries = await collect(index.list())
  return entries.flatMap((entry) =>
    entry.kind === 'backup' && among.some(({ id }) => id === entry.id) ? [entry.id] : [],
  )
}

async function listedRows(index: BackupIndex, { id }: Backup): Promise<readonly ListedFactorRow[]> {
  const isRow = (entry: ListedEntry): entry is ListedFactorRow => entry.kind === 'factor-row'
  return (await collect(index.list())).filter(isRow).filter(({ backupId }) => backupId === id)
}

function elsewhere({ scope, credential }: FactorReference): FactorReference {
  return { scope: scope === 'MAIN' ? 'SYNC' : 'MAIN', credential }
}
