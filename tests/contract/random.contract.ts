import { expect } from 'chai'
import type { Random } from '../../application/ports/random.ts'

const DRAWS = 2_000

export function describeRandom(adapter: string, open: () => Random): void {
  describe(`Random contract: ${adapter}`, () => {
    const draw = <T>(one: (random: Random) => T): readonly T[] => {
      const random = open()
      return Array.from({ length: DRAWS }, () => one(random))
    }

    it('makes version 4 UUIDs', () => {
      for (const uuid of draw((random) => random.uuid())) {
        expect(uuid).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      }
    })

    it('makes challenges of 32 bytes in base64url without padding', () => {
      for (const challenge of draw((random) => random.challenge())) {
        const bytes = Buffer.from(challenge, 'base64url')
        expect(bytes).to.have.lengthOf(32)
        expect(bytes.toString('base64url')).to.equal(challenge)
      }
    })

    it('never makes the same UUID twice', () => {
      expect(new Set(draw((random) => random.uuid()))).to.have.lengthOf(DRAWS)
    })

    it('never makes the same challenge twice', () => {
      expect(new Set(draw((random) => random.challenge()))).to.have.lengthOf(DRAWS)
    })

    it('varies every bit of a challenge', () => {
      const challenges = draw((random) => Buffer.from(random.challenge(), 'base64url'))
      const [ones, zeros] = [Buffer.alloc(32), Buffer.alloc(32)]
      for (const challenge of challenges) {
        challenge.forEach((byte, index) => {
          ones[index]! |= byte
          zeros[index]! |= ~byte
        })
      }
      expect([ones, zeros]).to.deep.equal([Buffer.alloc(32, 0xff), Buffer.alloc(32, 0xff)])
    })

    it('gives fractions of at least 0 and less than 1', () => {
      for (const fraction of draw((random) => random.fraction())) {
        expect(fraction).to.be.at.least(0).and.below(1)
      }
    })

    it('spreads fractions over all tenths', () => {
      const tenths = new Set(draw((random) => Math.floor(random.fraction() * 10)))
      expect([...tenths].toSorted()).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    })
  })
}
