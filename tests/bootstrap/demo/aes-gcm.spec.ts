import { expect } from 'chai'
import { openBytes, sealBytes } from '../../../bootstrap/demo/client/aes-gcm.ts'

const KEY = Buffer.alloc(32, 1)

describe('AES-GCM of the demo', () => {
  it('opens what it sealed', () => {
    expect(openBytes(sealBytes(Buffer.from('text'), KEY, 'data'), KEY, 'data').toString()).to.equal('text')
  })

  it('refuses a byte that was changed', () => {
    const sealed = sealBytes(Buffer.from('text'), KEY)
    sealed[12]! ^= 1
    expect(() => openBytes(sealed, KEY)).to.throw()
  })

  for (const bytes of [4, 12, 15]) {
    it(`does not even try a tag of ${bytes} bytes, as of what was cut short`, () => {
      expect(() => openBytes(Buffer.alloc(bytes), KEY)).to.throw(`Invalid authentication tag length: ${bytes}`)
    })
  }
})
