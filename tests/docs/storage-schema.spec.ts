import { expect } from 'chai'
import { existsSync } from 'node:fs'
import { commitWrites } from '../../adapters/dynamodb/commit-transaction.ts'
import { VerifyBackups } from '../../application/use-cases/verify-backups.ts'
import type { Backup } from '../../domain/backup.ts'
import { itemSize } from '../support/dynamodb-item-size.ts'
import { MeteredTable, READ_UNIT_BYTES, type TableItem } from '../support/dynamodb-metered-table.ts'
import {
  dollars,
  dollarsPerMillion,
  PRICES_PER_GIGABYTE_MONTH,
  PRICES_PER_MILLION,
  STORED_ITEM_OVERHEAD_BYTES,
} from '../support/dynamodb-prices.ts'
import { sampleEcKeypair, sampleFactor, samplePasskey, synced } from '../support/sample-backups.ts'
import { creation, replacement, sampleCommit } from '../support/sample-commits.ts'
import { codeSpans, readDocument, section, tableRows } from './support/markdown.ts'
import { measure, OPERATIONS, setScene } from './support/storage-scenario.ts'

const document = readDocument('docs/storage-schema.md')
const rowsUnder = (heading: string) => tableRows(section(document, heading))

describe('docs/storage-schema.md', () => {
  let backup: Backup
  /** As the table has them. */
  let items: readonly TableItem[]

  before(async () => {
    const { harness, backup: created } = await setScene()
    const stored = await harness.index.load(created.id)
    backup = stored!.backup
    items = writtenItems(backup)
  })

  const itemOf = (prefix: string, kind = ''): TableItem =>
    items.find((item) => item.SK.startsWith(prefix) && JSON.stringify(item).includes(kind))!

  it('has the attributes and the size of each item', () => {
    const found = [
      itemOf('HEAD'),
      itemOf('MAIN#', 'PASSKEY'),
      itemOf('MAIN#', 'OIDC_ACCOUNT'),
      itemOf('SYNC#'),
      itemOf('KEY#', ''),
      itemOf('OWNER'),
      itemOf('COMMIT'),
    ]
    const documented = rowsUnder('### Items').map((cells) => [codeSpans(cells[3]!), cells[4]])
    expect(documented).to.deep.equal(
      found.map(({ PK: _partition, SK: _sort, ...attributes }) => [
        Object.keys(attributes),
        `${itemSize({ PK: _partition, SK: _sort, ...attributes })}`,
      ]),
    )
  })

  it('has the units, the requests and the price of each operation', async () => {
    const rows = []
    for (const operation of OPERATIONS) {
      const cost = await measure(operation)
      const { read, write, put, get } = cost
      rows.push([operation.name, `${read}`, `${write}`, `${put}`, `${get}`, dollars(dollarsPerMillion(cost))])
    }
    expect(rowsUnder('### Each operation')).to.deep.equal(rows)
  })

  it('has the price of verifying a backup', async () => {
    const { harness } = await setScene()
    const { index, blobs, clock } = harness
    index.takeUnits()
    blobs.takeRequests()
    const found: string[] = []
    await new VerifyBackups(index, blobs, clock).execute({ onFault: (fault) => found.push(fault) })
    expect(found).to.deep.equal([])
    const [{ read, write }, { put, get }] = [index.takeUnits(), blobs.takeRequests()]
    const scanned = items.filter(({ SK }) => SK !== 'COMMIT').reduce((sum, item) => sum + itemSize(item), 0)
    const price = dollarsPerMillion({ read: read + scanned / READ_UNIT_BYTES, write, put, get })
    expect(section(document, '### Verifying').replaceAll('\n', ' '))
      .to.include(`reads ${scanned} bytes of items`)
      .and.include(`then ${read} units`)
      .and.include(`makes ${get} \`GET\` requests`)
      .and.include(`${dollars(price)} for a million backups`)
  })

  it('has the units of backups that grow', () => {
    const rows = [
      [backup, '4 factors, as above'],
      [withFactors(backup, 10), '10 factors'],
      [withFactors(backup, 11), '11 factors'],
      [withAllFactors(backup), '35 factors, 10 of them passkeys: as many as there may be'],
    ] as const
    expect(rowsUnder('### Large backups')).to.deep.equal(
      rows.map(([grown, what]) => [what, `${itemSize(headOf(grown))}`, ...unitsOf(grown).map(String)]),
    )
  })

  it('links to what is there', () => {
    const targets = [...document.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target)
    expect(targets).to.not.be.empty
    for (const target of targets) {
      expect(existsSync(new URL(target, new URL('../../docs/', import.meta.url))), target).to.equal(true)
    }
  })

  it('has the prices that it computes with', () => {
    const { readUnits, writeUnits, s3Puts, s3Gets, kmsRequests } = PRICES_PER_MILLION
    const stated = rowsUnder('## What it costs').map(([, price]) => price)
    expect(stated.slice(0, 5)).to.deep.equal(
      [readUnits, writeUnits, s3Puts, s3Gets, kmsRequests].map((price) => `$${price}`),
    )
  })

  it('has the price of keeping a backup', () => {
    const kept = items.filter(({ SK }) => SK !== 'COMMIT')
    const bytes = kept.reduce((sum, item) => sum + itemSize(item) + STORED_ITEM_OVERHEAD_BYTES, 0)
    const { table, recovery } = PRICES_PER_GIGABYTE_MONTH
    const perMillion = (bytes * 1_000_000 * (table + recovery)) / 1e9
    expect(section(document, '### Keeping it').replaceAll('\n', ' '))
      .to.include(`${kept.length} items and ${bytes} bytes`)
      .and.include(`${dollars(perMillion)} a month for a million backups`)
  })

  it('has the price of what it is compared with', async () => {
    const { s3Puts, s3Gets, kmsRequests } = PRICES_PER_MILLION
    const here = ['retrieve, with a passkey', 'sync', 'create', 'delete-backup'].map(async (name) => {
      const cost = await measure(OPERATIONS.find((operation) => operation.name === name)!)
      return [`here: ${name}`, dollars(dollarsPerMillion({ ...cost, put: 0, get: 0 }))]
    })
    expect(rowsUnder('### Beside the upstream design')).to.deep.equal([
      ['2 KMS requests', dollars(2 * kmsRequests)],
      ['1 to 3 reads or writes of metadata in S3', `${dollars(s3Gets)} to ${dollars(3 * s3Puts)}`],
      ['together', `${dollars(2 * kmsRequests + s3Gets)} to ${dollars(2 * kmsRequests + 3 * s3Puts)}`],
      ...(await Promise.all(here)),
    ])
  })
})

