const second = 1000;
const units = [
  ["day", 86_400 * second],
  ["hour", 3_600 * second],
  ["minute", 60 * second],
] as const;

/** What is said of a wall clock that jumped by these milliseconds since the point before; below 0: back. */
export function jumpText(jumpMilliseconds: number): string {
  const size = Math.abs(jumpMilliseconds);
  const [unit, length] = units.find(([, milliseconds]) => size >= milliseconds) ?? units[2];
  const count = Math.round(size / length);
  const way = jumpMilliseconds > 0 ? "ahead" : "back";
  return (
    `the clock of this computer went ${way} by ${count} ${unit}${count === 1 ? "" : "s"} that its boot clock does not confirm, ` +
    "before its newest recovery point: it was changed, or the computer slept; retention counts confirmed time only"
  );
}
