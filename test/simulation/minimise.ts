/**
 * Delta debugging: the fewest items of a list, in their order, with which something still fails. Parts of the list are left
 * out, large ones first; what is left at the end fails, and no longer does without any one of its items.
 */
export async function minimise<T>(
  items: readonly T[],
  stillFails: (items: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let left = items;
  let size = Math.ceil(left.length / 2);
  while (size >= 1 && left.length > 0) {
    let isShorter = false;
    for (let start = 0; start < left.length;) {
      const without = [...left.slice(0, start), ...left.slice(start + size)];
      if (await stillFails(without)) {
        left = without;
        isShorter = true;
      } else start += size;
    }
    if (size === 1 && !isShorter) break;
    if (!isShorter || size > 1) size = Math.max(1, Math.floor(size / 2));
  }
  return left;
}
