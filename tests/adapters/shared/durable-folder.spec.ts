import { expect } from 'chai'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { NodeRandom } from '../../../adapters/crypto/node-random.ts'
import { makeDurableFolder } from '../../../adapters/shared/durable-folder.ts'
import { openStores } from '../../../bootstrap/open-stores.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { withCall } from '../../support/replaced-call.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.ts'

describe('makeDurableFolder', () => {
  let folder: TemporaryFolder

  beforeEach(async () => {
    folder = await makeTemporaryFolder()
  })
  afterEach(() => folder.remove())

  const at = (...names: readonly string[]): string => join(folder.path, ...names)

  /** Which folders were synced, by what is opened. */
  async function syncedBy(use: () => Promise<unknown>): Promise<readonly string[]> {
    const synced: string[] = []
    await withCall(
      'open',
      (open) =>
        async (path, ...rest) => {
          const handle = await open(path, ...rest)
          const sync = handle.sync.bind(handle)
          handle.sync = async () => {
            synced.push(String(path))
            await sync()
          }
          return handle
        },
      use,
    )
    return synced
  }

  const failingWith = (code: string): Promise<void> =>
    withCall(
      'open',
      () => () => Promise.reject(Object.assign(new Error(code), { code })),
      () => makeDurableFolder(folder.path),
    )

  it('syncs every folder above those that it made', async () => {
    expect(await syncedBy(() => makeDurableFolder(at('a', 'b')))).to.deep.equal([at('a'), at()])
  })

  it('syncs the folder above one that is there: who made it may have been cut off', async () => {
    await mkdir(at('a'))
    expect(await syncedBy(() => makeDurableFolder(at('a')))).to.deep.equal([at()])
  })

  for (const code of ['EACCES', 'EPERM', 'EROFS', 'EINVAL']) {
    it(`takes no offence at a folder above, which is not its own, that says ${code}`, async () => {
      await failingWith(code)
    })
  }

  it('fails where the disk does', async () => {
    expect(await rejectionOf(failingWith('EIO'))).to.have.property('code', 'EIO')
  })

  it('is called at each start for all folders of the embedded stores', async () => {
    const start = async (): Promise<void> => {
      const stores = await openStores({ kind: 'embedded', folder: at('data') }, new ManualClock(), new NodeRandom())
      await stores.close()
    }
    await start()
    expect(await syncedBy(start)).to.include.members([at(), at('data'), at('data', 'blobs')])
  })
})
