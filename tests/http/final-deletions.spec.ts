import { expect } from 'chai'
import { NodeRandom } from '../../adapters/crypto/node-random.ts'
import type { SweepSummary } from '../../application/use-cases/sweep-blobs.ts'
import { createSweep } from '../../bootstrap/create-sweep.ts'
import { openStores } from '../../bootstrap/open-stores.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { MatrixBackups } from '../support/matrix-backups.ts'
import { outcomeOf } from '../support/matrix-client.ts'
import { PasskeyHolder } from '../support/matrix-holders.ts'
import { MatrixService } from '../support/matrix-service.ts'
import { RecordingEventLog } from '../support/recording-event-log.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

const HOUR_MILLISECONDS = 3600 * 1000

describe('What was deleted, once that can be undone no more', () => {
  let folder: TemporaryFolder
  let service: MatrixService
  let backups: MatrixBackups

  beforeEach(async () => {
    folder = await makeTemporaryFolder()
    service = await MatrixService.start({
      environment: { STORAGE: 'embedded', DATA_DIR: folder.path, DELETION_GRACE_HOURS: '1' },
    })
    backups = new MatrixBackups(service.client)
  })
  afterEach(async () => {
    await service.stop()
    await folder.remove()
  })

  /** As another process may, beside the service, hours from now. */
  async function sweepIn(hours: number): Promise<SweepSummary> {
    const clock = new ManualClock(Date.now() + hours * HOUR_MILLISECONDS)
    const random = new NodeRandom()
    const stores = await openStores({ kind: 'embedded', folder: folder.path }, clock, random)
    try {
      return await createSweep(stores, clock, random, new RecordingEventLog()).execute({ grace: 60 })
    } finally {
      await stores.close()
    }
  }

  it('is swept with its bytes, and its id and factors can be used anew', async () => {
    const backup = await backups.create({ owner: new PasskeyHolder() })
    const other = await backups.create()
    await backups.delete(backup)

    expect(await sweepIn(0.9)).to.deep.equal({ seen: 2, removed: 0, failed: 0 })
    const taken = await backups.createPayload(backup)
    expect(outcomeOf(await service.client.upload('/create', taken, backup.content))).to.equal(
      '409 backup_account_id_already_exists',
    )
    expect(await sweepIn(1.1)).to.deep.equal({ seen: 2, removed: 1, failed: 0 })

    const anew = await backups.create(backup)
    await backups.sync(anew)
    await backups.sync(other)
  })

  it('leaves the backup that a factor was removed from, and frees the factor', async () => {
    const passkey = new PasskeyHolder()
    const backup = await backups.create()
    const factorId = await backups.addFactor(backup.owner, passkey)
    await backups.deleteFactor(backup, factorId)

    expect(await sweepIn(1.1)).to.deep.equal({ seen: 1, removed: 0, failed: 0 })

    await backups.create({ owner: passkey })
    const proof = await backups.proof('undelete', backup.owner)
    expect(outcomeOf(await service.client.post('/undelete', proof))).to.equal('400 nothing_to_undelete')
    await backups.sync(backup)
  })
})
