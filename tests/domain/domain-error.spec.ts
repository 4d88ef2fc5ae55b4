import { expect } from 'chai'
import { DomainError } from '../../domain/domain-error.ts'

describe('DomainError', () => {
  it('carries a code and a message', () => {
    const error = new DomainError('conflict', 'try again')
    expect(error).to.be.instanceOf(Error).with.property('name', 'DomainError')
    expect(error.code).to.equal('conflict')
    expect(error.message).to.equal('try again')
    expect(error).not.to.have.property('cause')
    expect(error.repeatable).to.equal(true)
  })

  it('says where repeating cannot help', () => {
    expect(new DomainError('unavailable', 'used up', { repeatable: false }).repeatable).to.equal(false)
  })

  it('keeps the cause for the log and out of the message', () => {
    const cause = new Error('the reason')
    const error = new DomainError('webauthn_error', 'the passkey could not be verified', { cause })
    expect(error.cause).to.equal(cause)
    expect(error.message).to.equal('the passkey could not be verified')
  })
})
