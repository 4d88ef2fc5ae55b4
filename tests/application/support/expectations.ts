import { expect } from 'chai'
import type { DomainErrorCode } from '../../../domain/domain-error.ts'
import { exportMetadata, type BackupMetadata } from '../../../domain/backup-metadata.ts'
import type { BackupId } from '../../../domain/backup-id.ts'
import { manifestHashOf, type CreatedBackup } from '../../support/application-harness.ts'
import { refusalOf } from '../../support/refusal.ts'
import type { InterleavedHarness } from './open-harness.ts'

/** That the request is refused, and that this changed nothing, consumed nothing and left no blob. */
export async function expectRefused(
  harness: InterleavedHarness,
  request: () => Promise<unknown>,
  code: DomainErrorCode,
): Promise<void> {
  const before = await footprint(harness)
  expect(await refusalOf(request())).to.equal(code)
  expect(await footprint(harness)).to.deep.equal(before)
}

/** That the backup is what its client believes it to be, and that its bytes come back. */
export async function expectIntact(harness: InterleavedHarness, { id, main, content }: CreatedBackup): Promise<void> {
  const retrieved = await harness.retrieve(main)
  expect(retrieved.content).to.deep.equal(Buffer.from(content))
  expect(retrieved.size).to.equal(content.length)
  expect(retrieved.metadata).to.include({ id, manifestHash: manifestHashOf(content) })
}

/** A UUID (RFC 9562), version 4. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** That there is no backup of this id, and not a byte of it. */
export async function expectGone(harness: InterleavedHarness, id: BackupId): Promise<void> {
  await harness.application.sealedBlobs.settle()
  expect(await harness.index.load(id)).to.equal(undefined)
  expect((await harness.blobs.keys()).filter((key) => key.startsWith(id))).to.deep.equal([])
}

export async function storedMetadata(harness: InterleavedHarness, id: BackupId): Promise<BackupMetadata> {
  const stored = await harness.index.load(id)
  if (stored === undefined) throw new Error('the test expected a backup')
  return exportMetadata(stored.backup)
}

/** How many of the requests succeeded, and what the others were told. */
export async function outcomesOf(requests: readonly Promise<unknown>[]): Promise<readonly string[]> {
  const outcomes = await Promise.all(requests.map(async (request) => (await refusalOf(request)) ?? 'done'))
  return outcomes.sort()
}

async function footprint(harness: InterleavedHarness): Promise<unknown> {
  await harness.application.sealedBlobs.settle()
  return { effects: harness.index.effects, blobs: await harness.blobs.keys() }
}