/** What a creation of this backup would write, and one consumption. */
function writtenItems(backup: Backup): readonly TableItem[] {
  return commitWrites('table', creation(backup)).map(({ item }) => item.Put?.Item as TableItem)
}

function headOf(backup: Backup): TableItem {
  return writtenItems(backup).find(({ SK }) => SK === 'HEAD')!
}

/** To load the backup, and to sync it. */
function unitsOf(backup: Backup): readonly [read: number, write: number] {
  const [table, commit] = [new MeteredTable(), creation(backup)]
  table.transact(commitWrites('table', commit))
  const { read } = table.queryUnits(backup.id)
  const sync = replacement({ backup, revision: commit.id }, synced(backup), { consume: sampleCommit().consume })
  return [read, table.transact(commitWrites('table', sync)).write]
}

function withFactors(backup: Backup, count: number): Backup {
  const { mainFactors, syncFactors } = backup.state
  const missing = count - mainFactors.length - syncFactors.length
  return Array.from({ length: missing }).reduce<Backup>(
    (grown) => grown.withSyncFactor(sampleFactor(sampleEcKeypair())),
    backup,
  )
}

function withAllFactors(backup: Backup): Backup {
  const passkeys = Array.from({ length: 10 - backup.state.mainFactors.length }).reduce<Backup>(
    (grown) => grown.withMainFactor(sampleFactor(samplePasskey())),
    backup,
  )
  return withFactors(passkeys, 35)
}
