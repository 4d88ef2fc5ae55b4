import { expect } from 'chai'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { FilesystemBlobStore } from '../../../adapters/filesystem/filesystem-blob-store.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { withCall } from '../../support/replaced-call.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.ts'

describe('FilesystemBlobStore, opened where links fail', () => {
  let folder: TemporaryFolder

  beforeEach(async () => {
    folder = await makeTemporaryFolder()
  })
  afterEach(() => folder.remove())

  const openWhereLinksFailWith = (code: string): Promise<unknown> => {
    const fails = (): Promise<never> => Promise.reject(Object.assign(new Error(`${code}: a test`), { code }))
    return withCall(
      'link',
      () => fails,
      () => rejectionOf(FilesystemBlobStore.open(folder.path)),
    )
  }

  for (const code of ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK']) {
    it(`says for ${code} that its file system has none`, async () => {
      const error = await openWhereLinksFailWith(code)
      expect(error)
        .to.have.property('message')
        .that.includes(`cannot use ${folder.path}: its file system has no hard links`)
    })
  }

  it('says for another reason which it is', async () => {
    expect(await openWhereLinksFailWith('ENOSPC'))
      .to.have.property('message')
      .that.includes('ENOSPC')
  })

  it('leaves nothing of what it tried, whether or not there are any', async () => {
    await openWhereLinksFailWith('EPERM')
    expect(await readdir(join(folder.path, '.incoming'))).to.deep.equal([])
    await FilesystemBlobStore.open(folder.path)
    expect(await readdir(join(folder.path, '.incoming'))).to.deep.equal([])
  })
})
