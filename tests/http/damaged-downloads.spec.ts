import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { expect } from 'chai'
import { corruptFile } from '../support/corrupt-file.ts'
import { BackupClient } from '../support/http-backup-client.ts'
import { eventually } from '../support/http-eventually.ts'
import { useSharedService } from '../support/http-service.ts'
import { blobFiles } from '../support/http-storage.ts'
import { rejectionOf } from '../support/rejection.ts'

const CHUNK_BYTES = 96 * 1024

describe('A download of a damaged blob', () => {
  const service = useSharedService('embedded')

  for (const size of [10, CHUNK_BYTES, 3 * CHUNK_BYTES]) {
    it(`of ${size} bytes breaks off instead of looking whole, and is logged as a fault`, async () => {
      const { stored } = await blobFiles(service().folder)
      const owner = new BackupClient(service().http, randomBytes(size))
      await owner.create()
      const [blob] = (await blobFiles(service().folder)).stored.filter((name) => !stored.includes(name))
      await corruptFile(join(service().folder, 'blobs', owner.id, blob!), 'flip-last')
      const request = await owner.retrieveRequest()
      const requestId = `damaged-${size}`
      const sent = service().http.send({ ...request, headers: { ...request.headers, 'x-request-id': requestId } })
      expect(await rejectionOf(sent))
        .to.be.an('error')
        .with.property('message', 'terminated')
      await eventually('the fault to be logged', () =>
        service().events.some(({ level, fields }) => level === 'error' && fields.requestId === requestId),
      )
    })
  }
})
