import { expect } from 'chai'
import fc from 'fast-check'
import { BackupRegister, type BackupOperation, type Call, type Outcome } from './support/backup-register.ts'
import { isLinearizableInAnyOrder } from './support/every-order.ts'
import {
  addFactor,
  deleteFactor,
  DEVICE,
  DONE,
  operationsOf,
  refused,
  retrieve,
  shown,
  sync,
  TABLET,
} from './support/hand-made-histories.ts'
import { HistoryRecorder } from './support/history.ts'
import { findLinearization } from './support/linearization.ts'

const INITIAL = { content: 'a', syncFactors: [DEVICE] }

const content = fc.constantFrom('a', 'b')
const factor = fc.constantFrom(DEVICE, TABLET)
const proof = fc.constantFrom('p', 'q', 'r', 's')

const calls: fc.Arbitrary<Call> = fc.oneof(
  proof.map((used) => retrieve(used)),
  fc.record({ from: content, to: content, by: factor, proof }).map(({ from, to, ...rest }) => sync(from, to, rest)),
  fc.record({ challenge: proof, token: proof }).map((proofs) => addFactor(TABLET, proofs)),
  fc.record({ factor, by: factor, proof }).map(({ factor: victim, ...rest }) => deleteFactor(victim, rest)),
)

const reads: fc.Arbitrary<Outcome> = fc
  .tuple(content, fc.subarray([DEVICE, TABLET]))
  .map(([hash, keys]) => shown(hash, keys))

const changes: fc.Arbitrary<Outcome> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(DONE) },
  fc
    .constantFrom('already_used', 'manifest_hash_mismatch', 'factor_already_exists', 'backup_untraceable')
    .map((code) => refused(code)),
)

/** Calls and how they ended, however unlikely. */
const ended: fc.Arbitrary<readonly [Call, Outcome | 'unknown']> = fc
  .tuple(calls, reads, changes, fc.nat(5))
  .map(([call, read, change, known]) => {
    if (known === 0) return [call, 'unknown']
    return [call, call.kind === 'retrieve' ? read : change]
  })

/** Up to six of them, each at its own time. */
const histories = fc.array(fc.tuple(ended, fc.nat(20), fc.nat(8)), { maxLength: 6 }).map((drawn) =>
  drawn.map(([[call, outcome], at, length], index): BackupOperation => {
    const began = at * 10 + index // no two at once
    const ended = outcome === 'unknown' ? Infinity : began + length * 10 + 5
    return { call, outcome, began, ended, label: call.kind }
  }),
)

describe('findLinearization', function () {
  this.timeout(60_000)

  it('says what trying every order says', () => {
    const found = new Map<string, number>()
    const property = fc.property(histories, (history) => {
      const register = new BackupRegister(INITIAL, history)
      const { kind } = findLinearization(register, history)
      found.set(kind, (found.get(kind) ?? 0) + 1)
      expect(kind).to.equal(isLinearizableInAnyOrder(register, history) ? 'linearizable' : 'violated')
    })
    fc.assert(property, { numRuns: 2000 })
    expect(Math.min(...found.values()), 'of either verdict').to.be.greaterThan(100)
    expect(found).to.have.lengthOf(2)
  })

  it('gives the order that it found', () => {
    const history = operationsOf([
      [1, 6, sync('b', 'c'), DONE],
      [2, 5, sync('a', 'b'), DONE],
      [3, 4, retrieve(), shown('a')],
    ])
    const { order } = findLinearization(new BackupRegister(INITIAL, history), history)
    expect(order).to.deep.equal([history[2], history[1], history[0]])
  })

  it('says how far it came, and with what it could not go on', () => {
    const history = operationsOf([
      [1, 2, sync('a', 'b'), DONE],
      [3, 5, retrieve(), shown('a')],
      [4, 6, sync('a', 'c'), DONE],
    ])
    const { order, stuck } = findLinearization(new BackupRegister(INITIAL, history), history)
    expect(order).to.deep.equal(history.slice(0, 1))
    expect(stuck).to.deep.equal(history.slice(1))
  })

  it('copes with a thousand operations, a dozen at once', () => {
    const recorded = operationsOf(
      Array.from({ length: 1200 }, (_, index) => {
        const [from, to] = [`${Math.floor(index / 3)}`, `${Math.floor(index / 3) + 1}`]
        const [began, ended] = [index * 10, index * 10 + 121]
        return index % 3 === 0 ? [began, ended, sync(from, to), DONE] : [began, ended, retrieve(), shown(to)]
      }),
    )
    const register = new BackupRegister({ content: '0', syncFactors: [DEVICE] }, recorded)
    expect(findLinearization(register, recorded).kind).to.equal('linearizable')
  })
})

describe('HistoryRecorder', () => {
  it('keeps what happened at once apart from what came later', async () => {
    const recorder = new HistoryRecorder<string, string>()
    const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()] as const
    const both = answers.map(({ promise }, index) => recorder.record('client', `call ${index}`, () => promise))
    answers[1].resolve('second')
    await both[1]
    answers[0].resolve('first')
    await both[0]
    await recorder.record('client', 'call 2', async () => 'unknown')
    expect(recorder.operations.map(({ call, began, ended }) => [call, began, ended])).to.deep.equal([
      ['call 1', 2, 3],
      ['call 0', 1, 4],
      ['call 2', 5, Infinity],
    ])
  })
})
