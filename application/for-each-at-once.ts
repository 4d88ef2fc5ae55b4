/**
 * Visits every item, a few at a time, and takes no more from `items` than are being visited.
 * @throws what `items` or the first failing `visit` throws, once the visits under way are over
 */
export async function forEachAtOnce<Item>(
  items: AsyncIterable<Item>,
  atOnce: number,
  visit: (item: Item) => Promise<void>,
): Promise<void> {
  const visits = new Set<Promise<void>>()
  try {
    for await (const item of items) {
      const visiting = visit(item).then(() => {
        visits.delete(visiting)
      })
      visits.add(visiting)
      // One that fails stays in the set, so that every later wait is told of it.
      visiting.catch(() => undefined)
      if (visits.size >= atOnce) await Promise.race(visits)
    }
    await Promise.all(visits)
  } finally {
    await Promise.allSettled(visits)
  }
}
