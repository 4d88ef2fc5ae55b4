import { expect } from 'chai'
import { errorResponse, STATUS_OF } from '../../adapters/http/errors/error-response.ts'
import { HttpError, type ErrorCode } from '../../adapters/http/errors/http-error.ts'
import { codeSpans, readDocument, section, tableRows } from './support/markdown.ts'

const guide = section(readDocument('docs/client-guide.md'), '## Errors')
const rows = tableRows(guide).map(([code = '', status]) => ({ code: codeSpans(code)[0] ?? code, status }))

/** What is refused by how it was sent: nothing was used up by it. */
const TRANSPORT_CODES = ['request_timeout', 'content_too_large', 'multipart_error', 'unsupported_media_type']

describe('client guide: errors', () => {
  it('says what to do about every code, each once', () => {
    const told = [...rows.map(({ code }) => code), 'internal_server_error']
    expect(guide).to.include('`internal_server_error` (500)')
    expect(told.toSorted()).to.deep.equal(Object.keys(STATUS_OF).toSorted())
  })

  for (const { code, status } of rows) {
    it(`tells the status of ${code}`, () => {
      expect(status).to.equal(String(STATUS_OF[code as ErrorCode]))
    })
  }

  it('tells to repeat exactly what may be repeated', () => {
    const [first = ''] = guide.split('**Get a new challenge**')
    const repeatable = tableRows(first).map(([code = '']) => codeSpans(code)[0])
    const allowed = Object.keys(STATUS_OF).filter((code) => allowsRetry(code as ErrorCode))
    expect(repeatable.toSorted()).to.deep.equal(allowed.toSorted())
  })

  it('tells to get a new challenge only where the old one is of no more use', () => {
    const [, second = ''] = guide.split(/\*\*(?:Get a new challenge|Tell the user)\*\*/)
    const codes = tableRows(second).map(([code = '']) => codeSpans(code)[0])
    // Refused before anything of the proof was read.
    for (const code of TRANSPORT_CODES) expect(codes).not.to.include(code)
    expect(codes).to.include('already_used')
  })
})

function allowsRetry(code: ErrorCode): boolean {
  const { allowRetry } = JSON.parse(errorResponse(new HttpError(code, 'any')).body) as { allowRetry: boolean }
  return allowRetry
}
