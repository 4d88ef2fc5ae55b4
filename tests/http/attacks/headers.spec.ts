import { expect } from 'chai'
import { BackupClient } from '../../support/http-backup-client.ts'
import { Connection, type RawAnswer } from '../../support/http-connection.ts'
import { useSharedService } from '../../support/http-service.ts'

const CHALLENGE = '/v1/sync/challenge/keypair'
const EVIL = 'evil.example'

type Headers = Readonly<Record<string, string | number>>

/** Headers by which some servers let a client say that its request is another one. */
const OVERRIDES: readonly Headers[] = [
  { 'x-http-method-override': 'GET' },
  { 'x-http-method': 'DELETE' },
  { 'x-method-override': 'PUT' },
  { 'x-original-url': '/v1/nothing' },
  { 'x-rewrite-url': '/v1/nothing' },
  { 'x-forwarded-prefix': '/v1' },
  { 'x-forwarded-host': EVIL },
  { 'x-forwarded-proto': 'ftp' },
  { 'x-forwarded-for': '\u00ff, 127.0.0.1' },
  { forwarded: `for=127.0.0.1;host=${EVIL}` },
  { host: EVIL },
  { host: 'localhost@evil.example:99999' },
  { host: '' },
  { connection: 'close, content-length, host' },
  { 'content-disposition': 'form-data; name="payload"' },
  { cookie: '__proto__=1; constructor=2' },
  { __proto__x: '1', constructor: '2', 'has-own-property': '3' },
  { authorization: 'Basic AAAA' },
  { accept: 'image/png' },
  { 'accept-encoding': 'gzip, br, identity;q=0' },
  { 'accept-charset': 'utf-7' },
  { range: 'bytes=0-1' },
  { 'if-none-match': '*' },
  { 'if-match': '"x"' },
  { 'if-modified-since': 'Sun, 06 Nov 2094 08:49:37 GMT' },
  { te: 'trailers, gzip' },
]

describe('Headers that are to turn a request into another', () => {
  const service = useSharedService()

  async function answerTo(requestLine: string, headers: Headers = {}): Promise<RawAnswer> {
    const connection = await Connection.open(service().url)
    const [method = '', path = ''] = requestLine.split(' ')
    connection.head(`${requestLine} HTTP/1.1`, { ...headers, ...(method === 'POST' && { 'content-length': 0 }) })
    const answer = await connection.documentedAnswer(method, path)
    connection.reset()
    return answer
  }

  for (const headers of OVERRIDES) {
    it(`${JSON.stringify(headers)} does not matter`, async () => {
      expect((await answerTo(`POST ${CHALLENGE}`, headers)).outcome).to.equal('200')
      expect((await answerTo('GET /health', headers)).outcome).to.equal('200')
      expect((await answerTo('GET /openapi.yaml', headers)).outcome).to.equal('200')
    })
  }

  for (const [header, path] of [
    ['x-original-url', CHALLENGE],
    ['x-rewrite-url', CHALLENGE],
    ['x-forwarded-prefix', '/v1'],
  ] as const) {
    it(`${header} does not make an unknown path a known one`, async () => {
      expect((await answerTo('POST /v1/nothing', { [header]: path })).outcome).to.equal('404 not_found')
    })
  }

  for (const header of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
    it(`${header} does not make GET a POST`, async () => {
      expect((await answerTo(`GET ${CHALLENGE}`, { [header]: 'POST' })).outcome).to.equal('405 method_not_allowed')
    })
  }

  it('no host that a client names is in an answer', async () => {
    const named = { host: EVIL, 'x-forwarded-host': EVIL, forwarded: `host=${EVIL}`, origin: `https://${EVIL}` }
    for (const requestLine of ['POST /v1/nothing', `POST ${CHALLENGE}`, 'GET /docs', 'GET /openapi.json']) {
      const { headers, text } = await answerTo(requestLine, named)
      expect([...headers.values()].join('\n') + text, requestLine).not.to.include(EVIL)
    }
  })

  for (const path of [
    `//${EVIL}/docs`,
    `/docs//${EVIL}/%2e%2e`,
    `/docs/%5c${EVIL}`,
    `/\\${EVIL}`,
    `/docs/..//${EVIL}`,
  ]) {
    it(`${path} leads to no other host`, async () => {
      const connection = await Connection.open(service().url)
      connection.head(`GET ${path} HTTP/1.1`)
      const { headers } = await connection.answer()
      expect(headers.get('location') ?? '/').to.match(/^\/(?![/\\])/)
      connection.reset()
    })
  }

  it('pages of other origins are given no answer to read', async () => {
    const preflight = {
      origin: `https://${EVIL}`,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
      'access-control-request-private-network': 'true',
    }
    for (const requestLine of [`OPTIONS ${CHALLENGE}`, `POST ${CHALLENGE}`, 'GET /health', 'GET /openapi.json']) {
      const { headers } = await answerTo(requestLine, preflight)
      const granted = [...headers.keys()].filter((name) => name.startsWith('access-control-'))
      expect(granted, requestLine).to.deep.equal([])
    }
    expect((await answerTo(`OPTIONS ${CHALLENGE}`, preflight)).outcome).to.equal('405 method_not_allowed')
  })

  it('what a form of a page can send changes nothing', async () => {
    const owner = new BackupClient(service().http)
    await owner.create()
    const { path, body } = await owner.deleteBackupRequest()
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=b']) {
      const sent = await owner.http.send({ path, headers: { 'content-type': type }, body: Buffer.from(body as string) })
      expect(sent.outcome, type).to.equal('415 unsupported_media_type')
    }
    expect((await owner.http.send(owner.statusRequest())).outcome).to.equal('200')
  })
})
