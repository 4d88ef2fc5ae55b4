import { randomInt } from 'node:crypto'
import { expect } from 'chai'
import { BackupClient } from '../../bootstrap/demo/client/backup-client.ts'
import { Refusal } from '../../bootstrap/demo/client/refusal.ts'
import { RestlessOwner } from '../support/restless-owner.ts'
import { runScript } from '../support/script-process.ts'
import { ServiceProcess } from '../support/service-process.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

/** CI kills more often. */
const KILLS = Number(process.env.KILLS ?? 4)
const OWNERS = 4
const MOST_CHANGES_BEFORE_A_KILL = 16
const MILLISECONDS_FOR_A_KILL = 15_000

describe(`A service process that is killed ${KILLS} times in the midst of changes`, function () {
  this.timeout((KILLS + 2) * MILLISECONDS_FOR_A_KILL)
  const owners = Array.from({ length: OWNERS }, () => new RestlessOwner())
  let folder: TemporaryFolder
  let service: ServiceProcess

  before(async () => {
    folder = await makeTemporaryFolder()
    service = await ServiceProcess.start({ DATA_DIR: folder.path })
  })
  after(async () => {
    await service.kill()
    await folder.remove()
  })

  for (let kill = 1; kill <= KILLS; kill += 1) {
    it(`has all it acknowledged, byte for byte, and nothing torn or used twice after kill ${kill}`, async () => {
      await workUntilKilled()
      service = await ServiceProcess.start({ DATA_DIR: folder.path })
      const client = new BackupClient(service.url)
      await Promise.all(owners.map((owner) => owner.lookAround(client)))
    })
  }

  it('leaves nothing that `npm run verify` calls wrong', async () => {
    const { code, stdout } = await runScript('verify', [], { DATA_DIR: folder.path })
    // What uploads left behind that were killed is no fault: the sweep takes it away.
    expect(stdout).to.match(/^done: .*; 0 wrong(; [0-9]+ blobs that no backup points to)?\n$/)
    expect(code).to.equal(0)
  })

  /** How many changes come before the kill, and where in the others it comes, is left to chance. */
  async function workUntilKilled(): Promise<void> {
    const client = new BackupClient(service.url)
    const enough = Promise.withResolvers<unknown>()
    let left = randomInt(1, MOST_CHANGES_BEFORE_A_KILL)
    const acknowledged = (): void => {
      left -= 1
      if (left === 0) enough.resolve(undefined)
    }
    const works = Promise.allSettled(owners.map((owner) => owner.work(client, acknowledged)))
    await Promise.race([enough.promise, works])
    await service.kill()
    for (const work of await works) {
      const reason: unknown = work.status === 'rejected' ? work.reason : undefined
      expect(reason, 'nothing but the kill ends the work').to.be.instanceOf(Error).and.not.instanceOf(Refusal)
    }
  }
})
