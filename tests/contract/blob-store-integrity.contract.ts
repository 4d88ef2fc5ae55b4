import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import type { BlobStore } from '../../application/ports/blob-store.ts'
import { StoreUnavailable } from '../../application/ports/store-unavailable.ts'
import type { SealedBlob } from '../../domain/sealed-blob.ts'
import { chunked, readUntilFailure } from '../support/byte-streams.ts'
import type { Corruption } from '../support/corrupt-file.ts'
import { freshBlobKey } from '../support/sample-backups.ts'
import { openStored } from '../support/stored-blobs.ts'

export interface CorruptibleBlobStore {
  readonly store: BlobStore
  readonly close: () => Promise<void>
  readonly corrupt: (key: string, corruption: Corruption) => Promise<void>
}

const CORRUPTIONS: readonly Corruption[] = ['flip-first', 'flip-last', 'truncate', 'extend', 'empty']
const SIZES = [1, 3, 98_304, 98_305, 1_000_000]

const EXPECTATIONS: readonly (readonly [what: string, expected: (blob: SealedBlob) => SealedBlob])[] = [
  ['another SHA-256', (blob) => ({ ...blob, sha256: '0'.repeat(64) })],
  ['one byte more', (blob) => ({ ...blob, size: blob.size + 1 })],
  ['one byte less', (blob) => ({ ...blob, size: blob.size - 1 })],
]

/** A reader never has all the bytes of a blob that is not what it was: what it then has shows that something is missing. */
export function describeBlobIntegrity(store: () => BlobStore): void {
  for (const size of SIZES) {
    for (const [what, expected] of EXPECTATIONS) {
      it(`fails before the end of ${size} bytes where ${what} was expected`, async () => {
        const blob = await store().put(freshBlobKey(), chunked(randomBytes(size), 65_536))
        await expectIncomplete(store(), expected(blob), size)
      })
    }
  }
}

/** The same of a store that can be damaged behind its back. */
export function describeBlobCorruption(adapter: string, open: () => Promise<CorruptibleBlobStore>): void {
  describe(`BlobStore contract, damaged blobs: ${adapter}`, () => {
    for (const size of SIZES) {
      for (const corruption of CORRUPTIONS) {
        it(`fails before the end of ${size} bytes that suffered: ${corruption}`, async () => {
          const { store, corrupt, close } = await open()
          try {
            const blob = await store.put(freshBlobKey(), chunked(randomBytes(size), 65_536))
            await corrupt(blob.key, corruption)
            await expectIncomplete(store, blob, size)
          } finally {
            await close()
          }
        })
      }
    }
  })
}

async function expectIncomplete(store: BlobStore, blob: SealedBlob, size: number): Promise<void> {
  const { body } = await openStored(store, blob)
  const { received, error } = await readUntilFailure(body)
  expect(error).to.be.instanceOf(StoreUnavailable)
  expect(error).to.have.property('operation').that.is.a('string').and.not.empty
  expect(received.byteLength).to.be.lessThan(Math.max(1, Math.min(size, blob.size)))
}
