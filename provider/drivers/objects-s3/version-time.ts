/** When a version or a delete marker of a bucket was made. */

const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const timeDigits = 10;

/**
 * In milliseconds since 1970; `Infinity` if it is not known. A listing says when the object was last modified. versitygw gives a
 * former version the time at which it was replaced instead; its version ids are ULIDs, which begin with the time they were made.
 */
export function timeOfVersion(versionId: string, lastModified: Date | undefined): number {
  if (/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(versionId)) {
    let time = 0;
    for (const digit of versionId.slice(0, timeDigits)) time = time * 32 + digits.indexOf(digit);
    return time;
  }
  return lastModified?.getTime() ?? Infinity;
}
