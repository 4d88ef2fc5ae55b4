import { expect } from 'chai'
import { NodeRandom } from '../../adapters/crypto/node-random.ts'
import { StoreUnavailable } from '../../application/ports/store-unavailable.ts'
import { SealedBlobs } from '../../application/sealed-blobs.ts'
import { DomainError, type DomainErrorCode } from '../../domain/domain-error.ts'
import type { SealedBlob } from '../../domain/sealed-blob.ts'
import { readAll } from '../support/byte-streams.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { RecordingEventLog } from '../support/recording-event-log.ts'
import { refusalOf } from '../support/refusal.ts'
import { rejectionOf } from '../support/rejection.ts'
import { sampleBackup } from '../support/sample-backups.ts'
import { InterleavedBlobStore } from './support/interleaved-blob-store.ts'
import { RecordedBody } from './support/recorded-body.ts'

const MAX_BYTES = 8

describe('SealedBlobs', () => {
  const { id } = sampleBackup()
  let store: InterleavedBlobStore
  let events: RecordingEventLog
  let blobs: SealedBlobs

  beforeEach(() => {
    store = new InterleavedBlobStore(new ManualClock())
    events = new RecordingEventLog()
    blobs = new SealedBlobs(store, new NodeRandom(), events, MAX_BYTES)
  })

  const bodyOf = (...texts: readonly string[]): RecordedBody =>
    new RecordedBody(texts.map((text) => new TextEncoder().encode(text)))
  const committed = async (blob: SealedBlob): Promise<SealedBlob> => blob

  it('stores each upload under a fresh key of its backup before it is committed', async () => {
    const first = await blobs.upload(id, bodyOf('one'), async (blob) => {
      expect(await store.keys()).to.deep.equal([blob.key])
      return blob
    })
    const second = await blobs.upload(id, bodyOf('one'), committed)
    expect(first.key).to.match(new RegExp(`^${id}/[0-9a-f-]{36}$`))
    expect(second.key).to.not.equal(first.key)
    const opened = await store.open(first)
    expect((await readAll(opened!.body)).toString()).to.equal('one')
  })

  it('answers what the commit answers', async () => {
    expect(await blobs.upload(id, bodyOf('one'), async () => 'committed')).to.equal('committed')
  })

  const bodies: readonly (readonly [string, readonly string[], DomainErrorCode | undefined])[] = [
    ['nothing', [], 'empty_backup_file'],
    ['empty chunks', ['', ''], 'empty_backup_file'],
    ['one byte', ['1'], undefined],
    ['the most bytes there may be', ['1234', '5678'], undefined],
    ['one byte more', ['1234', '5678', '9'], 'content_too_large'],
    ['one byte more in one chunk', ['123456789'], 'content_too_large'],
  ]
  for (const [what, texts, code] of bodies) {
    it(`${code === undefined ? 'takes' : 'refuses'} a body of ${what}`, async () => {
      expect(await refusalOf(blobs.upload(id, bodyOf(...texts), committed))).to.equal(code)
      expect(await store.keys()).to.have.lengthOf(code === undefined ? 1 : 0)
    })
  }

  it('stops to read a body as soon as it is too large', async () => {
    let chunks = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        chunks += 1
        yield new Uint8Array(4)
      }
    }
    expect(await refusalOf(blobs.upload(id, endless(), committed))).to.equal('content_too_large')
    expect(chunks).to.equal(3)
  })

  it('hands through what a body throws, and keeps nothing', async () => {
    const failure = new Error('the connection was lost')
    const body = new RecordedBody([new Uint8Array(1)], failure)
    expect(await rejectionOf(blobs.upload(id, body, committed))).to.equal(failure)
    expect(await store.keys()).to.deep.equal([])
  })

  const failures: readonly (readonly [string, Error, number])[] = [
    ['removes the blob after a refusal', new DomainError('already_used', 'no'), 0],
    ['keeps the blob after an unknown outcome', new StoreUnavailable('a test'), 1],
    ['keeps the blob after a fault', new Error('a fault'), 1],
  ]
  for (const [behaviour, failure, kept] of failures) {
    it(`${behaviour}, and hands it through`, async () => {
      const upload = blobs.upload(id, bodyOf('one'), () => Promise.reject(failure))
      expect(await rejectionOf(upload)).to.equal(failure)
      await blobs.settle()
      expect(await store.keys()).to.have.lengthOf(kept)
    })
  }

  describe('removing what a commit dropped', () => {
    const synced = async (): Promise<readonly SealedBlob[]> => [
      await blobs.upload(id, bodyOf('one'), committed),
      await blobs.upload(id, bodyOf('two'), committed),
      await blobs.upload(id, bodyOf('three'), committed),
    ]

    it('keeps what the backup still points to, the superseded too', async () => {
      const [first, second, third] = await synced()
      const before = sampleBackup({ id, blob: first! })
      const { manifestHash } = before.state
      const sync = (from: typeof before, blob: SealedBlob): typeof before =>
        from.withContent({ base: from.state.blob, from: manifestHash, to: manifestHash, blob, history: 1 })
      const between = sync(before, second!)
      blobs.removeDropped(before, between)
      await blobs.settle()
      expect(await store.keys()).to.have.lengthOf(3)
      blobs.removeDropped(between, sync(between, third!))
      await blobs.settle()
      expect(await store.keys()).to.deep.equal([second!.key, third!.key].sort())
    })

    it('removes all of a backup that is gone', async () => {
      const [first, ...others] = await synced()
      blobs.removeDropped(sampleBackup({ id, blob: first! }), undefined)
      await blobs.settle()
      expect(await store.keys()).to.deep.equal(others.map(({ key }) => key).sort())
    })

    it('warns of what it cannot remove, and goes on', async () => {
      const [first] = await synced()
      store.readOnly = true
      blobs.removeDropped(sampleBackup({ id, blob: first! }), undefined)
      await blobs.settle()
      const [event, ...others] = events.events
      expect(event).to.deep.include({ level: 'warn', event: 'blob_left_behind', fields: { key: first!.key } })
      expect(event?.cause).to.be.instanceOf(StoreUnavailable)
      expect(others).to.deep.equal([])
    })

    it('does not hold up its caller, and is settled once it is through', async () => {
      const [first] = await synced()
      const held = Promise.withResolvers<undefined>()
      store.beforeNextDeletion(() => held.promise)
      blobs.removeDropped(sampleBackup({ id, blob: first! }), undefined)
      expect(await store.keys()).to.include(first!.key)
      setImmediate(() => held.resolve(undefined))
      await blobs.settle()
      expect(await store.keys()).to.not.include(first!.key)
    })

    it('is settled at once when nothing is under way', async () => {
      await blobs.settle()
      expect(events.events).to.deep.equal([])
    })
  })
})
