import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { storageKinds } from '../support/chosen-storage.ts'
import { BackupClient } from '../support/http-backup-client.ts'
import { useSharedService } from '../support/http-service.ts'

const KIB = 1024
const CHUNK_BYTES = 96 * KIB
const LARGEST = 15 * KIB * KIB
const SIZES = [1, 2, 3, 4, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES + 2]

for (const storage of storageKinds()) {
  describe(`Downloads: ${storage}`, () => {
    const service = useSharedService(storage)

    // The largest once: that takes a while.
    for (const size of storage === 'memory' ? SIZES : [...SIZES, LARGEST]) {
      it(`${size} bytes come back as they were, with an exact content length`, async () => {
        const owner = new BackupClient(service().http, randomBytes(size))
        await owner.create()
        const { headers, text, body } = await owner.http.send<{ backup: string }>(await owner.retrieveRequest())
        expect(body.backup).to.equal(Buffer.from(owner.content).toString('base64'))
        expect(headers.get('content-length')).to.equal(String(Buffer.byteLength(text)))
        expect(headers.get('transfer-encoding')).to.equal(null)
      })
    }
  })
}
