import { expect } from 'chai'
import type { BackupIndex } from '../../application/ports/backup-index.ts'
import { sampleBackup, SAMPLE_TIME, synced } from '../support/sample-backups.ts'
import { creation, mustCommit, replacement, sampleCommit, sampleConsumption, store } from '../support/sample-commits.ts'

const KEYS = [
  'challenge#5e1f0b4c-8a53-4bd9-9c43-0b7d8c1f2a30',
  'sync-factor-token#5e1f0b4c-8a53-4bd9-9c43-0b7d8c1f2a30',
  `oidc-nonce#${'5e'.repeat(32)}`,
  `oidc-nonce#${'f'.repeat(189)}`,
]

/** Each works once, until it expires. */
export function describeConsumptions(index: () => BackupIndex): void {
  for (const suffix of KEYS) {
    it(`consumes ${suffix.slice(0, 40)} (${suffix.length} characters) once`, async () => {
      // Beside the fixed part, what keeps it from meeting an earlier run in a store that lasts.
      const key = `${suffix.slice(0, -36)}${sampleConsumption().key.slice(-36)}`
      const consume = [sampleConsumption({ key })] as const
      expect(await index().commit(sampleCommit({ consume }))).to.equal('committed')
      expect(await index().commit(sampleCommit({ consume }))).to.equal('already-consumed')
    })
  }

  it('tells apart what differs in its kind only', async () => {
    const [challenge] = [sampleConsumption()]
    const token = { ...challenge, key: challenge.key.replace('challenge', 'sync-factor-token') }
    await mustCommit(index(), sampleCommit({ consume: [challenge] }))
    expect(await index().commit(sampleCommit({ consume: [token] }))).to.equal('committed')
  })

  it('consumes several things together', async () => {
    const [one, two] = [sampleConsumption(), sampleConsumption()]
    await mustCommit(index(), creation(sampleBackup(), { consume: [one, two] }))
    expect(await index().commit(sampleCommit({ consume: [one] }))).to.equal('already-consumed')
    expect(await index().commit(sampleCommit({ consume: [two] }))).to.equal('already-consumed')
  })

  it('refuses until the last second before the first consumption expires', async () => {
    const first = sampleConsumption({ expiresAt: SAMPLE_TIME + 60 })
    await mustCommit(index(), sampleCommit({ consume: [first] }))
    const again = sampleCommit({ at: SAMPLE_TIME + 59, consume: [first] })
    expect(await index().commit(again)).to.equal('already-consumed')
  })

  for (const [when, late] of [
    ['at the second', 0],
    ['long after', 40 * 86_400],
  ] as const) {
    it(`forgets a consumption ${when} it expires`, async () => {
      const first = sampleConsumption({ expiresAt: SAMPLE_TIME + 60 })
      await mustCommit(index(), sampleCommit({ consume: [first] }))
      const at = SAMPLE_TIME + 60 + late
      const stored = await store(index(), sampleBackup())
      const again = replacement(stored, synced(stored.backup), { at, consume: [{ ...first, expiresAt: at + 60 }] })
      expect(await index().commit(again)).to.equal('committed')
      expect((await index().load(stored.backup.id))?.revision).to.equal(again.id)
    })
  }

  it('holds on to the consumption that came after an expired one', async () => {
    const first = sampleConsumption({ expiresAt: SAMPLE_TIME + 60 })
    const [second, third] = [60, 119].map((seconds) => {
      const at = SAMPLE_TIME + seconds
      return sampleCommit({ at, consume: [{ ...first, expiresAt: SAMPLE_TIME + 120 }] })
    })
    await mustCommit(index(), sampleCommit({ consume: [first] }))
    await mustCommit(index(), second!)
    expect(await index().commit(third!)).to.equal('already-consumed')
    expect(await index().commit(second!)).to.equal('committed')
  })

  it('lets an expired consumption beside a live one pass, and the live one not', async () => {
    const [expired, live] = [sampleConsumption({ expiresAt: SAMPLE_TIME + 1 }), sampleConsumption()]
    await mustCommit(index(), sampleCommit({ consume: [expired] }))
    await mustCommit(index(), sampleCommit({ consume: [live] }))
    const both = sampleCommit({ at: SAMPLE_TIME + 1, consume: [{ ...expired, expiresAt: SAMPLE_TIME + 9 }, live] })
    expect(await index().commit(both)).to.equal('already-consumed')
    const one = sampleCommit({ at: SAMPLE_TIME + 1, consume: [{ ...expired, expiresAt: SAMPLE_TIME + 9 }] })
    expect(await index().commit(one)).to.equal('committed')
  })
}
