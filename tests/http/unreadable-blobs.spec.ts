import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { BackupClient } from '../support/http-backup-client.ts'
import type { HttpRequest } from '../support/http-client.ts'
import { useSharedService } from '../support/http-service.ts'

describe('A retrieval while the blobs cannot be read', () => {
  const service = useSharedService('embedded')
  let owner: BackupClient
  let request: HttpRequest

  const folder = (): string => join(service().folder, 'blobs', owner.id)

  before(async () => {
    owner = new BackupClient(service().http)
    await owner.create()
    request = await owner.retrieveRequest()
    await rename(folder(), `${folder()}-gone`)
    await writeFile(folder(), 'no folder')
  })

  it('is unavailable for the moment, but not to be repeated: its challenge is used up', async () => {
    const { outcome, headers, body } = await owner.http.send(request)
    expect(outcome).to.equal('503 unavailable')
    expect(headers.get('retry-after')).to.match(/^[1-9][0-9]*$/)
    expect(body).to.have.property('allowRetry', false)
  })

  it('is told already_used when it is repeated all the same', async () => {
    expect((await owner.http.send(request)).outcome).to.equal('400 already_used')
  })

  it('succeeds with a new challenge once they can be read', async () => {
    await rm(folder())
    await rename(`${folder()}-gone`, folder())
    expect((await owner.stored()).content).to.deep.equal(owner.content)
  })
})
