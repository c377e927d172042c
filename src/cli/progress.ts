import type { Call } from '../core/call.ts';

const clearLine = '\r\u001b[2K';

/**
 * Progress on one line of a terminal, on stderr so that stdout stays clean; nothing at all in a pipe or a log. Ctrl-C ends
 * the process by itself, so a checkpoint only lets it in.
 */
export function terminalCall(): Call & { done(): void } {
  const { stderr } = process;
  let shown = '';
  const show = (text: string) => {
    if (!stderr.isTTY || text === shown) return;
    shown = text;
    stderr.write(clearLine + text.slice(0, (stderr.columns ?? 80) - 1));
  };
  return {
    progress: (fraction, note) => show(`${String(Math.floor(fraction * 100)).padStart(3)} %  ${note}`),
    checkpoint: () => new Promise((resolve) => setImmediate(resolve)),
    done: () => {
      if (stderr.isTTY && shown !== '') stderr.write(clearLine);
    },
  };
}
