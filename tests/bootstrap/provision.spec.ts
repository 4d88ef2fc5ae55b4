import { expect } from 'chai'
import { randomUUID } from 'node:crypto'
import { ConfigurationError } from '../../bootstrap/configuration.ts'
import { provision, readProvision } from '../../bootstrap/provision/provision.ts'
import { hasDynoxide, startDynoxide, type DynoxideServer } from '../support/dynamodb-dynoxide.ts'
import { localConnection, openIndex } from '../support/dynamodb-table.ts'
import { ACTIVE_TABLE } from '../support/dynamodb-table-description.ts'
import { startWireServer, wireError, type WireAnswer } from '../support/dynamodb-wire-server.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { rejectionOf } from '../support/rejection.ts'
import { localS3 } from '../support/s3-bucket.ts'
import { s3Error, startS3WireServer, type S3Answer, type S3Request } from '../support/s3-wire-server.ts'
import { sampleBackup } from '../support/sample-backups.ts'
import { store } from '../support/sample-commits.ts'

describe('provision', () => {
  const notes: string[] = []
  const context = { note: (line: string) => notes.push(line), clock: new ManualClock() }

  beforeEach(() => {
    notes.length = 0
  })

  describe('reads', () => {
    it('the table, which has a name if none is given, and no bucket', () => {
      const { table, bucket } = readProvision({})
      expect(table).to.deep.equal({ tableName: 'backup-service', deletionProtection: true, connection: {} })
      expect(bucket).to.equal(undefined)
    })

    it('the table and the bucket as the service does', () => {
      const variables = { DYNAMODB_TABLE: 't', BACKUP_S3_BUCKET: 'b', S3_FORCE_PATH_STYLE: 'true' }
      const { table, bucket } = readProvision(variables)
      expect(table.tableName).to.equal('t')
      expect(bucket).to.deep.equal({ name: 'b', connection: { forcePathStyle: true } })
    })

    it('nothing of variables that make no sense', () => {
      expect(() => readProvision({ S3_FORCE_PATH_STYLE: 'yes' })).to.throw(ConfigurationError, 'S3_FORCE_PATH_STYLE')
    })
  })

  describe('makes a table', () => {
    let dynoxide: DynoxideServer

    before(async function () {
      if (!hasDynoxide()) this.skip()
      dynoxide = await startDynoxide()
    })
    after(async () => {
      if (hasDynoxide()) await dynoxide.stop()
    })

    const newTable = () => ({
      tableName: `test-${randomUUID()}`,
      deletionProtection: true,
      connection: localConnection(dynoxide.endpoint),
    })

    it('that an index is ready with', async () => {
      const table = newTable()
      await provision({ table }, context)
      const index = openIndex(table.connection, table.tableName)
      await index.checkReadiness()
      await store(index, sampleBackup())
      index.close()
    })

    it('once, and says what it did', async () => {
      const table = newTable()
      const at = `table ${table.tableName}`
      const recovery = `${at}: no point-in-time recovery, this server does not know it`
      await provision({ table }, context)
      expect(notes.splice(0)).to.deep.equal([`${at}: created`, `${at}: time to live on forgetAt`, recovery])
      await provision({ table }, context)
      expect(notes).to.deep.equal([`${at}: there already`, recovery])
    })

    it('once when several do it at once', async () => {
      const table = newTable()
      await Promise.all([1, 2, 3].map(() => provision({ table }, context)))
      expect(notes.filter((line) => line.endsWith(': created'))).to.have.length(1)
    })
  })

  describe('meets a table', () => {
    /** @returns the operations that were asked for, which `asked` holds even if it fails */
    const meet = async (
      answers: Readonly<Record<string, WireAnswer | readonly WireAnswer[]>>,
      asked: string[] = [],
    ): Promise<string[]> => {
      const server = await startWireServer(({ operation }, earlier) => {
        asked.push(operation)
        const given = answers[operation] ?? { status: 200, body: {} }
        if (!Array.isArray(given)) return given as WireAnswer
        const count = earlier.filter((request) => request.operation === operation).length
        return given[Math.min(count, given.length - 1)] as WireAnswer
      })
      try {
        const connection = { ...localConnection(server.endpoint), maxAttempts: 1 }
        await provision({ table: { tableName: 'table', deletionProtection: true, connection } }, context)
        return asked
      } finally {
        await server.stop()
      }
    }
    const timeToLive = (status: string, attribute: string): WireAnswer => ({
      status: 200,
      body: { TimeToLiveDescription: { TimeToLiveStatus: status, AttributeName: attribute } },
    })
    const continuousBackups = (status: string, days?: number): WireAnswer => ({
      status: 200,
      body: {
        ContinuousBackupsDescription: {
          ContinuousBackupsStatus: 'ENABLED',
          PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: status, RecoveryPeriodInDays: days },
        },
      },
    })
    const existing = {
      CreateTable: wireError('ResourceInUseException'),
      DescribeTable: { status: 200, body: { Table: ACTIVE_TABLE } },
      DescribeTimeToLive: timeToLive('ENABLED', 'forgetAt'),
    }

    it('and turns on point-in-time recovery', async () => {
      expect(await meet(existing))
        .to.include('UpdateContinuousBackups')
        .and.not.include('UpdateTimeToLive')
      expect(notes).to.include('table table: point-in-time recovery')
    })

    for (const days of [7, 35]) {
      it(`with point-in-time recovery of ${days} days, and leaves it at that`, async () => {
        const asked = await meet({ ...existing, DescribeContinuousBackups: continuousBackups('ENABLED', days) })
        expect(asked).to.not.include('UpdateContinuousBackups')
        expect(notes).to.deep.equal(['table table: there already'])
      })
    }

    it('without point-in-time recovery, and turns it on', async () => {
      const asked = await meet({ ...existing, DescribeContinuousBackups: continuousBackups('DISABLED') })
      expect(asked).to.include('UpdateContinuousBackups')
    })

    it('that is too young for point-in-time recovery, and waits', async () => {
      const UpdateContinuousBackups = [wireError('ContinuousBackupsUnavailableException'), { status: 200, body: {} }]
      await meet({ ...existing, UpdateContinuousBackups })
      expect(notes).to.include('table table: point-in-time recovery')
    })

    it('that somebody else gives time to live at the same moment', async () => {
      const DescribeTimeToLive = [timeToLive('DISABLED', ''), timeToLive('ENABLING', 'forgetAt')]
      const UpdateTimeToLive = wireError('ValidationException')
      expect(await meet({ ...existing, DescribeTimeToLive, UpdateTimeToLive })).to.include('UpdateTimeToLive')
    })

    it('whose time to live cannot be turned on, and says so', async () => {
      const [DescribeTimeToLive, UpdateTimeToLive] = [timeToLive('DISABLED', ''), wireError('ValidationException')]
      const error = await rejectionOf(meet({ ...existing, DescribeTimeToLive, UpdateTimeToLive }))
      expect(error).to.have.property('message').that.includes('has no time to live')
    })

    it('of another layout, says so, and leaves it alone', async () => {
      const Table = { ...ACTIVE_TABLE, KeySchema: ACTIVE_TABLE.KeySchema.slice(0, 1) }
      const asked: string[] = []
      const DescribeTimeToLive = timeToLive('DISABLED', '')
      const describeTable = { status: 200, body: { Table } }
      const error = await rejectionOf(meet({ ...existing, DescribeTimeToLive, DescribeTable: describeTable }, asked))
      expect(error).to.have.property('message').that.includes('has the key PK HASH S where')
      expect(asked.filter((operation) => operation.startsWith('Update'))).to.be.empty
    })

    it('with time to live on something else, and says so', async () => {
      const error = await rejectionOf(meet({ ...existing, DescribeTimeToLive: timeToLive('ENABLED', 'ttl') }))
      expect(error).to.have.property('message').that.includes('time to live on ttl')
    })

    for (const operation of [
      'CreateTable',
      'DescribeTimeToLive',
      'DescribeContinuousBackups',
      'UpdateContinuousBackups',
    ]) {
      it(`and fails where ${operation} is not allowed`, async () => {
        const error = await rejectionOf(meet({ ...existing, [operation]: wireError('AccessDeniedException') }))
        expect(error).to.have.property('name', 'AccessDeniedException')
      })
    }
  })

  describe('makes a bucket', () => {
    const meet = async (answer: (request: S3Request) => S3Answer, region = 'us-east-1'): Promise<S3Request[]> => {
      const dynamoDb = await startWireServer(({ operation }) => ({
        status: 200,
        body:
          operation === 'DescribeTimeToLive'
            ? { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'forgetAt' } }
            : { Table: ACTIVE_TABLE },
      }))
      const s3 = await startS3WireServer(answer)
      const connection = localConnection(dynamoDb.endpoint)
      try {
        await provision(
          {
            table: { tableName: 'table', deletionProtection: true, connection },
            bucket: { name: 'bucket', connection: { ...localS3(s3.endpoint), region, maxAttempts: 1 } },
          },
          context,
        )
        return [...s3.requests]
      } finally {
        await dynamoDb.stop()
        await s3.stop()
      }
    }
    const missing =
      (others: S3Answer = { status: 200 }) =>
      ({ method }: S3Request): S3Answer =>
        method === 'HEAD' ? { status: 404 } : others

    it('that is closed to the public', async () => {
      const requests = await meet(missing())
      expect(requests.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
        'HEAD /bucket/',
        'PUT /bucket/',
        'PUT /bucket/?publicAccessBlock=',
      ])
      expect(notes).to.include.members(['bucket bucket: created', 'bucket bucket: public access blocked'])
    })

    for (const [region, constraint] of [
      ['us-east-1', false],
      ['eu-central-1', true],
    ] as const) {
      it(`in ${region}, ${constraint ? 'naming' : 'not naming'} it`, async () => {
        const [, creation] = await meet(missing(), region)
        expect(creation!.body.toString().includes(`<LocationConstraint>${region}<`)).to.equal(constraint)
      })
    }

    it('unless it is there', async () => {
      expect(await meet(() => ({ status: 200 }))).to.have.length(1)
      expect(notes).to.include('bucket bucket: there already')
    })

    it('unless somebody else was faster', async () => {
      await meet(missing(s3Error(409, 'BucketAlreadyOwnedByYou')))
      expect(notes).to.include('bucket bucket: there already')
    })

    it('also where access cannot be blocked, and says so', async () => {
      await meet(({ method, path }) =>
        method === 'HEAD' ? { status: 404 } : path.includes('?') ? s3Error(501, 'NotImplemented') : { status: 200 },
      )
      expect(notes).to.include('bucket bucket: public access not blocked, the server answered NotImplemented')
    })

    for (const [what, answer, message] of [
      ['looking for it is not allowed', (): S3Answer => ({ status: 403 }), 'bucket bucket may not be accessed'],
      ['it is in another region', (): S3Answer => ({ status: 301 }), 'bucket bucket is in another region'],
      ["the name is somebody else's", missing(s3Error(409, 'BucketAlreadyExists')), 'BucketAlreadyExists'],
    ] as const) {
      it(`not where ${what}, and says so`, async () => {
        expect(await rejectionOf(meet(answer)))
          .to.have.property('message')
          .that.includes(message)
      })
    }
  })
})
