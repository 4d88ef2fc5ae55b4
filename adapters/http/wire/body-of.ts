import type { Request } from 'express'

/** The JSON body of a request that passed the validation by openapi.yaml; the one place where that is believed. */
export function bodyOf<Shape>(request: Request): Shape {
  return request.body as Shape
}
