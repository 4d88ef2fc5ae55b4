import { expect } from 'chai'
import { Environment } from '../../bootstrap/environment.ts'
import { relyingParty } from '../../bootstrap/relying-party-configuration.ts'

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
  const INSECURE = 'which is neither https nor on localhost'
  const ELSEWHERE = 'whose host is neither example.org, as WEBAUTHN_RP_ID says, nor a subdomain of it'
  const refused: readonly (readonly [origin: string, reason: string])[] = [
    ['https://example.org/', FORM],
    ['https://example.org/path', FORM],
    ['https://EXAMPLE.org', FORM],
    ['https://example.org:443', FORM],
    ['https://user@example.org', FORM],
    ['example.org', FORM],
    ['null', FORM],
    ['chrome-extension://abcdefghijklmnop', FORM],
    ['android:apk-key-hash:abc', FORM],
    [`${APP}=`, FORM],
    ['http://example.org', INSECURE],
    ['http://127.0.0.1:8000', INSECURE],
    ['ftp://example.org', INSECURE],
    ['http://localhost.example.org', INSECURE],
    ['http://localhost:8000', ELSEWHERE],
    ['https://localhost', ELSEWHERE],
    ['https://example.com', ELSEWHERE],
    ['https://evil-example.org', ELSEWHERE],
    ['https://example.org.evil.com', ELSEWHERE],
    ['https://org', ELSEWHERE],
    ['https://127.0.0.1', ELSEWHERE],
  ]
  for (const [origin, reason] of refused) {
    it(`refuses the origin ${origin}`, () => {
      const faults = read('example.org', `https://example.org,${origin}`).faults
      expect(faults).to.deep.equal([`WEBAUTHN_ORIGINS holds "${origin}", ${reason}`])
    })
  }

  it('refuses the default origin where only the RP id is set', () => {
    expect(read('example.org', '').faults)
      .to.have.lengthOf(1)
      .and.to.match(/"http:\/\/localhost:8000"/)
  })

  it('tells every fault', () => {
    const { faults } = read('example.org', 'https://example.com,nonsense,http://example.org')
    expect(faults).to.have.lengthOf(3)
  })

  it('tells of origins what can be told without an RP id', () => {
    const faults = read('Example.org', 'https://example.com,http://example.com').faults
    expect(faults).to.have.lengthOf(2)
    expect(faults[1]).to.equal(`WEBAUTHN_ORIGINS holds "http://example.com", ${INSECURE}`)
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
