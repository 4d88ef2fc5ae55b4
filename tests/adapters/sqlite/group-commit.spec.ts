import { expect } from 'chai'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { GroupCommit } from '../../../adapters/sqlite/group-commit.ts'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { StuckDatabase } from '../../support/sqlite-file.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.ts'

describe('GroupCommit', () => {
  let folder: TemporaryFolder
  let db: StuckDatabase
  /** Another process, as far as SQLite can tell: sees only what is committed. */
  let observer: DatabaseSync
  let writer: GroupCommit

  beforeEach(async () => {
    folder = await makeTemporaryFolder()
    const file = join(folder.path, 'test.sqlite')
    db = new StuckDatabase(file, { timeout: 0 })
    db.exec(`
      PRAGMA journal_mode = WAL;
      CREATE TABLE entries (name TEXT PRIMARY KEY) STRICT;
      CREATE TABLE orphans (parent TEXT REFERENCES entries (name) DEFERRABLE INITIALLY DEFERRED) STRICT;
      CREATE TRIGGER give_up BEFORE INSERT ON entries WHEN NEW.name = 'give up' BEGIN SELECT RAISE(ROLLBACK, 'gave up'); END;
    `)
    observer = new DatabaseSync(file)
    writer = new GroupCommit(db)
  })

  afterEach(async () => {
    await writer.drain()
    for (const connection of [db, observer]) if (connection.isOpen) connection.close()
    await folder.remove()
  })

  const insert = (name: string): string => {
    db.prepare('INSERT INTO entries VALUES (?)').run(name)
    return name
  }
  /** Succeeds by itself; then the COMMIT fails. */
  const insertOrphan = (): void => {
    db.prepare("INSERT INTO orphans VALUES ('nobody')").run()
  }
  const committed = (): unknown[] =>
    observer
      .prepare('SELECT name FROM entries ORDER BY rowid')
      .all()
      .map(({ name }) => name)

  it('gives the result of a job that is committed', async () => {
    const result = await writer.write(() => insert('a'))
    expect(result).to.equal('a')
    expect(committed()).to.deep.equal(['a'])
  })

  it('makes one transaction of the jobs of one turn, in their order', async () => {
    const seen: unknown[][] = []
    const jobs = ['a', 'b', 'c'].map((name) =>
      writer.write(() => {
        insert(name)
        seen.push(committed())
      }),
    )
    await Promise.all(jobs)
    expect(seen).to.deep.equal([[], [], []])
    expect(committed()).to.deep.equal(['a', 'b', 'c'])
  })

  it('acknowledges no job before all of its transaction is durable', async () => {
    const seen = await Promise.all(['a', 'b'].map((name) => writer.write(() => insert(name)).then(committed)))
    expect(seen).to.deep.equal([
      ['a', 'b'],
      ['a', 'b'],
    ])
  })

  it('does nothing before the turn is over', async () => {
    const job = writer.write(() => insert('a'))
    await Promise.resolve()
    expect(db.isTransaction).to.equal(false)
    expect(committed()).to.deep.equal([])
    await job
  })

  it('lets a job see what those before it did', async () => {
    const count = (): unknown => db.prepare('SELECT count(*) AS n FROM entries').get()?.n
    const counts = ['a', 'b', 'c'].map((name) =>
      writer.write(() => {
        insert(name)
        return count()
      }),
    )
    expect(await Promise.all(counts)).to.deep.equal([1, 2, 3])
  })

  it('undoes a job that throws, passes its error on, and commits the others', async () => {
    const error = new Error('changed its mind')
    const [first, failed, last] = await Promise.allSettled([
      writer.write(() => insert('a')),
      writer.write(() => {
        insert('b')
        throw error
      }),
      writer.write(() => insert('c')),
    ])
    expect(first.status).to.equal('fulfilled')
    expect(failed).to.deep.equal({ status: 'rejected', reason: error })
    expect(last.status).to.equal('fulfilled')
    expect(committed()).to.deep.equal(['a', 'c'])
  })

  it('rejects every job of a transaction whose COMMIT fails, and nothing of it stays', async () => {
    const results = await Promise.allSettled([
      writer.write(() => insert('a')),
      writer.write(insertOrphan),
      writer.write(() => insert('b')),
      writer.write(() => {
        throw new Error('changed its mind')
      }),
    ])
    expectAllUnavailable(results)
    expect(committed()).to.deep.equal([])
  })

  it('rejects every job when SQLite rolls the transaction back by itself, and runs none outside of it', async () => {
    const results = await Promise.allSettled([
      writer.write(() => insert('a')),
      writer.write(() => insert('give up')),
      writer.write(() => insert('b')),
    ])
    expectAllUnavailable(results)
    expect(String(reasonOf(results[0]).cause)).to.include('gave up')
    expect(committed()).to.deep.equal([])
  })

  it('rejects every job when the transaction cannot begin', async () => {
    observer.exec('BEGIN IMMEDIATE')
    const results = await Promise.allSettled([writer.write(() => insert('a')), writer.write(() => insert('b'))])
    observer.exec('ROLLBACK')
    expectAllUnavailable(results)
    expect(committed()).to.deep.equal([])
  })

  it('rejects every job when the database is closed', async () => {
    db.close()
    expectAllUnavailable(await Promise.allSettled([writer.write(() => insert('a'))]))
  })

  it('goes on after a transaction that failed', async () => {
    await Promise.allSettled([writer.write(() => insert('a')), writer.write(insertOrphan)])
    await writer.write(() => insert('b'))
    expect(committed()).to.deep.equal(['b'])
  })

  describe('when a transaction that failed cannot be rolled back either', () => {
    beforeEach(async () => {
      db.stuck = true
      expectAllUnavailable(await Promise.allSettled([writer.write(() => insert('a')), writer.write(insertOrphan)]))
    })

    it('runs no job on top of it', async () => {
      let ran = false
      const job = writer.write(() => {
        ran = true
      })
      const error = await rejectionOf(job)
      expect(error).to.be.instanceOf(StoreUnavailable)
      expect(error).to.have.property('cause').that.has.property('message', 'disk I/O error')
      expect(ran).to.be.false
      expect(committed()).to.deep.equal([])
    })

    it('goes on with the very next job once that is possible, without anything of it', async () => {
      db.stuck = false
      await writer.write(() => insert('b'))
      expect(committed()).to.deep.equal(['b'])
    })
  })

  it('lets the jobs of a later transaction live when an earlier one fails', async () => {
    const names = Array.from({ length: 150 }, (_, at) => `${at}`)
    const results = await Promise.allSettled([
      writer.write(insertOrphan),
      ...names.map((name) => writer.write(() => insert(name))),
    ])
    expect(results[0].status).to.equal('rejected')
    expect(results.at(-1)?.status).to.equal('fulfilled')
    const fulfilled = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    expect(committed()).to.deep.equal(fulfilled)
  })

  it('takes a job that is queued by one that is done', async () => {
    await writer.write(() => insert('a')).then(() => writer.write(() => insert('b')))
    expect(committed()).to.deep.equal(['a', 'b'])
  })

  it('drains: everything queued is settled then, in as many transactions as it takes', async () => {
    const settled: string[] = []
    for (let at = 0; at < 200; at += 1) void writer.write(() => insert(`${at}`)).then((name) => settled.push(name))
    await writer.drain()
    expect(settled).to.have.length(200)
    expect(committed()).to.deep.equal(settled)
  })

  it('drains at once when there is nothing to do', async () => {
    await writer.drain()
  })

  it('explains itself as unavailable, with what SQLite said as the cause', async () => {
    const error = await rejectionOf(writer.write(insertOrphan))
    expect(error).to.be.instanceOf(StoreUnavailable).with.property('message', 'the service is temporarily unavailable')
    expect(error).to.have.property('cause').that.has.property('message').that.includes('FOREIGN KEY')
  })
})

function expectAllUnavailable(results: readonly PromiseSettledResult<unknown>[]): void {
  for (const result of results) expect(reasonOf(result)).to.be.instanceOf(StoreUnavailable)
}

function reasonOf(result: PromiseSettledResult<unknown>): Error {
  if (result.status === 'rejected' && result.reason instanceof Error) return result.reason
  throw new Error('the job should have been rejected')
}
