/** An answer that is not of the service, but of something in between. With a 5xx the request may have taken effect. */
export class ForeignAnswer extends Error {
  readonly status: number

  constructor({ status }: Response) {
    super(`${status}, and no answer of the service`)
    this.name = 'ForeignAnswer'
    this.status = status
  }
}
