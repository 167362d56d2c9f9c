/** How often the elapsed time is redrawn on a terminal. */
const REDRAW_MILLISECONDS = 1000;

/** Of a terminal that does not say how wide it is. */
const USUAL_COLUMNS = 80;

/** Without a terminal, a line this often shows that the step is alive. */
const ALIVE_MILLISECONDS = 60_000;

/**
 * Runs one step under one line that says what it does and how long it may take, with the elapsed time on a terminal.
 * @template T
 * @param {string} what what the step does, and how long it may take
 * @param {(note: (text: string) => void) => Promise<T>} work gets a function that takes what the step is at now
 * @param {NodeJS.WriteStream} stream
 * @returns {Promise<T>} what the work returned
 */
export async function reportStep(what, work, stream = process.stderr) {
  const startedAt = Date.now();
  const live = stream.isTTY === true && !process.env["CI"];
  const elapsed = () => formatSeconds((Date.now() - startedAt) / 1000);
  let at = "";
  const state = () => `${elapsed()}${at === "" ? "" : `: ${at}`}`;
  const draw = () => {
    // A line that wraps could not be drawn over. The advice in brackets gives way: it was shown when the step began.
    const columns = (stream.columns || USUAL_COLUMNS) - 1;
    const [whole, short] = [what, withoutAdvice(what)].map((words) => `• ${words} … ${state()}`);
    const line = (whole.length <= columns ? whole : short).slice(0, columns);
    stream.write(`\r\x1b[2K${line}`);
  };
  const timer = live
    ? setInterval(draw, REDRAW_MILLISECONDS)
    : setInterval(() => stream.write(`  … ${state()}\n`), ALIVE_MILLISECONDS);
  stream.write(live ? `• ${what} …` : `• ${what}\n`);
  try {
    const result = await work((text) => {
      at = text;
    });
    stream.write(live ? `\r\x1b[2K✓ ${withoutAdvice(what)} (${elapsed()})\n` : `  done in ${elapsed()}\n`);
    return result;
  } catch (error) {
    stream.write(
      live ? `\r\x1b[2K✗ ${withoutAdvice(what)} (${elapsed()})\n` : `  failed after ${elapsed()}\n`,
    );
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/**
 * @param {string} what
 * @returns {string}
 */
function withoutAdvice(what) {
  return what.replace(/ \([^)]*\)$/, "");
}

/**
 * @param {number} seconds
 * @returns {string} `0.4 s`, `12 s`, `3 min 05 s`
 */
export function formatSeconds(seconds) {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}
