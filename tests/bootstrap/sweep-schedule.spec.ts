import { expect } from 'chai'
import { mock } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { SweepRefused, type SweepOptions, type SweepSummary } from '../../application/use-cases/sweep-blobs.ts'
import { NO_METRICS } from '../../adapters/shared/metrics.ts'
import { scheduleSweeps } from '../../bootstrap/sweep-schedule.ts'
import { RecordingEventLog } from '../support/recording-event-log.ts'

const GRACE = 3600
const MINUTE = 60_000 // milliseconds

/** Sweeps that last until a test ends them, or until they are told to stop. */
class OpenEndedSweeps {
  readonly begun: SweepOptions[] = []
  finish: (summary: SweepSummary) => void = () => undefined
  fail: (error: Error) => void = () => undefined

  execute(options: SweepOptions): Promise<SweepSummary> {
    this.begun.push(options)
    return new Promise((resolve, reject) => {
      this.finish = resolve
      this.fail = reject
      options.signal?.addEventListener('abort', () => resolve({ seen: 1, removed: 0, failed: 0 }))
    })
  }
}

describe('scheduleSweeps', () => {
  let sweeps: OpenEndedSweeps
  let log: RecordingEventLog
  let stop: () => Promise<void>

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
    sweeps = new OpenEndedSweeps()
    log = new RecordingEventLog()
    stop = scheduleSweeps(sweeps, GRACE, log, NO_METRICS)
  })
  afterEach(async () => {
    await stop()
    mock.timers.reset()
  })

  async function pass(minutes: number): Promise<void> {
    // What a test did before comes to its end first, and then what the time brought about.
    await nextTurn()
    mock.timers.tick(minutes * MINUTE)
    await nextTurn()
  }

  it('sweeps after a minute, and every hour', async () => {
    await pass(1)
    expect(sweeps.begun).to.have.length(1)
    expect(sweeps.begun[0]).to.include({ grace: GRACE })
    sweeps.finish({ seen: 3, removed: 2, failed: 1 })
    await pass(59)
    expect(sweeps.begun).to.have.length(2)
    expect(log.events).to.deep.equal([{ level: 'info', event: 'swept', fields: { seen: 3, removed: 2, failed: 1 } }])
  })

  it('begins no sweep while one is under way', async () => {
    await pass(200)
    expect(sweeps.begun).to.have.length(1)
  })

  it('goes on after a sweep that failed', async () => {
    await pass(1)
    sweeps.fail(new Error('a test'))
    await pass(59)
    expect(sweeps.begun).to.have.length(2)
    expect(log.events.map(({ event }) => event)).to.deep.equal(['sweep_failed'])
  })

  it('tells of a sweep that was refused as of an error, and never sweeps even all', async () => {
    await pass(1)
    sweeps.fail(new SweepRefused(3))
    await pass(59)
    const reason = 'the index points to none of the blobs, and 3 or more of them would be removed'
    expect(log.events.length).to.equal(1)
    expect(log.events[0]).to.deep.include({ level: 'error', event: 'sweep_refused', fields: { reason } })
    expect(sweeps.begun.map(({ evenAll }) => evenAll)).to.deep.equal([undefined, undefined])
  })

  it('ends the sweep under way when it is stopped, and begins no other', async () => {
    await pass(1)
    await stop()
    expect(log.events.map(({ event }) => event)).to.deep.equal(['sweep_stopped'])
    await pass(200)
    expect(sweeps.begun).to.have.length(1)
  })

  it('stops at once where no sweep is under way', async () => {
    await stop()
    await pass(200)
    expect(sweeps.begun).to.deep.equal([])
  })
})
