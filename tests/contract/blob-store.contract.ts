import { expect } from 'chai'
import type { BlobStore } from '../../application/ports/blob-store.ts'
import { describeBlobIntegrity } from './blob-store-integrity.contract.ts'
import { describeBlobReads } from './blob-store-reads.contract.ts'
import { describeBlobWrites } from './blob-store-writes.contract.ts'

/** A store and how to let go of it. It may hold other blobs: every test brings its own. */
export interface OpenBlobStore {
  readonly store: BlobStore
  readonly close: () => Promise<void>
}

/** @param open called once; the whole suite runs on what it gives */
export function describeBlobStore(adapter: string, open: () => Promise<OpenBlobStore>): void {
  describe(`BlobStore contract: ${adapter}`, () => {
    let opened: OpenBlobStore | undefined

    before(async () => {
      opened = await open()
    })
    after(async () => opened?.close())

    const store = (): BlobStore => {
      if (opened === undefined) throw new Error('the store was not opened')
      return opened.store
    }

    it('is ready, and shows no trace of having been asked', async () => {
      await store().checkReadiness()
      for await (const { key } of store().list()) expect(key).to.match(/^backup_account_/)
    })

    describeBlobWrites(store)
    describeBlobReads(store)
    describeBlobIntegrity(store)
  })
}
