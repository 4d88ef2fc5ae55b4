import { expect } from 'chai'
import { Connection } from '../support/http-connection.ts'
import { OPERATIONS } from '../support/http-contract.ts'
import { useSharedService } from '../support/http-service.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** Paths that come close to one that is there. */
const NEAR_MISSES: readonly (readonly [title: string, change: (path: string) => string])[] = [
  ['a slash behind it', (path) => `${path}/`],
  ['two slashes before it', (path) => `/${path}`],
  ['two slashes in it', (path) => path.replace(/\/([^/]*)$/, '//$1')],
  ['another case', (path) => path.replace(/[a-z]+$/, (word) => word.toUpperCase())],
  ['a first letter in capitals', (path) => path.replace(/^\/[a-z]/, (start) => start.toUpperCase())],
  ['an escaped letter', (path) => path.replace(/([a-z])$/, (letter) => `%${letter.charCodeAt(0).toString(16)}`)],
  ['a parameter', (path) => `${path};a=b`],
  ['something behind it', (path) => `${path}x`],
  ['a NUL behind it', (path) => `${path}%00`],
  ['an extension', (path) => `${path}.json`],
]

/** Request targets as they stand in the request line; some are none (RFC 9112 §3.2). */
const NONSENSE = [
  '/',
  '/v1',
  '/v1/',
  '/v2/reset',
  '/v1/health',
  '/reset',
  '/v1/challenge',
  '/v1/reset/challenge',
  '/v1/%',
  '/v1/%ZZ',
  '/%ZZ',
  '/v1/%00',
  '/v1/%ff',
  '/v1/%c0%af',
  '/v1/reset%2fchallenge%2fkeypair',
  '/v1/sync/../reset',
  '/v1/./reset',
  '/v1/..%2fhealth',
  '/v1\\reset',
  '/v1/__proto__',
  '/v1/constructor',
  '/v1/toString',
  '/__proto__',
  '/docs/nothing',
  '/docs/package.json',
  '/docs/../health',
  '/docs/..%2f..%2fpackage.json',
  '/docs/%2e%2e/package.json',
  '/openapi',
  '/index.html',
  '/.env',
  `/v1/${'a'.repeat(8000)}`,
  '*',
]

describe('Routing', () => {
  const service = useSharedService()

  for (const { path, method } of OPERATIONS) {
    describe(path, () => {
      const allowed = method === 'GET' ? ['GET', 'HEAD'] : ['POST']
      for (const other of METHODS.filter((candidate) => !allowed.includes(candidate))) {
        it(`does not answer ${other}, and says what it answers`, async () => {
          const { status, headers } = await service().http.send({ method: other, path })
          expect(status).to.equal(405)
          expect(headers.get('allow')).to.equal(allowed.join(', '))
        })
      }

      for (const [title, change] of NEAR_MISSES) {
        it(`is not found with ${title}`, async () => {
          const { outcome } = await service().http.send({ method, path: change(path) })
          expect(outcome).to.equal('404 not_found')
        })
      }
    })
  }

  it('keeps the connection of whom it refuses, where there is no body to wait for', async () => {
    const connection = await Connection.open(service().url)
    for (const path of ['/nothing', '/v1/nothing']) {
      connection.head(`GET ${path} HTTP/1.1`)
      const { outcome, headers } = await connection.errorAnswer()
      expect(outcome).to.equal('404 not_found')
      expect(headers.get('connection')).to.not.equal('close')
    }
    connection.reset()
  })

  for (const query of [
    '?',
    '?a=b',
    '?a=b&a=c',
    '?__proto__[polluted]=1',
    '?constructor.prototype=1',
    '?%ZZ',
    '?a[]=%00',
  ]) {
    it(`does not mind the query ${query}`, async () => {
      const { outcome } = await service().http.send({ path: `/v1/sync/challenge/keypair${query}` })
      expect(outcome).to.equal('200')
      expect((await service().http.send({ method: 'GET', path: `/health${query}` })).outcome).to.equal('200')
    })
  }

  for (const target of NONSENSE) {
    const title = target.length > 50 ? `a path of ${target.length} characters` : target
    it(`${title} is not found`, async () => {
      const connection = await Connection.open(service().url)
      connection.head(`POST ${target} HTTP/1.1`, { 'content-type': 'application/json', 'content-length': 2 })
      connection.write('{}')
      const { outcome } = await connection.documentedAnswer('POST', target)
      expect(outcome).to.equal('404 not_found')
      connection.reset()
    })
  }

  for (const [origin, query] of [
    ['http://backup.example', ''],
    ['HTTPS://backup.example:8443', '?a=b'],
    ['http://[', ''],
  ]) {
    it(`the target of a proxy, a whole URL, is found: ${origin} (RFC 9112 §3.2.2)`, async () => {
      const path = '/v1/sync/challenge/keypair'
      const connection = await Connection.open(service().url)
      connection.head(`POST ${origin}${path}${query} HTTP/1.1`, { 'content-length': 0 })
      expect((await connection.documentedAnswer('POST', path)).outcome).to.equal('200')
      connection.reset()
    })
  }

  for (const target of [
    'http://backup.example',
    'http://backup.example?a=b',
    'http://[/',
    'http://a/v1/%',
    'ftp://a/health',
  ]) {
    it(`${target} is not found`, async () => {
      const connection = await Connection.open(service().url)
      connection.head(`GET ${target} HTTP/1.1`)
      expect((await connection.errorAnswer()).outcome).to.equal('404 not_found')
      connection.reset()
    })
  }

  it('tells nobody who asks for all options', async () => {
    const connection = await Connection.open(service().url)
    connection.head('OPTIONS * HTTP/1.1')
    expect((await connection.documentedAnswer('OPTIONS', '*')).outcome).to.equal('404 not_found')
    connection.reset()
  })

  it('does not send a request back to whoever traces it', async () => {
    const connection = await Connection.open(service().url)
    connection.head('TRACE /v1/reset HTTP/1.1', { 'x-secret': 'secret' })
    const { outcome, text } = await connection.documentedAnswer('TRACE', '/v1/reset')
    expect(outcome).to.equal('405 method_not_allowed')
    expect(text).not.to.include('secret')
    connection.reset()
  })
})
