/** Durations as people read them. */
const secondsPerMinute = 60;
const secondsPerHour = 3600;
const secondsPerDay = 86_400;

/** `42 s`, `5 min`, `3.2 h`, `2.1 d`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 2 * secondsPerMinute) return `${Math.round(seconds)} s`;
  if (seconds < 2 * secondsPerHour) return `${Math.round(seconds / secondsPerMinute)} min`;
  if (seconds < 2 * secondsPerDay) return `${(seconds / secondsPerHour).toFixed(1)} h`;
  return `${(seconds / secondsPerDay).toFixed(1)} d`;
}
