/**
 * The questions of arrays whose answer needs waiting, one element after the other and in their order, so that a run is
 * the same each time. `Array.fromAsync(items, work)` is `map` in this manner.
 */

type Test<T> = (item: T) => Promise<boolean> | boolean;

/** The elements that pass. */
export async function filterInTurn<T>(items: Iterable<T>, test: Test<T>): Promise<T[]> {
  const passed: T[] = [];
  for (const item of items) if (await test(item)) passed.push(item);
  return passed;
}

/** The first element that passes; those after it are not asked. */
export async function findInTurn<T>(items: Iterable<T>, test: Test<T>): Promise<T | undefined> {
  for (const item of items) if (await test(item)) return item;
  return undefined;
}

/** Whether one passes; those after it are not asked. */
export async function someInTurn<T>(items: Iterable<T>, test: Test<T>): Promise<boolean> {
  for (const item of items) if (await test(item)) return true;
  return false;
}

/** Whether all pass; those after the first that does not are not asked. */
export async function everyInTurn<T>(items: Iterable<T>, test: Test<T>): Promise<boolean> {
  return !(await someInTurn(items, async (item) => !(await test(item))));
}
