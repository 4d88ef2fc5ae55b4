import { expect } from 'chai'
import { openS3Store } from '../support/s3-bucket.ts'
import { keysIn } from '../support/stored-blobs.ts'
import { useAwsServers } from './support/aws-servers.ts'
import { provisionStorage, type AwsStorage } from './support/aws-storage.ts'
import { BackendProxy, type Fate } from './support/backend-proxy.ts'
import { countOutcomes, expectLinearizable } from './support/expect-linearizable.ts'
import { Hammer } from './support/hammer.ts'
import { Instances } from './support/instances.ts'

const INSTANCES = 3
const WORKERS = 6
const ROUNDS = 2
/** The one that the backup points to, and the one before it. */
const BLOBS_KEPT = 2

/** Without which a history says little. Each of them comes about much more often. */
const WANTED_OUTCOMES = [
  'retrieve read',
  'retrieve already_used',
  'sync done',
  'sync manifest_hash_mismatch',
  'add-sync-factor done',
  'add-sync-factor already_used',
  'delete-factor done',
  'delete-factor factor_not_found',
]
const WANTED_TIMES = 3

describe('Three instances on one table and one bucket, all with the same backup', function () {
  this.timeout(120_000)
  const servers = useAwsServers()

  describe('while nothing fails', () => {
    let storage: AwsStorage
    let instances: Instances
    let hammer: Hammer

    before(async () => {
      storage = await provisionStorage(servers())
      instances = await Instances.start(INSTANCES, servers(), storage)
      hammer = await Hammer.start(instances)
      await hammer.strike(WORKERS, ROUNDS)
    })

    after(() => instances.kill())

    it('always know what became of a request', () => {
      expect(hammer.history.filter(({ outcome }) => outcome === 'unknown')).to.deep.equal([])
    })

    it('get into each other’s way', () => {
      const outcomes = countOutcomes(hammer.history)
      for (const outcome of WANTED_OUTCOMES) expect(outcomes.get(outcome), outcome).to.be.at.least(WANTED_TIMES)
    })

    it('tell a device that was removed that it leads nowhere, and show the backup to all others', async () => {
      expect(new Set(await hammer.lookAround())).to.deep.equal(new Set(['backup_untraceable']))
    })

    it('behave as one that does one thing after the other', () => {
      expectLinearizable(hammer)
    })

    it('stop when they are told to, and leave nothing in the bucket but what the backup keeps', async () => {
      expect(await instances.terminate()).to.deep.equal(Array(INSTANCES).fill(0))
      const store = openS3Store(servers().s3Endpoint, storage.bucket)
      expect(await keysIn(store)).to.have.lengthOf(BLOBS_KEPT)
      store.close()
    })
  })

  describe('while they are killed one after the other, and DynamoDB is not always heard', () => {
    let dynamoDb: BackendProxy
    let instances: Instances
    let hammer: Hammer

    before(async () => {
      const storage = await provisionStorage(servers())
      dynamoDb = await BackendProxy.start(servers().dynamoDbEndpoint)
      instances = await Instances.start(INSTANCES, { ...servers(), dynamoDbEndpoint: dynamoDb.endpoint }, storage)
      hammer = await Hammer.start(instances)
      dynamoDb.decide = losingSome()
      const replacement = { over: false }
      const replaced = replaceAll(instances).finally(() => {
        replacement.over = true
      })
      while (!replacement.over) await hammer.strike(WORKERS, 1)
      await replaced
      dynamoDb.decide = () => 'pass'
    })

    after(async () => {
      await dynamoDb.stop()
      await instances.kill()
    })

    it('tell a device that was removed that it leads nowhere, and show the backup to all others', async () => {
      expect(new Set(await hammer.lookAround())).to.deep.equal(new Set(['backup_untraceable']))
    })

    it('behave as one that does one thing after the other', () => {
      expectLinearizable(hammer)
    })
  })
})

async function replaceAll(instances: Instances): Promise<void> {
  for (let replaced = 0; replaced < INSTANCES; replaced += 1) await instances.replaceOldest()
}

/** Of every eleven requests one is lost, and the answer of another. */
function losingSome(): () => Fate {
  let count = 0
  return () => {
    count += 1
    if (count % 11 === 0) return 'lose-answer'
    return count % 11 === 5 ? 'lose-request' : 'pass'
  }
}
