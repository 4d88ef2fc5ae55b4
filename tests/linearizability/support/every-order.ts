import type { Operation } from './history.ts'
import type { SequentialModel } from './linearization.ts'

/** Whether a history is linearizable, by trying every order of every choice of what happened: slow, and too plain to be wrong. */
export function isLinearizableInAnyOrder<State, Call, Outcome>(
  model: SequentialModel<State, Call, Outcome>,
  history: readonly Operation<Call, Outcome>[],
): boolean {
  const answered = history.filter(({ outcome }) => outcome !== 'unknown')
  const unknown = history.filter(({ outcome }) => outcome === 'unknown')
  return subsetsOf(unknown).some((happened) =>
    ordersOf([...answered, ...happened]).some((order) => keepsRealTime(order) && isLegal(model, order)),
  )
}

function isLegal<State, Call, Outcome>(
  model: SequentialModel<State, Call, Outcome>,
  order: readonly Operation<Call, Outcome>[],
): boolean {
  let state: State | undefined = model.initial
  for (const { call, outcome } of order) {
    state = model.apply(state, call, outcome)
    if (state === undefined) return false
  }
  return true
}

function keepsRealTime(order: readonly Operation<unknown, unknown>[]): boolean {
  return order.every(({ began }, index) => order.slice(index + 1).every(({ ended }) => ended > began))
}

function subsetsOf<Item>(items: readonly Item[]): Item[][] {
  return items.reduce<Item[][]>((subsets, item) => [...subsets, ...subsets.map((subset) => [...subset, item])], [[]])
}

function ordersOf<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((first, index) => ordersOf(items.toSpliced(index, 1)).map((rest) => [first, ...rest]))
}
