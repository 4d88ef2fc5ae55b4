import { expect } from 'chai'
import { Environment } from '../../bootstrap/environment.ts'
import { originsElsewhere, relyingParty } from '../../bootstrap/relying-party-configuration.ts'

const APP = 'android:apk-key-hash:w4PqGnAQXTHq6yErp3aq7XEhKfjXDFT3yVQzSpQlBfQ'

function read(id: string, origins: string, production = false) {
  const environment = new Environment({ WEBAUTHN_RP_ID: id, WEBAUTHN_ORIGINS: origins })
  return { party: relyingParty(environment, production), faults: environment.faults }
}

describe('the relying party of the configuration', () => {
  const accepted: readonly (readonly [id: string, origins: string])[] = [
    ['', ''],
    ['localhost', 'http://localhost:8000'],
    ['localhost', 'https://localhost,http://app.localhost:3000'],
    ['', 'http://localhost:1'],
    ['', APP],
    ['example.org', 'https://example.org'],
    ['example.org', `https://www.example.org:8443,https://a.b.example.org,${APP}`],
    ['example.org', APP],
    ['backup.example.org', 'https://backup.example.org'],
    ['xn--bcher-kva.example', 'https://xn--bcher-kva.example'],
    ['3.example', 'https://3.example'],
    [`${'a'.repeat(63)}.example`, APP],
  ]
  for (const [id, origins] of accepted) {
    it(`takes the RP id "${id}" with the origins "${origins}"`, () => {
      const { party, faults } = read(id, origins)
      expect(faults).to.deep.equal([])
      expect(party.relyingPartyId).to.equal(id === '' ? 'localhost' : id)
      expect(party.origins.join(',')).to.equal(origins === '' ? 'http://localhost:8000' : origins)
    })
  }

  for (const id of [
    'https://example.org',
    'example.org:443',
    'example.org/',
    'example.org/path',
    'Example.org',
    'bücher.example',
    'example.org.',
    '.example.org',
    'exam_ple.org',
    '-example.org',
    'example..org',
    'two words',
    'user@example.org',
    '127.0.0.1',
    '1.2',
    '0x7f.1',
    '::1',
    '[::1]',
    '*.example.org',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(126)}aa`,
  ]) {
    it(`refuses the RP id "${id}"`, () => {
      const [fault, ...others] = read(id, APP).faults
      expect(fault).to.match(/^WEBAUTHN_RP_ID is a host name/)
      expect(others).to.deep.equal([])
    })
  }

  const FORM = 'which is no web origin and no android:apk-key-hash:…'
  for (const origin of [
    'https://example.org/',
    'https://example.org/path',
    'https://EXAMPLE.org',
    'https://example.org:443',
    'https://user@example.org',
    'example.org',
    'null',
    'chrome-extension://abcdefghijklmnop',
    'android:apk-key-hash:abc',
    `${APP}=`,
  ]) {
    it(`refuses the origin ${origin}`, () => {
      const { faults } = read('example.org', `https://example.org,${origin}`)
      expect(faults).to.deep.equal([`WEBAUTHN_ORIGINS holds "${origin}", ${FORM}`])
    })
  }

  for (const origin of ['http://example.org', 'http://127.0.0.1:8000', 'http://localhost.example.org']) {
    it(`refuses the origin ${origin} in production, and only there`, () => {
      expect(read('example.org', origin, true).faults).to.deep.equal([
        `WEBAUTHN_ORIGINS holds "${origin}", which is neither https nor on localhost`,
      ])
      expect(read('example.org', origin).faults).to.deep.equal([])
    })
  }

  const placed: readonly (readonly [origin: string, elsewhere: boolean])[] = [
    ['https://example.org', false],
    ['https://a.b.example.org:8443', false],
    [APP, false],
    ['http://localhost:8000', true],
    ['https://example.com', true],
    ['https://evil-example.org', true],
    ['https://example.org.evil.com', true],
    ['https://org', true],
  ]
  for (const [origin, elsewhere] of placed) {
    it(`${elsewhere ? 'points out' : 'takes as its own'} the origin ${origin} of example.org`, () => {
      const { party, faults } = read('example.org', origin)
      expect(faults).to.deep.equal([])
      expect(originsElsewhere(party)).to.deep.equal(elsewhere ? [origin] : [])
    })
  }

  it('tells every fault', () => {
    expect(read('Example.org', 'nonsense,http://example.org', true).faults).to.have.lengthOf(3)
  })

  it('has no default in production, and tells no more of what is missing', () => {
    expect(read('', '', true).faults).to.deep.equal([
      'WEBAUTHN_RP_ID has to be set in production',
      'WEBAUTHN_ORIGINS has to be set in production',
    ])
    expect(read('', 'https://example.org', true).faults).to.have.lengthOf(1)
    expect(read('example.org', '', true).faults).to.have.lengthOf(1)
  })
})
