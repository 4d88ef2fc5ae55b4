import { HttpError } from './http-error.ts'

/** Turned away to keep the service working: no fault of the request, and nothing that an operator has to look into. */
export class Overloaded extends HttpError {
  constructor(message: string) {
    super('unavailable', message)
    this.name = 'Overloaded'
  }
}
